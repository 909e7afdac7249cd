//! A store in memory: series in a list.

use std::sync::Arc;

use model::store::{Queryable, Select, SeriesColumns, StoreError};
use model::{Labels, Matcher, Metadata, TimeRange};

/// Series sorted by labels.
#[derive(Debug, Default)]
pub(crate) struct MemStore {
    pub(crate) series: Vec<SeriesColumns>,
}

impl MemStore {
    /// Adds samples to a series; times must rise.
    pub(crate) fn add(&mut self, labels: Labels, samples: impl IntoIterator<Item = (i64, f64)>) {
        let place = match self.series.binary_search_by(|series| series.labels.cmp(&labels)) {
            Ok(place) => place,
            Err(place) => {
                self.series.insert(place, SeriesColumns { labels, ..SeriesColumns::default() });
                place
            }
        };
        for (timestamp, value) in samples {
            self.series[place].timestamps.push(timestamp);
            self.series[place].values.push(value);
        }
    }
}

impl Queryable for MemStore {
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError> {
        let mut answer = Vec::new();
        let mut samples = 0;
        for series in &self.series {
            if !request.matchers.iter().all(|matcher| matcher.matches(&series.labels)) {
                continue;
            }
            let from = series.timestamps.partition_point(|time| *time < request.range.start.as_millis());
            let to = series.timestamps.partition_point(|time| *time <= request.range.end.as_millis());
            if from < to {
                samples += (to - from) as u64;
                answer.push(SeriesColumns {
                    labels: series.labels.clone(),
                    timestamps: series.timestamps[from..to].to_vec(),
                    values: series.values[from..to].to_vec(),
                });
            }
        }
        if samples > request.max_samples {
            return Err(StoreError::Limit { what: "samples", limit: request.max_samples, key: "test" });
        }
        Ok(answer)
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
