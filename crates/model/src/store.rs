//! The contract between a metric store and its users.
//!
//! Writers see [`Appendable`], readers see [`Queryable`]; neither knows which store is behind it.

use std::sync::Arc;

use crate::{Batch, Cancel, Labels, Matcher, Metadata, TimeRange};

/// Where samples go.
pub trait Appendable: Send + Sync {
    /// Stores all samples that can be stored and says what became of the others.
    ///
    /// When this returns `Ok`, the stored samples are seen by every later read and survive the death of the
    /// process; how long they may be lost to a power failure is the store's sync policy. An `Err` means that
    /// nothing of the batch is acknowledged. Samples may come in any order; a second sample of the same series
    /// and time replaces the first. May block on disk: call it from a thread that may wait.
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError>;
}

/// What became of an appended batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Samples stored, exact duplicates included.
    pub stored: u64,
    /// Samples older than the store's retention: not stored.
    pub too_old: u64,
    /// Samples too far in the future: not stored.
    pub too_new: u64,
    /// Samples of series that the store's limits do not allow: not stored.
    pub over_limit: u64,
    /// The rows of the batch that were not stored, as indices, rising; as many as the counts above say.
    pub refused: Vec<usize>,
    /// Series that did not exist before.
    pub series_created: u64,
}

/// Where answers come from.
pub trait Queryable: Send + Sync {
    /// The samples of all series that fulfil every matcher, within the range, sorted by labels. Series without
    /// a sample in the range are left out. Staleness markers are included as samples. At least one matcher must
    /// not match the empty value; the caller checks that.
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError>;

    /// Labels of all series that fulfil every matcher of at least one set and may have samples in the range,
    /// sorted and unique.
    fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, StoreError>;

    /// Label names of those series, sorted; of all series if there is no set.
    fn label_names(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<String>, StoreError>;

    /// Values of one label of those series, sorted; of all series if there is no set.
    fn label_values(
        &self,
        name: &str,
        sets: &[Vec<Matcher>],
        range: TimeRange,
    ) -> Result<Vec<String>, StoreError>;

    /// Metadata of one metric family, or of all, sorted by name.
    fn metadata(&self, family: Option<&str>) -> Result<Vec<(Arc<str>, Metadata)>, StoreError>;
}

/// What [`Queryable::select`] is asked.
#[derive(Debug)]
pub struct Select<'a> {
    /// All must hold.
    pub matchers: &'a [Matcher],
    /// Samples outside are left out.
    pub range: TimeRange,
    /// The answer may hold at most this many samples; more is [`StoreError::Limit`].
    pub max_samples: u64,
    /// Raised when the answer is no longer wanted.
    pub cancel: &'a Cancel,
}

/// The samples of one series as two columns of equal length, sorted by time, one sample per time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesColumns {
    /// The series.
    pub labels: Labels,
    /// Milliseconds since the epoch, strictly rising.
    pub timestamps: Vec<i64>,
    /// The value at each time.
    pub values: Vec<f64>,
}

/// Why a store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The answer would be larger than allowed.
    #[error("the query would load more than {limit} {what} (limit `{key}`)")]
    Limit {
        /// What there would be too much of, in the plural.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// The configuration key that sets the limit.
        key: &'static str,
    },
    /// The work was cancelled by its caller.
    #[error("the query was cancelled")]
    Cancelled,
    /// The store cannot take writes at present; trying again later makes sense.
    #[error("the store does not take writes: {reason}")]
    Unavailable {
        /// Why, for people.
        reason: String,
    },
    /// Reading or writing a file failed.
    #[error("cannot {action}")]
    Io {
        /// What was tried, with the file's name, such as "append to the log `wal/00000001`".
        action: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
}
