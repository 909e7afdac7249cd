//! `sextant serve`: opening, starting, reloading and stopping everything, one small step each.

mod descriptors;
mod error;
mod own;
mod reload;
mod signals;
mod start;
mod upkeep;

use std::io::Write as _;
use std::sync::Arc;

use tracing::info;

use crate::config::Loaded;

pub(crate) use error::ServeError;

/// Runs the server until a signal asks it to stop.
pub(crate) fn run(loaded: Loaded) -> Result<(), ServeError> {
    crate::logs::start(loaded.config.log);
    descriptors::raise_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("sextant")
        .build()
        .map_err(ServeError::Runtime)?;
    let outcome = runtime.block_on(serve(loaded));
    // Work that does not look at its cancellation must not hold up the end of the process.
    runtime.shutdown_timeout(LAST_WORK);
    outcome
}

/// Work still running after everything was stopped is given up after this long.
const LAST_WORK: std::time::Duration = std::time::Duration::from_secs(3);

async fn serve(loaded: Loaded) -> Result<(), ServeError> {
    // What may be taken by somebody else comes first, so that a refusal leaves nothing behind.
    let listener = start::listen(&loaded).await?;
    let address = listener.local_addr().map_err(ServeError::Runtime)?;
    let running = start::Running::open(&loaded, address)?;
    running.app.set_ready(true);
    announce(address);
    let stop = signals::stop();
    let reloading = tokio::spawn(signals::reload_on_hangup(running.reload.clone()));
    let served = server::serve(listener, Arc::clone(&running.app), stop).await;
    info!("stopping; a second signal ends the process at once");
    tokio::spawn(signals::exit_on_second());
    reloading.abort();
    running.close().await?;
    info!("stopped");
    served.map_err(ServeError::Runtime)
}

/// The one line that a person who has just started Sextant is looking for.
fn announce(address: std::net::SocketAddr) {
    // A closed standard output must not end the server.
    let _ = writeln!(std::io::stdout(), "Sextant is running at http://{address}/ (Ctrl-C stops it)");
    info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
}
