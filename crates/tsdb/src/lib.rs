//! The embedded metric store: write-ahead log, in-memory head, immutable parts, label index, retention.
//!
//! A write goes to the log, then to the head; when it returns, a killed process loses nothing of it. Now and then
//! [`Store::maintain`] writes the head as immutable parts, merges parts, and removes what is past retention. A
//! read looks into the head and into every part that overlaps its range. `docs/storage.md` draws the formats and
//! argues why a crash at any moment is harmless.
//!
//! Invariants:
//! - What is acknowledged is in the log or in parts that the manifest names, at every moment.
//! - Of two samples of one series and time, the one that was written later counts, wherever they lie.
//! - Nothing read from disk is used before its checksum is verified.
//!
//! Limits: [`Options::series_max`] series in the head, about 2^24 per part; labels of one series 16 MiB and 65,536,
//! a record of the log 32 MiB.
//!
//! Reading order: `store` (what users see), `head`, `log`, `part`, `plan`, then the codecs.

mod codec;
mod columns;
mod disk;
mod error;
mod families;
mod files;
mod head;
mod lock;
mod log;
mod manifest;
mod options;
mod part;
mod plan;
mod postings;
mod recovery;
mod stats;
mod store;

pub use error::OpenError;
pub use options::{Options, SyncPolicy};
pub use recovery::{LogCut, Quarantined, Recovery};
pub use stats::{Count, HeadStats, Maintenance, StoreStats};
pub use store::Store;
