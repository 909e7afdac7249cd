//! The store as its users see it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use model::store::{Appendable, Appended, Queryable, Select, SeriesColumns, StoreError};
use model::{Batch, Clock, Duration, Labels, Matcher, Metadata, TimeRange, Vital, VitalSource};
use parking_lot::RwLock;

use crate::error::io_error;
use crate::{Maintenance, OpenError, Options, Recovery, StoreStats};

#[derive(Debug, Default)]
struct Content {
    series: BTreeMap<Labels, BTreeMap<i64, f64>>,
    metadata: BTreeMap<Arc<str>, Metadata>,
}

/// The embedded metric store. All methods may be called from any thread.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    options: Options,
    clock: Arc<dyn Clock>,
    retention_ms: AtomicI64,
    recovery: Recovery,
    content: RwLock<Content>,
}

impl Store {
    /// Opens the store in `dir`, creating it where it does not exist.
    pub fn open(dir: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(|source| OpenError::NotWritable { dir: dir.to_owned(), source })?;
        let retention_ms = AtomicI64::new(options.retention.as_millis());
        let (dir, recovery, content) = (dir.to_owned(), Recovery::default(), RwLock::default());
        Ok(Self { dir, options, clock, retention_ms, recovery, content })
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Writes complete parts of the head, merges small parts, removes what is past retention.
    pub fn maintain(&self) -> Result<Maintenance, StoreError> {
        Ok(Maintenance::default())
    }

    /// Forces the log onto the disk.
    pub fn sync(&self) -> Result<(), StoreError> {
        fs::metadata(&self.dir).map(drop).map_err(io_error("read", &self.dir))
    }

    /// Figures about the content; lists hold at most `top` entries.
    pub fn stats(&self, _top: usize) -> StoreStats {
        StoreStats::default()
    }

    /// Changes the retention.
    pub fn set_retention(&self, retention: Duration) {
        self.retention_ms.store(retention.as_millis(), Ordering::Relaxed);
    }

    /// Forces the log onto the disk and closes the store. Dropping the store does the same, silently.
    pub fn close(self) -> Result<(), StoreError> {
        self.sync()
    }

    fn matching(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Vec<Labels> {
        let content = self.content.read();
        let hit =
            |labels: &Labels| sets.is_empty() || sets.iter().any(|set| set.iter().all(|m| m.matches(labels)));
        let alive = |samples: &BTreeMap<i64, f64>| {
            range.start <= range.end
                && samples.range(range.start.as_millis()..=range.end.as_millis()).next().is_some()
        };
        content.series.iter().filter(|(l, s)| hit(l) && alive(s)).map(|(l, _)| l.clone()).collect()
    }
}

impl Appendable for Store {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let now = self.clock.now();
        let oldest = now.plus_millis(-self.retention_ms.load(Ordering::Relaxed));
        let newest = now.plus(self.options.future_limit);
        let mut appended = Appended::default();
        let mut content = self.content.write();
        for row in &batch.rows {
            if row.sample.timestamp < oldest {
                appended.too_old += 1;
            } else if row.sample.timestamp > newest {
                appended.too_new += 1;
            } else {
                appended.stored += 1;
                let samples = content.series.entry(row.labels.clone()).or_insert_with(|| {
                    appended.series_created += 1;
                    BTreeMap::new()
                });
                samples.insert(row.sample.timestamp.as_millis(), row.sample.value);
            }
        }
        content.metadata.extend(batch.metadata.iter().cloned());
        Ok(appended)
    }
}

impl Queryable for Store {
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError> {
        let (range, mut out, mut total) = (request.range, Vec::new(), 0);
        let content = self.content.read();
        for (labels, samples) in &content.series {
            if request.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            if range.start > range.end || !request.matchers.iter().all(|m| m.matches(labels)) {
                continue;
            }
            let within = samples.range(range.start.as_millis()..=range.end.as_millis());
            let (timestamps, values): (Vec<i64>, Vec<f64>) = within.map(|(t, v)| (*t, *v)).unzip();
            total += timestamps.len() as u64;
            if total > request.max_samples {
                let (what, key) = ("samples", "query.max_samples");
                return Err(StoreError::Limit { what, limit: request.max_samples, key });
            }
            if !timestamps.is_empty() {
                out.push(SeriesColumns { labels: labels.clone(), timestamps, values });
            }
        }
        Ok(out)
    }

    fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, StoreError> {
        Ok(self.matching(sets, range))
    }

    fn label_names(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<String>, StoreError> {
        let series = self.matching(sets, range);
        let names: BTreeSet<&str> = series.iter().flat_map(|l| l.iter().map(|(name, _)| name)).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn label_values(
        &self,
        name: &str,
        sets: &[Vec<Matcher>],
        range: TimeRange,
    ) -> Result<Vec<String>, StoreError> {
        let series = self.matching(sets, range);
        let values: BTreeSet<&str> = series.iter().filter_map(|labels| labels.get(name)).collect();
        Ok(values.into_iter().map(str::to_owned).collect())
    }

    fn metadata(&self, family: Option<&str>) -> Result<Vec<(Arc<str>, Metadata)>, StoreError> {
        let content = self.content.read();
        let wanted = content.metadata.iter().filter(|(name, _)| family.is_none_or(|f| f == &***name));
        Ok(wanted.map(|(name, metadata)| (name.clone(), metadata.clone())).collect())
    }
}

impl VitalSource for Store {
    fn vitals(&self, _out: &mut Vec<Vital>) {}
}
