//! The times at which an expression is evaluated.

use crate::engine::RangeSteps;
use crate::{ExecutionError, QueryError};

/// Equally spaced times, in milliseconds since the epoch; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) start_ms: i64,
    pub(crate) step_ms: i64,
    pub(crate) count: usize,
    /// The end as it was asked for; the last step may lie before it.
    pub(crate) end_ms: i64,
}

impl Steps {
    /// The steps of a range; more than `max` are refused.
    pub(crate) fn of_range(range: RangeSteps, max: u64) -> Result<Self, QueryError> {
        let (start_ms, end_ms) = (range.start.as_millis(), range.end.as_millis());
        if end_ms < start_ms || range.step.is_zero() {
            return Err(ExecutionError::NoSteps.into());
        }
        Self::between(start_ms, end_ms, range.step.as_millis(), max)
    }

    /// Steps from `start_ms` to `end_ms`, which must not lie before it.
    pub(crate) fn between(start_ms: i64, end_ms: i64, step_ms: i64, max: u64) -> Result<Self, QueryError> {
        let gaps = end_ms.saturating_sub(start_ms) / step_ms.max(1);
        let count = u64::try_from(gaps).unwrap_or(0).saturating_add(1);
        if count > max.max(1) {
            return Err(QueryError::TooManySamples);
        }
        Ok(Self { start_ms, step_ms, count: usize::try_from(count).unwrap_or(usize::MAX), end_ms })
    }

    /// The first of these steps alone.
    pub(crate) const fn first_only(self) -> Self {
        Self { count: 1, ..self }
    }

    /// The time of a step.
    pub(crate) const fn at(&self, index: usize) -> i64 {
        self.start_ms.saturating_add(self.step_ms.saturating_mul(index as i64))
    }

    /// All times.
    pub(crate) fn times(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |index| self.at(index))
    }

    /// The last time.
    pub(crate) const fn last(&self) -> i64 {
        self.at(self.count - 1)
    }
}
