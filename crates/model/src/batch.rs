//! What sources hand to the intake, and the intake to the store.

use std::sync::Arc;

use crate::{Labels, Metadata, Sample, Timestamp};

/// One sample of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The series. Sources that keep the same `Labels` between batches make the store's look-up cheap.
    pub labels: Labels,
    /// The sample.
    pub sample: Sample,
}

/// Samples that arrived together, with what they say about their metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Samples in the order of arrival; any order of series and times is allowed.
    pub rows: Vec<Row>,
    /// Metadata by metric family name; only new or changed ones need be told.
    pub metadata: Vec<(Arc<str>, Metadata)>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sample.
    pub fn push(&mut self, labels: Labels, timestamp: Timestamp, value: f64) {
        self.rows.push(Row { labels, sample: Sample { timestamp, value } });
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.metadata.is_empty()
    }
}
