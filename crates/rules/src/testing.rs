//! What tests of this crate share: a store in memory, and a group with everything around it, by hand on a clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use catalog::Catalog;
use intake::{Intake, Limits};
use model::store::{Appendable, Appended, Queryable, Select, SeriesColumns, StoreError};
use model::{
    Alert, AlertSink, Batch, Clock, Duration, Labels, ManualClock, Matcher, Metadata, TimeRange, Timestamp,
};
use parking_lot::{Mutex, RwLock};
use promql::Engine;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::deadline::Deadlines;
use crate::expr::StoreEvaluator;
use crate::group::{Context, Group};
use crate::rule::RuleGroup;
use crate::state::Outage;
use crate::status::AlertStatus;
use crate::template::Globals;

/// A store in memory.
#[derive(Default)]
pub(crate) struct MemStore {
    data: Mutex<BTreeMap<Labels, BTreeMap<i64, f64>>>,
    /// How many of the next batches are refused.
    pub(crate) refusals: AtomicU64,
}

impl MemStore {
    pub(crate) fn put(&self, labels: &Labels, at: Timestamp, value: f64) {
        self.data.lock().entry(labels.clone()).or_default().insert(at.as_millis(), value);
    }

    /// Texts of all series of a metric that have a sample at `at`, with its value.
    pub(crate) fn at(&self, metric: &str, at: Timestamp) -> Vec<String> {
        let data = self.data.lock();
        let of_metric = data.iter().filter(|(labels, _)| labels.metric_name() == Some(metric));
        let sampled = of_metric.filter_map(|(labels, samples)| Some((labels, samples.get(&at.as_millis())?)));
        let value =
            |value: f64| if model::is_stale_nan(value) { "stale".into() } else { model::format_value(value) };
        sampled.map(|(labels, sample)| format!("{labels} {}", value(*sample))).collect()
    }
}

impl Appendable for MemStore {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let fewer = |left: u64| left.checked_sub(1);
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok() {
            return Err(StoreError::Unavailable { reason: "the disk is full".to_owned() });
        }
        for row in &batch.rows {
            self.put(&row.labels, row.sample.timestamp, row.sample.value);
        }
        Ok(Appended { stored: batch.rows.len() as u64, ..Appended::default() })
    }
}

impl Queryable for MemStore {
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError> {
        let (start, end) = (request.range.start.as_millis(), request.range.end.as_millis());
        let data = self.data.lock();
        let hits = data.iter().filter(|(labels, _)| request.matchers.iter().all(|m| m.matches(labels)));
        let columns = hits.map(|(labels, samples)| {
            let (timestamps, values) = samples.range(start..=end).map(|(at, value)| (*at, *value)).unzip();
            SeriesColumns { labels: labels.clone(), timestamps, values }
        });
        Ok(columns.filter(|series: &SeriesColumns| !series.timestamps.is_empty()).collect())
    }

    fn series(&self, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<Labels>, StoreError> {
        Ok(Vec::new())
    }

    fn label_names(&self, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn label_values(&self, _: &str, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn metadata(&self, _: Option<&str>) -> Result<Vec<(Arc<str>, Metadata)>, StoreError> {
        Ok(Vec::new())
    }
}

/// A sink that keeps what it was told.
#[derive(Debug, Default)]
pub(crate) struct ListSink(Mutex<Vec<Alert>>);

impl AlertSink for ListSink {
    fn alerts(&self, alerts: &[Alert]) {
        self.0.lock().extend_from_slice(alerts);
    }
}

impl ListSink {
    /// What it was told since the last call, one line each: name, instance, begin and end in seconds.
    pub(crate) fn take(&self) -> Vec<String> {
        let secs = |at: Timestamp| at.as_millis() / 1000;
        let line = |alert: Alert| {
            let label = |name: &str| alert.labels.get(name).unwrap_or("").to_owned();
            let end = alert.ends_at.map_or("fires".to_owned(), |at| format!("ended {}", secs(at)));
            format!("{}/{} from {} {end}", label("alertname"), label("instance"), secs(alert.starts_at))
        };
        std::mem::take(&mut *self.0.lock()).into_iter().map(line).collect()
    }
}

/// Deadlines that need no runtime around the test.
pub(crate) fn deadlines(limit: Duration) -> Deadlines {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
    });
    Deadlines::new(limit, CancellationToken::new(), RUNTIME.handle().clone())
}

/// One group with everything around it.
pub(crate) struct Bench {
    pub(crate) store: Arc<MemStore>,
    pub(crate) sink: Arc<ListSink>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) context: Context,
    pub(crate) group: Arc<Group>,
}

pub(crate) fn at_secs(secs: i64) -> Timestamp {
    Timestamp::from_millis(secs * 1000)
}

impl Bench {
    pub(crate) fn new(rules: RuleGroup) -> Self {
        let catalog = Arc::new(Catalog::in_memory().unwrap());
        Self::restarted(rules, Arc::default(), catalog, Outage::default())
    }

    /// A group of one rule file's text.
    pub(crate) fn of(text: &str) -> Self {
        Self::new(group(text))
    }

    /// The group after a restart, with the store and catalog from before.
    pub(crate) fn restarted(
        rules: RuleGroup,
        store: Arc<MemStore>,
        catalog: Arc<Catalog>,
        outage: Outage,
    ) -> Self {
        let sink = Arc::new(ListSink::default());
        let clock = Arc::new(ManualClock::default());
        let evaluator = StoreEvaluator { engine: Arc::new(Engine::default()), store: store.clone() };
        let context = Context {
            evaluator: Arc::new(evaluator),
            intake: Arc::new(Intake::new(store.clone(), Limits::default())),
            catalog,
            sink: sink.clone(),
            clock: clock.clone(),
            globals: RwLock::new(Arc::new(Globals::new(&Labels::empty(), "http://localhost:9090"))),
            deadlines: deadlines(Duration::from_secs(3600)),
            outage,
            evaluations: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        };
        let group = Arc::new(Group::new(rules, Duration::from_secs(15)));
        group.prepare(&context, None);
        Self { store, sink, clock, context, group }
    }

    /// Stores a sample now.
    pub(crate) fn put(&self, series: &str, value: f64) {
        self.store.put(&labels(series), self.clock.now(), value);
    }

    pub(crate) fn evaluate_at(&self, secs: i64) {
        self.clock.set(at_secs(secs));
        self.group.evaluate(&self.context, at_secs(secs));
    }

    pub(crate) fn alerts(&self) -> Vec<AlertStatus> {
        let status = self.group.status();
        let rules = status.rules.iter().filter_map(|rule| rule.alert.as_ref());
        rules.flat_map(|alert| alert.alerts.clone()).collect()
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        self.group.status().rules.iter().filter_map(|rule| rule.last_error.clone()).collect()
    }
}

/// The one group of a rule file's text.
pub(crate) fn group(text: &str) -> RuleGroup {
    crate::parse("test.yaml", text).unwrap_or_else(|faults| panic!("{faults:?}")).remove(0)
}

/// The series `name{label=value,label=value}`.
pub(crate) fn labels(series: &str) -> Labels {
    let (name, rest) = series.split_once('{').unwrap_or((series, ""));
    let pairs = rest.trim_end_matches('}').split(',').filter_map(|pair| pair.split_once('='));
    Labels::of_metric(name, &pairs.collect::<Vec<_>>())
}
