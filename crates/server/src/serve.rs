//! Accepting connections until told to stop.
//!
//! Limits: connections at a time; the time for a request's head and between two parts of its body; the head's
//! length. Without them, clients that send nothing would hold sockets and memory for ever.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::app::App;
use crate::router::router;

/// Connections at the same time; further ones wait in the operating system's queue.
const CONNECTIONS_MAX: usize = 4096;
/// A request's head must be complete within this time; a connection may idle as long between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// A request's head may be this long, in bytes: an expression of 64 KiB, escaped.
const HEAD_BYTES_MAX: usize = 256 << 10;
/// Requests under way at the stop may take this long to finish.
const DRAIN: Duration = Duration::from_secs(10);
/// Pause after the operating system has refused a connection, mostly for want of descriptors.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) -> io::Result<()> {
    let routes = router(app.clone());
    let connections = TaskTracker::new();
    let (stopping, stopped) = watch::channel(());
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            (socket, place) = accept(&listener, &places) => {
                connections.spawn(serve_connection(socket, place, routes.clone(), stopped.clone()));
            }
            () = &mut stop => break,
        }
    }
    app.set_ready(false);
    drop((listener, stopping));
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        warn!(connections = connections.len(), "requests were still under way at the stop");
    }
    Ok(())
}

/// The next connection, as soon as there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a place in the end.
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((socket, _)) => return (socket, place),
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
}

/// Serves one connection; after the stop it ends with the request under way.
async fn serve_connection(
    socket: TcpStream,
    _place: Option<OwnedSemaphorePermit>,
    routes: Router,
    mut stopped: watch::Receiver<()>,
) {
    // Small answers should leave at once; a socket that refuses the option works all the same.
    let _ = socket.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(routes))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // An error of the connection is the client's: it went away or sent what is no HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        // The channel carries nothing: it closes at the stop.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
