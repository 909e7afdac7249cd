//! From an answer to rows for the store.

use model::{Labels, LabelsBuilder, Row, Sample, Timestamp};
use wire::exposition::{Exposition, Pair, ParsedSample};

use super::cache::{Seen, SeriesCache};
use super::config::ScrapeConfig;
use super::error::ScrapeError;
use super::relabel;

/// At most this many characters of a series stand in an error.
const SHOWN_CHARS: usize = 200;

/// How many samples went through a scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Samples in the answer.
    pub(super) scraped: u64,
    /// Those that relabelling did not drop.
    pub(super) kept: u64,
}

/// The rows of an answer. `counts` goes up as far as the answer could be read, even if that is not its end.
pub(super) fn rows(
    config: &ScrapeConfig,
    target: &Labels,
    exposition: &Exposition<'_>,
    at: Timestamp,
    cache: &mut SeriesCache,
    counts: &mut Counts,
) -> Result<Vec<Row>, ScrapeError> {
    let mut rows = Vec::with_capacity(exposition.samples.len());
    for sample in &exposition.samples {
        counts.scraped += 1;
        let timestamp = sample.timestamp().filter(|_| config.honor_timestamps);
        let track = timestamp.is_none() || config.track_timestamps_staleness;
        let labels = match cache.see(sample.series, track) {
            Seen::Kept(labels) => labels,
            Seen::Again | Seen::Dropped => continue,
            Seen::New => {
                let labels = series_labels(config, target, sample)?;
                cache.remember(sample.series, labels.clone(), track);
                let Some(labels) = labels else { continue };
                labels
            }
        };
        counts.kept += 1;
        if config.sample_limit > 0 && counts.kept > config.sample_limit {
            return Err(ScrapeError::TooManySamples { limit: config.sample_limit });
        }
        rows.push(Row { labels, sample: Sample { timestamp: timestamp.unwrap_or(at), value: sample.value } });
    }
    Ok(rows)
}

/// What a series is called in the store, or nothing if relabelling drops it.
fn series_labels(
    config: &ScrapeConfig,
    target: &Labels,
    sample: &ParsedSample<'_>,
) -> Result<Option<Labels>, ScrapeError> {
    let mut labels = match config.honor_labels {
        true => with_scraped_winning(&sample.pairs, target),
        false => with_target_winning(&sample.pairs, target),
    };
    if !relabel::apply(&config.metric_relabel_configs, &mut labels) {
        return Ok(None);
    }
    let labels = labels.build();
    if labels.metric_name().is_none() {
        return Err(ScrapeError::NoMetricName { series: shown(sample.series) });
    }
    check_limits(config, &labels, sample.series)?;
    Ok(Some(labels))
}

/// A scraped label wins even if it is empty: that is how a target says that it wants no such label.
fn with_scraped_winning(scraped: &[Pair<'_>], target: &Labels) -> LabelsBuilder {
    let mut labels = LabelsBuilder::new();
    for (name, value) in target.iter() {
        labels.set(name, value);
    }
    for (name, value) in scraped {
        labels.set(name, value);
    }
    labels
}

/// A scraped label in conflict with one of the target is kept with as many `exported_` in front as needed.
fn with_target_winning(scraped: &[Pair<'_>], target: &Labels) -> LabelsBuilder {
    let mut labels = LabelsBuilder::new();
    let mut conflicts: Vec<(&str, &str)> = Vec::new();
    for (name, value) in scraped {
        match target.get(name) {
            Some(_) if !value.is_empty() => conflicts.push((name, value)),
            _ => {
                labels.set(name, value);
            }
        }
    }
    for (name, value) in target.iter() {
        labels.set(name, value);
    }
    // The shortest first, so that `exported_a` makes way for `a` in the same way every time.
    conflicts.sort_by_key(|(name, _)| name.len());
    for (name, value) in conflicts {
        let mut free = format!("exported_{name}");
        while labels.get(&free).is_some() {
            free.insert_str(0, "exported_");
        }
        labels.set(&free, value);
    }
    labels
}

fn check_limits(config: &ScrapeConfig, labels: &Labels, series: &str) -> Result<(), ScrapeError> {
    let over = |found: usize, limit: u64| (limit > 0 && found as u64 > limit).then_some(found as u64);
    let limit = config.label_limit;
    if let Some(found) = over(labels.len(), limit) {
        return Err(ScrapeError::TooManyLabels { found, limit, series: shown(series) });
    }
    for (name, value) in labels.iter() {
        let limit = config.label_name_length_limit;
        if let Some(found) = over(name.len(), limit) {
            return Err(ScrapeError::LabelNameTooLong { found, limit, series: shown(series) });
        }
        let limit = config.label_value_length_limit;
        if let Some(found) = over(value.len(), limit) {
            return Err(ScrapeError::LabelValueTooLong { found, limit, series: shown(series) });
        }
    }
    Ok(())
}

fn shown(series: &str) -> String {
    match series.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", series.get(..end).unwrap_or_default()),
        None => series.to_owned(),
    }
}
