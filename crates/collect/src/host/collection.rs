//! One round over all collectors.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use model::{Batch, Clock, Duration, MetricDesc, Timestamp, error_chain};

use super::collector::{CollectError, Collector, CollectorRow};
use super::config::HostConfig;
use super::environment::Environment;
use super::samples::{Identity, Samples, SeriesCache};

/// How often the state of each collector is stored when it does not change.
const STATE_EVERY: Duration = Duration::from_secs(10);

const UP: MetricDesc = MetricDesc::gauge("up", "1 if the host's values could be read, 0 if not.");
const SUCCESS: MetricDesc = MetricDesc::gauge(
    "node_scrape_collector_success",
    "1 if the last collection of this collector had no error, 0 otherwise.",
);
const DURATION: MetricDesc = MetricDesc::gauge(
    "node_scrape_collector_duration_seconds",
    "How long the last collection of this collector took.",
);
static STATE_METRICS: &[MetricDesc] = &[UP, SUCCESS, DURATION];

/// All enabled collectors with what they remember between rounds.
#[derive(Debug)]
pub(super) struct Collection {
    identity: Identity,
    slots: Vec<Slot>,
    up: SeriesCache,
    state: SeriesCache,
    state_due: Timestamp,
}

/// A collector, its series and its state.
struct Slot {
    row: &'static CollectorRow,
    collector: Box<dyn Collector>,
    series: SeriesCache,
    last_run: Option<Timestamp>,
    duration_seconds: f64,
    /// The error of the last run, as it was logged.
    failure: Option<String>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("name", &self.row.name)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl Collection {
    pub(super) fn new(rows: &[&'static CollectorRow], environment: &Environment, identity: Identity) -> Self {
        Self {
            identity,
            slots: rows.iter().map(|row| Slot::new(row, environment)).collect(),
            up: SeriesCache::new(STATE_METRICS),
            state: SeriesCache::new(STATE_METRICS),
            state_due: Timestamp::MIN,
        }
    }

    /// Runs every collector that is due at `at`, and returns what they emitted and which of them failed.
    pub(super) fn collect(&mut self, at: Timestamp) -> Collected {
        let mut collected = Collected::default();
        let mut is_state_changed = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.is_due(at)) {
            let was_failing = slot.failure.is_some();
            if let Some(error) = slot.collect(at, &self.identity, &mut collected.batch) {
                collected.failures.push((slot.row.name, error));
            }
            is_state_changed |= was_failing != slot.failure.is_some();
        }
        self.emit_state(at, is_state_changed, &mut collected.batch);
        collected
    }

    fn emit_state(&mut self, at: Timestamp, is_changed: bool, batch: &mut Batch) {
        let mut up = Samples::new(at, &self.identity, &mut self.up, batch);
        up.emit(&UP, &[], 1.0);
        up.end();
        // A clock that was set back must not silence this for long.
        let is_due = at >= self.state_due || self.state_due > at.plus(STATE_EVERY);
        if !is_due && !is_changed {
            return;
        }
        self.state_due = floor(at, STATE_EVERY).plus(STATE_EVERY);
        let mut state = Samples::new(at, &self.identity, &mut self.state, batch);
        for slot in &self.slots {
            let labels = [("collector", slot.row.name)];
            state.emit(&SUCCESS, &labels, if slot.failure.is_none() { 1.0 } else { 0.0 });
            state.emit(&DURATION, &labels, slot.duration_seconds);
        }
        state.end();
    }

    /// Has all metadata told again with the next round, because the last batch was not taken.
    pub(super) fn forget_metadata(&mut self) {
        let of_slots = self.slots.iter_mut().map(|slot| &mut slot.series);
        of_slots.chain([&mut self.up, &mut self.state]).for_each(SeriesCache::forget_metadata);
    }
}

impl Slot {
    fn new(row: &'static CollectorRow, environment: &Environment) -> Self {
        Self {
            row,
            collector: (row.build)(environment),
            series: SeriesCache::new(row.metrics),
            last_run: None,
            duration_seconds: 0.0,
            failure: None,
        }
    }

    /// Whether `at` lies in a later period than the last run; also when the clock was set back.
    fn is_due(&self, at: Timestamp) -> bool {
        self.last_run.is_none_or(|last| {
            self.row.every.is_zero() || floor(at, self.row.every) != floor(last, self.row.every)
        })
    }

    fn collect(&mut self, at: Timestamp, identity: &Identity, batch: &mut Batch) -> Option<CollectError> {
        self.last_run = Some(at);
        let started = Instant::now();
        let mut samples = Samples::new(at, identity, &mut self.series, batch);
        let outcome = self.collector.collect(at, &mut samples);
        let undeclared = samples.end();
        self.duration_seconds = started.elapsed().as_secs_f64();
        let error = outcome.err().or(undeclared.map(|metric| CollectError::Undeclared { metric }));
        self.note(error.as_ref());
        error
    }

    /// Logs a change of state once.
    fn note(&mut self, error: Option<&CollectError>) {
        let collector = self.row.name;
        let failure = error.map(|error| error_chain(error));
        if failure == self.failure {
            return;
        }
        match (error, &failure) {
            (Some(CollectError::Absent { .. }), Some(reason)) => {
                tracing::info!(collector, "collector has nothing to read: {reason}");
            }
            (_, Some(reason)) => tracing::warn!(collector, "collector failed: {reason}"),
            (_, None) => tracing::info!(collector, "collector works again"),
        }
        self.failure = failure;
    }
}

/// The last multiple of `step` at or before `at`.
pub(super) fn floor(at: Timestamp, step: Duration) -> Timestamp {
    let step = step.as_millis().max(1);
    at.plus_millis(at.as_millis().rem_euclid(step).saturating_neg())
}

/// What one round found.
#[derive(Debug, Default)]
pub struct Collected {
    /// The samples, and metadata that was not told before.
    pub batch: Batch,
    /// Collectors that failed, by name. What they emitted before they failed is in the batch.
    pub failures: Vec<(&'static str, CollectError)>,
}

/// Runs all enabled collectors once, for trying out a configuration. Figures that need two looks, such as the
/// CPU use of processes, are missing.
pub fn collect_once(
    config: &HostConfig,
    instance: String,
    clock: Arc<dyn Clock>,
) -> Result<Collected, CollectError> {
    let rows = config.enabled_collectors()?;
    let now = clock.now();
    let environment = Environment::new(config, clock)?;
    let identity = Identity { job: config.job.clone(), instance };
    Ok(Collection::new(&rows, &environment, identity).collect(now))
}

#[cfg(test)]
mod tests;
