//! The embedded metric store: write-ahead log, in-memory head, immutable parts, label index, retention.

mod error;
mod options;
mod recovery;
mod stats;
mod store;

pub use error::OpenError;
pub use options::{Options, SyncPolicy};
pub use recovery::{LogCut, Quarantined, Recovery};
pub use stats::{Count, HeadStats, Maintenance, StoreStats};
pub use store::Store;
