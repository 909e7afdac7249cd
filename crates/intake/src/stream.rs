//! The live stream of what was stored.

use std::sync::Arc;

use model::Batch;
use tokio::sync::broadcast;

/// Batches kept for readers that lag.
const STREAM_CAPACITY_BATCHES: usize = 256;

/// One reader's end of the live stream.
#[derive(Debug)]
pub struct LiveStream(broadcast::Receiver<Arc<Batch>>);

/// The reader was too slow and this many batches were dropped for it; the stream goes on behind the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("missed {0} batches of the live stream")]
pub struct Missed(pub u64);

impl LiveStream {
    /// Waits for the next batch; `None` when the intake is gone. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Arc<Batch>, Missed>> {
        match self.0.recv().await {
            Ok(batch) => Some(Ok(batch)),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Err(Missed(count))),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Publisher(broadcast::Sender<Arc<Batch>>);

impl Publisher {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(STREAM_CAPACITY_BATCHES))
    }

    pub(crate) fn subscribe(&self) -> LiveStream {
        LiveStream(self.0.subscribe())
    }

    /// Never blocks; with no reader the batch is dropped.
    pub(crate) fn publish(&self, batch: Batch) {
        if self.0.receiver_count() > 0 {
            // An error only means that the last reader has just left.
            let _ = self.0.send(Arc::new(batch));
        }
    }

    pub(crate) fn readers(&self) -> usize {
        self.0.receiver_count()
    }
}
