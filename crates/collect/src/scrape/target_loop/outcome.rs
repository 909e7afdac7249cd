//! What one scrape makes of an answer: no network, no disk, no clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use intake::RejectReason;
use model::{Batch, Labels, Metadata, STALE_NAN, Timestamp};
use wire::exposition::{self, Limits};

use super::Plan;
use crate::scrape::append::{self, Counts};
use crate::scrape::cache::{Changes, SeriesCache};
use crate::scrape::client::Answer;
use crate::scrape::error::ScrapeError;
use crate::scrape::report::{Report, ReportSeries};
use crate::scrape::status::Health;

/// What is shown of a target.
#[derive(Debug, Default)]
pub(crate) struct Status {
    pub(crate) health: Health,
    /// Empty if the last scrape went well.
    pub(crate) last_error: String,
    pub(crate) last_scrape: Option<Timestamp>,
    pub(crate) last_scrape_duration_seconds: f64,
    pub(crate) metadata: BTreeMap<Arc<str>, Metadata>,
}

/// What is remembered of a target from scrape to scrape.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    cache: SeriesCache,
    report: Option<ReportSeries>,
    metadata: BTreeMap<Arc<str>, Metadata>,
    pub(super) rejections: Vec<RejectReason>,
}

/// What one scrape came to.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) batch: Batch,
    pub(super) report: Report,
    pub(super) error: Option<ScrapeError>,
    vanished: Vec<Labels>,
}

impl Memory {
    /// Forgets what the settings of a job decide. Which series are alive stays known.
    pub(crate) fn forget_settings(&mut self) {
        self.cache.forget_texts();
    }

    /// Turns an answer into what to store. `elapsed` gives the seconds since the scrape began.
    pub(super) fn digest(
        &mut self,
        plan: &Plan,
        at: Timestamp,
        answer: Result<Answer, ScrapeError>,
        elapsed: impl FnOnce() -> f64,
    ) -> Outcome {
        let mut counts = Counts::default();
        self.cache.begin();
        let read = answer.and_then(|answer| self.read(plan, at, &answer, &mut counts));
        let up = read.is_ok();
        let (mut batch, changes, error) = match read {
            Ok(batch) => (batch, self.cache.succeed(), None),
            Err(error) => (Batch::new(), self.cache.fail(), Some(error)),
        };
        let Changes { vanished, added } = changes;
        for labels in &vanished {
            batch.push(labels.clone(), at, STALE_NAN);
        }
        let report = Report {
            up,
            duration_seconds: elapsed(),
            samples_scraped: counts.scraped,
            samples_post_metric_relabeling: counts.kept,
            series_added: added,
        };
        self.report_series(plan).write(&report, at, &mut batch);
        Outcome { batch, report, error, vanished }
    }

    fn read(
        &mut self,
        plan: &Plan,
        at: Timestamp,
        answer: &Answer,
        counts: &mut Counts,
    ) -> Result<Batch, ScrapeError> {
        let exposition = exposition::parse(&answer.body, answer.format, &Limits::default())?;
        let (config, target) = (&plan.job.config, &plan.target.labels);
        let rows = append::rows(config, target, &exposition, at, &mut self.cache, counts)?;
        Ok(Batch { rows, metadata: self.news(exposition.metadata) })
    }

    /// Metadata that is new or says something else than before. What is no longer told is forgotten, so that
    /// a target cannot fill the memory with ever new families.
    fn news(&mut self, told: Vec<(Arc<str>, Metadata)>) -> Vec<(Arc<str>, Metadata)> {
        let before = std::mem::replace(&mut self.metadata, told.into_iter().collect());
        let new = |(name, metadata): &(&Arc<str>, &Metadata)| before.get(*name) != Some(*metadata);
        self.metadata.iter().filter(new).map(|(name, metadata)| (name.clone(), metadata.clone())).collect()
    }

    /// All that the target told of its families at the last scrape that went well.
    pub(super) fn metadata(&self) -> &BTreeMap<Arc<str>, Metadata> {
        &self.metadata
    }

    fn report_series(&mut self, plan: &Plan) -> &ReportSeries {
        self.report.get_or_insert_with(|| ReportSeries::new(&plan.target.labels))
    }

    /// Undoes what `digest` took for granted, as the batch could not be stored.
    pub(super) fn take_back(&mut self, outcome: &Outcome) {
        self.cache.take_back(outcome.vanished.clone());
        self.metadata.clear();
    }

    /// Staleness markers for everything that the target had.
    pub(super) fn farewell(&mut self, at: Timestamp) -> Batch {
        let mut batch = Batch::new();
        for labels in self.cache.end_all() {
            batch.push(labels, at, STALE_NAN);
        }
        if let Some(report) = &self.report {
            report.write_stale(at, &mut batch);
        }
        batch
    }
}

#[cfg(test)]
mod tests;
