//! Accepting connections until told to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app::App;
use crate::router::router;

/// Requests under way at the stop may take this long to finish.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let signal = async move {
        stop.await;
        // Nobody listens any more only when serving has ended already.
        let _ = stopping.send(true);
    };
    let server = axum::serve(listener, router(app)).with_graceful_shutdown(signal);
    let drained = async move {
        let _ = stopped.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        done = server.into_future() => done,
        () = drained => Ok(()),
    }
}
