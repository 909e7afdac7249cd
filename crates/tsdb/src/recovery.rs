//! What opening a store found.

use std::path::PathBuf;

/// What opening a store found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Log segments read.
    pub segments: u64,
    /// Samples taken from the log into the head.
    pub samples_replayed: u64,
    /// Samples of sound log records that name a series whose declaration was lost to damage.
    pub samples_orphaned: u64,
    /// Stretches of the log that hold no verifiable record and were left out.
    pub cuts: Vec<LogCut>,
    /// Files that cannot be used. They were moved aside, never deleted.
    pub quarantined: Vec<Quarantined>,
}

impl Recovery {
    /// Whether nothing was damaged.
    pub fn is_clean(&self) -> bool {
        self.cuts.is_empty() && self.quarantined.is_empty() && self.samples_orphaned == 0
    }
}

/// A stretch of the log without a verifiable record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCut {
    /// The number of the log segment.
    pub segment: u64,
    /// Where the stretch begins, in bytes from the segment's start.
    pub offset: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// What is wrong at its beginning, for people.
    pub reason: &'static str,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Where it lies now; where it lay before if it could not be moved.
    pub path: PathBuf,
    /// Why, for people.
    pub reason: String,
}
