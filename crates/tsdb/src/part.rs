//! Immutable files with the samples of a range of time.
//!
//! Invariants: a part is written under another name, synced, and only then named; it never changes. Its series
//! are sorted by labels and numbered in that order; the samples of a series are sorted by time, one per time.
//! Every byte that is read lies under a checksum. Limits: a block of samples holds at most
//! [`BLOCK_SAMPLES_MAX`]; `size` bounds the index. Formats are drawn in `docs/storage.md`.
//!
//! Opening reads the footer only; the directory is read at the first query and kept (some kilobytes); series and
//! postings are read when asked for and not kept, so old series cost no memory.

mod directory;
mod footer;
mod index;
mod reader;
mod size;
mod writer;

use model::{TimeRange, Timestamp};

pub(crate) use reader::{Part, PartSeries, SampleReader};
pub(crate) use size::is_storable;
pub(crate) use writer::PartWriter;

/// A block of samples holds at most this many: readers may allocate for them.
pub(crate) const BLOCK_SAMPLES_MAX: usize = 4096;

/// What is known of a part without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartInfo {
    /// Names the part; never used again.
    pub(crate) id: u64,
    /// Where two parts have a sample of the same series and time, the one of the higher order counts.
    pub(crate) order: u64,
    /// How often its samples were merged.
    pub(crate) level: u8,
    /// The earliest sample, in milliseconds.
    pub(crate) min: i64,
    /// The latest sample, in milliseconds.
    pub(crate) max: i64,
    pub(crate) samples: u64,
    pub(crate) series: u64,
    /// The file's length.
    pub(crate) bytes: u64,
}

impl PartInfo {
    pub(crate) fn file_name(&self) -> String {
        format!("{:08}_{}_{}.part", self.id, self.min, self.max)
    }

    pub(crate) fn range(&self) -> TimeRange {
        TimeRange::new(Timestamp::from_millis(self.min), Timestamp::from_millis(self.max))
    }
}

/// The format version in the header of a part, if the header is sound.
pub(crate) fn header_version(start: &[u8]) -> Option<u16> {
    footer::version_of(start.first_chunk()?).ok()
}

/// Why a part, or a piece of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartError {
    #[error("cannot read or write the part")]
    Io(#[from] std::io::Error),
    #[error("the part is damaged: {0}")]
    Damaged(#[from] crate::codec::Malformed),
    #[error("the part has format version {0}")]
    Newer(u16),
    #[error("{0} would be too large to be read again")]
    TooLarge(&'static str),
}

#[cfg(test)]
mod tests;
