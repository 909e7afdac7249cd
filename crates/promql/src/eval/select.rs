//! Instant selectors: the latest sample within the lookback, at each step.

use model::store::{Select, SeriesColumns};
use model::{TimeRange, Timestamp, is_stale_nan};

use super::{ABSENT, Column, Evaluation, Steps};
use crate::QueryError;
use crate::plan::Selector;

impl Evaluation<'_> {
    /// Reads all samples of a selector that any step can need: those within `window_ms` before it.
    pub(super) fn read(
        &mut self,
        selector: &Selector,
        steps: Steps,
        window_ms: i64,
    ) -> Result<Vec<SeriesColumns>, QueryError> {
        let first = self.shifted(selector.shift, steps.start_ms);
        let last = self.shifted(selector.shift, steps.last());
        // Windows are open on the left.
        let start = first.saturating_sub(window_ms).saturating_add(1);
        let request = Select {
            matchers: &selector.matchers,
            range: TimeRange::new(Timestamp::from_millis(start), Timestamp::from_millis(last)),
            max_samples: self.budget.left(),
            cancel: self.effort.cancel,
        };
        let series = self.store.select(&request)?;
        for series in &series {
            self.budget.charge(series.values.len().saturating_add(1))?;
        }
        Ok(series)
    }

    pub(super) fn select_instant(
        &mut self,
        selector: &Selector,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        self.select_latest(selector, steps, |_, value| value)
    }

    /// The time in seconds of the sample that the selector finds at each step.
    pub(crate) fn select_times(
        &mut self,
        selector: &Selector,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        self.select_latest(selector, steps, |timestamp_ms, _| timestamp_ms as f64 / 1000.0)
    }

    fn select_latest(
        &mut self,
        selector: &Selector,
        steps: Steps,
        give: fn(i64, f64) -> f64,
    ) -> Result<Vec<Column>, QueryError> {
        let lookback_ms = self.lookback_ms;
        let all = self.read(selector, steps, lookback_ms)?;
        let mut columns = Vec::with_capacity(all.len());
        for series in all {
            self.effort.spend(steps.count.saturating_add(series.values.len()))?;
            self.budget.charge(steps.count)?;
            let times = steps.times().map(|time| self.shifted(selector.shift, time));
            let values = latest(&series, times, lookback_ms, give);
            let column = Column { labels: series.labels, values };
            if column.is_empty() {
                self.budget.refund(steps.count);
            } else {
                columns.push(column);
            }
        }
        Ok(columns)
    }
}

/// What `give` makes of the latest sample in `(time - lookback, time]` at each of the rising times, unless the
/// series has ended there.
fn latest(
    series: &SeriesColumns,
    times: impl Iterator<Item = i64>,
    lookback_ms: i64,
    give: fn(i64, f64) -> f64,
) -> Vec<f64> {
    let mut next = 0;
    let mut at = |time: i64| {
        next += series.timestamps[next..].iter().take_while(|timestamp| **timestamp <= time).count();
        let newest = next.checked_sub(1)?;
        let (timestamp, value) = (series.timestamps[newest], series.values[newest]);
        let fresh = timestamp > time.saturating_sub(lookback_ms);
        (fresh && !is_stale_nan(value)).then(|| give(timestamp, value))
    };
    times.map(|time| at(time).unwrap_or(ABSENT)).collect()
}
