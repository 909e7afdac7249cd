//! How many requests to write are at work: a body grows many times over when it is decoded.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many bodies of the greatest length fit into memory at the same time; of shorter ones, more.
const LONGEST_BODIES: usize = 4;
/// So many bodies are decoded and stored at the same time, per processor.
const WORKERS_PER_CORE: usize = 2;
/// A request that gets no place within this time is turned away.
const PATIENCE: Duration = Duration::from_secs(10);
const KIB: usize = 1024;

/// Room for bodies, and places for the work on them.
#[derive(Debug)]
pub(crate) struct WritePlaces {
    /// In KiB.
    room: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    body_bytes_max: usize,
    patience: Duration,
}

impl WritePlaces {
    /// Places for bodies of at most `body_bytes_max`, by the number of processors.
    pub(crate) fn new(body_bytes_max: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with(body_bytes_max, cores * WORKERS_PER_CORE, PATIENCE)
    }

    fn with(body_bytes_max: usize, workers: usize, patience: Duration) -> Self {
        let room = LONGEST_BODIES * kib(body_bytes_max);
        Self {
            room: Arc::new(Semaphore::new(room)),
            workers: Arc::new(Semaphore::new(workers)),
            body_bytes_max,
            patience,
        }
    }

    /// Room for the body that the headers announce; nothing if there is none for too long.
    pub(super) async fn for_body(&self, headers: &HeaderMap) -> Option<OwnedSemaphorePermit> {
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        // Without an announcement it may be as long as any.
        let bytes = announced.unwrap_or(self.body_bytes_max).min(self.body_bytes_max);
        self.take(&self.room, kib(bytes)).await
    }

    /// A place for the work on a body; nothing if there is none for too long.
    pub(super) async fn for_work(&self) -> Option<OwnedSemaphorePermit> {
        self.take(&self.workers, 1).await
    }

    async fn take(&self, places: &Arc<Semaphore>, count: usize) -> Option<OwnedSemaphorePermit> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let taken = tokio::time::timeout(self.patience, places.clone().acquire_many_owned(count)).await;
        taken.ok()?.ok()
    }
}

/// Rounded up, and never nothing, so that empty bodies count too.
const fn kib(bytes: usize) -> usize {
    bytes / KIB + 1
}

#[cfg(test)]
mod tests;
