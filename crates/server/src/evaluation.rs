//! Work that reads the store for somebody who waits: queries, live answers, lists of series and labels.
//!
//! All of it runs on threads that may block, on a bounded number of places and for a bounded time. It is
//! cancelled as soon as nobody waits for it any more; its place is free again when it has really ended.

use std::sync::Arc;

use model::store::StoreError;
use model::{Cancel, Duration};
use promql::{ExecutionError, ParseError, Query, QueryError};
use tokio::sync::Semaphore;

use crate::answer::{ErrorKind, Failure};

/// Longer texts, in bytes, are not parsed on the runtime's threads.
const PARSE_AT_ONCE_BYTES_MAX: usize = 1024;

/// Runs work within the limits.
#[derive(Debug)]
pub(crate) struct Runner {
    /// Work needs a place of each, taken in this order.
    places: Vec<Arc<Semaphore>>,
    timeout: Duration,
}

impl Runner {
    /// Work waits and runs for `timeout` at most, and `max_concurrent` pieces of it run at the same time.
    pub(crate) fn new(max_concurrent: usize, timeout: Duration) -> Self {
        Self { places: vec![Arc::new(Semaphore::new(max_concurrent.max(1)))], timeout }
    }

    /// A runner for work that may take but some of the places of this one.
    pub(crate) fn portion(&self, max_concurrent: usize) -> Self {
        let mut places = vec![Arc::new(Semaphore::new(max_concurrent.max(1)))];
        places.extend(self.places.iter().cloned());
        Self { places, timeout: self.timeout }
    }

    /// Waits for a place and does the work on a thread that may block. Gives up at the timeout, the caller's if
    /// that is shorter. Raises the flag when it gives up and when its future is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        timeout: Option<Duration>,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let cancel = Cancel::new();
        let _guard = CancelOnDrop(cancel.clone());
        let timeout = timeout.unwrap_or(self.timeout).min(self.timeout);
        let finished = tokio::time::timeout(timeout.to_std(), async {
            let mut held = Vec::with_capacity(self.places.len());
            for places in &self.places {
                held.push(places.clone().acquire_owned().await);
            }
            tokio::task::spawn_blocking(move || {
                // Kept until the work has really stopped, which may be after its timeout.
                let _held = held;
                work(&cancel)
            })
            .await
        });
        match finished.await {
            Err(_) => Err(Failure::new(ErrorKind::Timeout, "query timed out in query execution")),
            Ok(Err(panicked)) => Err(Failure::from_error(ErrorKind::Internal, &panicked)),
            Ok(Ok(done)) => Ok(done),
        }
    }
}

/// Cancels work whose waiter has gone.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Parses an expression; a long one where that holds up nobody else. `refused` words what is wrong with it.
pub(crate) async fn parse(text: &str, refused: fn(ParseError) -> Failure) -> Result<Query, Failure> {
    if text.len() <= PARSE_AT_ONCE_BYTES_MAX {
        return Query::parse(text).map_err(refused);
    }
    let text = text.to_owned();
    let parsed = tokio::task::spawn_blocking(move || Query::parse(&text)).await;
    parsed.map_err(|panicked| Failure::from_error(ErrorKind::Internal, &panicked))?.map_err(refused)
}

/// A failed query, as Prometheus names the kinds.
pub(crate) fn query_failure(error: &QueryError) -> Failure {
    let kind = match error {
        // Known before the evaluation begins, so Prometheus counts it among the wrong parameters.
        QueryError::Execution(wrong @ ExecutionError::NotRangeable(_)) => {
            return Failure::parameter("query", wrong);
        }
        QueryError::Cancelled => ErrorKind::Canceled,
        QueryError::Store(error) => kind_of(error),
        QueryError::Execution(_) | QueryError::TooManySamples => ErrorKind::Execution,
    };
    Failure::from_error(kind, error)
}

/// A failed read of the store.
pub(crate) fn store_failure(error: &StoreError) -> Failure {
    Failure::from_error(kind_of(error), error)
}

const fn kind_of(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Limit { .. } => ErrorKind::Execution,
        StoreError::Cancelled => ErrorKind::Canceled,
        StoreError::Unavailable { .. } => ErrorKind::Unavailable,
        StoreError::Io { .. } => ErrorKind::Internal,
    }
}

#[cfg(test)]
mod tests;
