//! The sink into which collectors emit.

use model::{Batch, Labels, LabelsBuilder, METRIC_NAME, MetricDesc, STALE_NAN, Timestamp};

/// Labels that every series of this host carries.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// The label `job`.
    pub(super) job: String,
    /// The label `instance`.
    pub(super) instance: String,
}

impl Identity {
    fn labels(&self, metric: &str, pairs: &[(&'static str, &str)]) -> Labels {
        let mut builder = LabelsBuilder::new();
        for (name, value) in pairs {
            builder.set(name, value);
        }
        builder.set(METRIC_NAME, metric).set("instance", &self.instance).set("job", &self.job);
        builder.build()
    }
}

/// The series that one collector emitted last time, in its order.
///
/// Collectors emit the same series in the same order nearly always, so that the next one is found by comparing
/// with the entry at the cursor, and its `Labels` are built only once.
#[derive(Debug)]
pub(super) struct SeriesCache {
    metrics: &'static [MetricDesc],
    entries: Vec<Entry>,
    /// Metrics whose metadata the intake knows.
    told: Vec<&'static str>,
    /// Whether there may be a metric whose metadata was not told.
    is_metadata_due: bool,
}

#[derive(Debug)]
struct Entry {
    metric: &'static str,
    pairs: Box<[(&'static str, Box<str>)]>,
    labels: Labels,
}

impl Entry {
    fn is_of(&self, metric: &str, pairs: &[(&'static str, &str)]) -> bool {
        self.metric == metric
            && self.pairs.len() == pairs.len()
            && self.pairs.iter().zip(pairs).all(|(known, pair)| *known.1 == *pair.1 && known.0 == pair.0)
    }
}

impl SeriesCache {
    pub(super) fn new(metrics: &'static [MetricDesc]) -> Self {
        Self { metrics, entries: Vec::new(), told: Vec::new(), is_metadata_due: false }
    }

    /// Has all metadata told again, because the intake may not have taken it.
    pub(super) fn forget_metadata(&mut self) {
        self.told.clear();
        self.is_metadata_due = true;
    }

    fn tell_metadata(&mut self, batch: &mut Batch) {
        if !std::mem::take(&mut self.is_metadata_due) {
            return;
        }
        for desc in self.metrics {
            let is_emitted = self.entries.iter().any(|entry| entry.metric == desc.name);
            if is_emitted && !self.told.contains(&desc.name) {
                self.told.push(desc.name);
                batch.metadata.push((desc.name.into(), desc.metadata()));
            }
        }
    }
}

/// Where a collector puts its values. All get the time of the tick.
#[derive(Debug)]
pub struct Samples<'a> {
    at: Timestamp,
    identity: &'a Identity,
    cache: &'a mut SeriesCache,
    batch: &'a mut Batch,
    cursor: usize,
    is_unchanged: bool,
    undeclared: Option<&'static str>,
}

impl<'a> Samples<'a> {
    pub(super) fn new(
        at: Timestamp,
        identity: &'a Identity,
        cache: &'a mut SeriesCache,
        batch: &'a mut Batch,
    ) -> Self {
        Self { at, identity, cache, batch, cursor: 0, is_unchanged: false, undeclared: None }
    }

    /// Emits one value. `labels` are pairs beside the metric's name, `instance` and `job`; a pair with an empty
    /// value means no such label. Emit a series at most once per collection. A metric that is not in the
    /// collector's row is refused and makes the collection fail.
    pub fn emit(&mut self, desc: &MetricDesc, labels: &[(&'static str, &str)], value: f64) {
        if let Some(labels) = self.labels(desc, labels) {
            self.batch.push(labels, self.at, value);
        }
    }

    /// Says that there are no new values this time although all series go on: the collector paces itself.
    /// Only before the first [`Samples::emit`].
    pub fn unchanged(&mut self) {
        self.is_unchanged = true;
    }

    /// The series, from the cache if it is there, moved to the cursor.
    fn labels(&mut self, desc: &MetricDesc, pairs: &[(&'static str, &str)]) -> Option<Labels> {
        let rest = self.cache.entries.get(self.cursor..).unwrap_or_default();
        let labels = match rest.iter().position(|entry| entry.is_of(desc.name, pairs)) {
            Some(offset) => {
                let at = self.cursor + offset;
                self.cache.entries.swap(self.cursor, at);
                self.cache.entries.get(self.cursor)?.labels.clone()
            }
            None => self.insert(desc, pairs)?,
        };
        self.cursor += 1;
        Some(labels)
    }

    /// Puts a new series at the cursor.
    fn insert(&mut self, desc: &MetricDesc, pairs: &[(&'static str, &str)]) -> Option<Labels> {
        if !self.cache.metrics.iter().any(|known| known.name == desc.name) {
            self.undeclared = Some(desc.name);
            return None;
        }
        let labels = self.identity.labels(desc.name, pairs);
        let entry = Entry {
            metric: desc.name,
            pairs: pairs.iter().map(|(name, value)| (*name, Box::from(*value))).collect(),
            labels: labels.clone(),
        };
        self.cache.entries.insert(self.cursor, entry);
        self.cache.is_metadata_due = true;
        Some(labels)
    }

    /// Ends the series that were not emitted this time, and tells metadata of new metrics. Returns a metric that
    /// was refused.
    pub(super) fn end(self) -> Option<&'static str> {
        if !self.is_unchanged {
            for ended in self.cache.entries.drain(self.cursor..) {
                self.batch.push(ended.labels, self.at, STALE_NAN);
            }
        }
        self.cache.tell_metadata(self.batch);
        self.undeclared
    }
}

#[cfg(test)]
mod tests;
