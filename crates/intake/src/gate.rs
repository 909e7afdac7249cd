//! Validation, limits, writing, publishing.

use std::fmt;
use std::sync::Arc;

use model::store::{Appendable, StoreError};
use model::{Batch, Labels, METRIC_NAME, Row, Vital, VitalSource};

use crate::stats::Stats;
use crate::stream::{LiveStream, Publisher};

/// What the gate lets through. Each limit protects the store and every reader behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Labels of one series, the metric's name included.
    pub labels_per_series: usize,
    /// Bytes of one label's name.
    pub label_name_bytes: usize,
    /// Bytes of one label's value.
    pub label_value_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { labels_per_series: 128, label_name_bytes: 1024, label_value_bytes: 65_536 }
    }
}

/// Why a sample was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// The series has no metric name.
    NoMetricName,
    /// A label has an empty name.
    EmptyLabelName,
    /// The series has more labels than allowed.
    TooManyLabels,
    /// A label's name is longer than allowed.
    LabelNameTooLong,
    /// A label's value is longer than allowed.
    LabelValueTooLong,
    /// The sample is older than the store's retention.
    TooOld,
    /// The sample is too far in the future.
    TooNew,
    /// The store holds as many series as it may, or the series is too large for it.
    TooManySeries,
}

impl RejectReason {
    pub(crate) const ALL: [Self; 8] = [
        Self::NoMetricName,
        Self::EmptyLabelName,
        Self::TooManyLabels,
        Self::LabelNameTooLong,
        Self::LabelValueTooLong,
        Self::TooOld,
        Self::TooNew,
        Self::TooManySeries,
    ];

    /// The reason as a label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMetricName => "no_metric_name",
            Self::EmptyLabelName => "empty_label_name",
            Self::TooManyLabels => "too_many_labels",
            Self::LabelNameTooLong => "label_name_too_long",
            Self::LabelValueTooLong => "label_value_too_long",
            Self::TooOld => "too_old",
            Self::TooNew => "too_new",
            Self::TooManySeries => "too_many_series",
        }
    }
}

/// A number of samples that were not stored for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: RejectReason,
    /// How many samples.
    pub count: u64,
    /// The first series concerned, where it is known.
    pub example: Option<Labels>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples: {}", self.count, self.reason.as_str())?;
        match &self.example {
            Some(labels) => write!(f, ", first in {labels}"),
            None => Ok(()),
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Samples stored.
    pub stored: u64,
    /// Samples not stored, by reason; empty when all went well.
    pub rejections: Vec<Rejection>,
    /// Series that did not exist before.
    pub series_created: u64,
}

impl Outcome {
    /// Samples not stored.
    pub fn rejected(&self) -> u64 {
        self.rejections.iter().map(|rejection| rejection.count).sum()
    }

    fn reject(&mut self, reason: RejectReason, count: u64, example: Option<&Labels>) {
        if count == 0 {
            return;
        }
        match self.rejections.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.count += count,
            None => self.rejections.push(Rejection { reason, count, example: example.cloned() }),
        }
    }
}

/// Why nothing of a batch was stored.
#[derive(Debug, thiserror::Error)]
#[error("cannot store the batch")]
pub struct IntakeError(#[from] pub StoreError);

/// The gate. Shared by all sources; its methods may be called from any thread.
pub struct Intake {
    store: Arc<dyn Appendable>,
    limits: Limits,
    stats: Stats,
    publisher: Publisher,
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Intake {
    /// A gate before `store`.
    pub fn new(store: Arc<dyn Appendable>, limits: Limits) -> Self {
        Self { store, limits, stats: Stats::default(), publisher: Publisher::new() }
    }

    /// Stores what is valid, publishes it, and says what was not stored and why.
    ///
    /// An acknowledged batch is seen by the next query and survives the death of the process. Blocks on disk:
    /// async callers use `spawn_blocking` or a thread of their own.
    pub fn ingest(&self, mut batch: Batch) -> Result<Outcome, IntakeError> {
        let mut outcome = Outcome::default();
        let mut known_good: Option<Labels> = None;
        batch.rows.retain(|row| {
            // Rows of one series follow each other; look at each series once.
            if known_good.as_ref() == Some(&row.labels) {
                return true;
            }
            match self.fault(&row.labels) {
                Some(reason) => {
                    outcome.reject(reason, 1, Some(&row.labels));
                    false
                }
                None => {
                    known_good = Some(row.labels.clone());
                    true
                }
            }
        });
        let appended = if batch.is_empty() { Default::default() } else { self.store.append(&batch)? };
        outcome.stored = appended.stored;
        outcome.series_created = appended.series_created;
        outcome.reject(RejectReason::TooOld, appended.too_old, None);
        outcome.reject(RejectReason::TooNew, appended.too_new, None);
        outcome.reject(RejectReason::TooManySeries, appended.over_limit, None);
        self.stats.count_stored(outcome.stored);
        for rejection in &outcome.rejections {
            self.stats.count_rejected(rejection.reason, rejection.count);
        }
        leave_out(&mut batch.rows, &appended.refused);
        if !batch.rows.is_empty() {
            self.publisher.publish(batch);
        }
        Ok(outcome)
    }

    /// A reader of everything that is stored from now on.
    pub fn subscribe(&self) -> LiveStream {
        self.publisher.subscribe()
    }

    fn fault(&self, labels: &Labels) -> Option<RejectReason> {
        let limits = &self.limits;
        if labels.len() > limits.labels_per_series {
            return Some(RejectReason::TooManyLabels);
        }
        let mut named = false;
        for (name, value) in labels.iter() {
            if name.is_empty() {
                return Some(RejectReason::EmptyLabelName);
            }
            if name.len() > limits.label_name_bytes {
                return Some(RejectReason::LabelNameTooLong);
            }
            if value.len() > limits.label_value_bytes {
                return Some(RejectReason::LabelValueTooLong);
            }
            named |= name == METRIC_NAME;
        }
        (!named).then_some(RejectReason::NoMetricName)
    }
}

/// Removes the rows with these indices, which rise.
fn leave_out(rows: &mut Vec<Row>, refused: &[usize]) {
    if refused.is_empty() {
        return;
    }
    let mut refused = refused.iter().copied().peekable();
    let mut index = 0..;
    rows.retain(|_| refused.next_if_eq(&index.next().unwrap_or(usize::MAX)).is_none());
}

impl VitalSource for Intake {
    fn vitals(&self, out: &mut Vec<Vital>) {
        self.stats.vitals(self.publisher.readers(), out);
    }
}

#[cfg(test)]
mod tests;
