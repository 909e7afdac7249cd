//! Figures about a store's content, as Prometheus's `/api/v1/status/tsdb` shows them.

use model::Timestamp;

/// Figures about a store's content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreStats {
    /// The head alone.
    pub head: HeadStats,
    /// Series of the head by metric name, most first.
    pub series_by_metric: Vec<Count>,
    /// Distinct values in the head by label name, most first.
    pub values_by_label: Vec<Count>,
    /// Bytes of label names and values of the head's series by label name, most first.
    pub bytes_by_label: Vec<Count>,
    /// Series of the head by `name=value`, most first.
    pub series_by_pair: Vec<Count>,
    /// Immutable parts on disk.
    pub parts: u64,
    /// Samples in parts; a sample written twice may count twice until its parts are merged.
    pub part_samples: u64,
    /// Bytes of all parts.
    pub part_bytes: u64,
    /// Bytes of the write-ahead log.
    pub log_bytes: u64,
}

/// Figures about the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadStats {
    /// Series.
    pub num_series: u64,
    /// Distinct label pairs.
    pub num_label_pairs: u64,
    /// Chunks of samples in memory.
    pub chunk_count: u64,
    /// Samples in memory.
    pub samples: u64,
    /// Bytes that those samples take in memory.
    pub sample_bytes: u64,
    /// The earliest sample in memory.
    pub min_time: Option<Timestamp>,
    /// The latest sample in memory.
    pub max_time: Option<Timestamp>,
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub value: u64,
}

/// What one run of [`Store::maintain`](crate::Store::maintain) did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintenance {
    /// Parts written from the head.
    pub parts_flushed: u64,
    /// Samples written from the head.
    pub samples_flushed: u64,
    /// Parts that were replaced by merged ones.
    pub parts_merged: u64,
    /// Parts removed because all their samples are past retention.
    pub parts_expired: u64,
    /// Log segments removed because parts hold their samples.
    pub segments_removed: u64,
}
