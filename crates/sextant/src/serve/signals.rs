//! Signals of the operating system.

use server::Reload;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

/// Done when the process is asked to stop.
pub(crate) async fn stop() {
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            warn!(%error, "cannot listen for signals; only a kill stops this process");
            std::future::pending::<()>().await;
        }
    }
}

/// Ends the process when it is asked to stop once more. What was acknowledged is in the log by then.
pub(crate) async fn exit_on_second() {
    stop().await;
    warn!("second signal: ending at once");
    std::process::exit(1);
}

/// Reloads at every `SIGHUP`.
pub(crate) async fn reload_on_hangup(reload: Reload) {
    let mut hangups: Signal = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            warn!(%error, "cannot listen for SIGHUP; use POST /-/reload");
            return;
        }
    };
    while hangups.recv().await.is_some() {
        info!("SIGHUP: reloading");
        let reload = reload.clone();
        // The reload logs its own outcome; a panic in it is logged by the panic hook.
        let _ = tokio::task::spawn_blocking(move || reload()).await;
    }
}
