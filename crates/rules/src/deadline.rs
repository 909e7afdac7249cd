//! How long one evaluation of a rule may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{Cancel, Duration};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Gives evaluations their deadlines.
#[derive(Debug)]
pub(crate) struct Deadlines {
    limit: Mutex<Duration>,
    /// Ends all evaluations at once, when rules stop.
    halt: CancellationToken,
    runtime: Handle,
}

impl Deadlines {
    pub(crate) const fn new(limit: Duration, halt: CancellationToken, runtime: Handle) -> Self {
        Self { limit: Mutex::new(limit), halt, runtime }
    }

    /// Changes the limit of evaluations that begin later.
    pub(crate) fn set_limit(&self, limit: Duration) {
        *self.limit.lock() = limit;
    }

    /// The deadline of an evaluation that begins now.
    pub(crate) fn begin(&self) -> Deadline {
        let limit = *self.limit.lock();
        let (cancel, expired) = (Cancel::new(), Arc::new(AtomicBool::new(false)));
        let (raised, noted, halt) = (cancel.clone(), expired.clone(), self.halt.clone());
        let watch = self.runtime.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(limit.to_std()) => noted.store(true, Ordering::Release),
                () = halt.cancelled() => {}
            }
            raised.cancel();
        });
        Deadline { limit, cancel, expired, watch }
    }
}

/// The deadline of one evaluation, which ends with it.
#[derive(Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    /// Raised when the time is over, or when rules stop.
    pub(crate) cancel: Cancel,
    expired: Arc<AtomicBool>,
    watch: JoinHandle<()>,
}

impl Deadline {
    /// An error once the evaluation was asked to end.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.expired.load(Ordering::Acquire) {
            return Err(format!("timed out after {}", self.limit));
        }
        if self.cancel.is_cancelled() { Err("rules are being stopped".to_owned()) } else { Ok(()) }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.watch.abort();
    }
}
