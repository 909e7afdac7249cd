use std::sync::Arc;

use model::store::{Appendable, Appended, Queryable, Select, SeriesColumns, StoreError};
use model::{Batch, Cancel, Duration, Labels, ManualClock, MatchOp, Matcher, TimeRange, Timestamp};
use tempfile::TempDir;

use crate::{Options, Store, SyncPolicy};

mod contract;
mod crash;
mod faults;
mod large;
mod limits;
mod maintenance;
mod random;
mod stopping;

/// Where the clock of a trial stands at first: a morning in November 2023.
const NOW: i64 = 1_700_035_200_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn options() -> Options {
    // Nothing in these tests depends on power failures, and syncing is slow.
    Options { sync: SyncPolicy::Never, ..Options::default() }
}

/// A store in a directory of its own, with a clock that stands still.
struct Trial {
    dir: TempDir,
    clock: Arc<ManualClock>,
    options: Options,
    store: Option<Store>,
}

impl Trial {
    fn new() -> Self {
        Self::with(options())
    }

    fn with(options: Options) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(NOW)));
        let mut trial = Self { dir: TempDir::new().unwrap(), clock, options, store: None };
        trial.reopen();
        trial
    }

    fn reopen(&mut self) {
        drop(self.store.take());
        self.store = Some(Store::open(self.dir.path(), self.options, self.clock.clone()).unwrap());
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Writes the head as parts, whatever its age.
    fn flush(&self) -> crate::Maintenance {
        let now = model::Clock::now(&*self.clock);
        self.clock.set(now.plus(self.options.head_span));
        let done = self.store().maintain().unwrap();
        self.clock.set(now);
        done
    }

    /// Appends one sample of each name.
    fn append(&self, samples: &[(&str, i64, f64)]) -> Appended {
        let mut batch = Batch::new();
        for (name, at, value) in samples {
            batch.push(labels(name), Timestamp::from_millis(*at), *value);
        }
        self.store().append(&batch).unwrap()
    }

    fn select(&self, matchers: &[Matcher], range: TimeRange) -> Vec<SeriesColumns> {
        self.try_select(matchers, range, u64::MAX).unwrap()
    }

    fn try_select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
        max_samples: u64,
    ) -> Result<Vec<SeriesColumns>, StoreError> {
        self.store().select(&Select { matchers, range, max_samples, cancel: &Cancel::new() })
    }

    /// All samples of a series, values as bits.
    fn samples(&self, name: &str) -> Vec<(i64, u64)> {
        let found = self.select(&[Matcher::equal("__name__", name)], TimeRange::ALL);
        assert!(found.len() <= 1, "{found:?}");
        let columns = found.into_iter().next().unwrap_or_default();
        columns.timestamps.into_iter().zip(columns.values.iter().map(|value| value.to_bits())).collect()
    }
}

fn labels(name: &str) -> Labels {
    Labels::of_metric(name, &[("host", "a")])
}

fn bits(samples: &[(i64, f64)]) -> Vec<(i64, u64)> {
    samples.iter().map(|(at, value)| (*at, value.to_bits())).collect()
}

fn matcher(op: MatchOp, name: &str, value: &str) -> Matcher {
    Matcher::new(op, name, value).unwrap()
}
