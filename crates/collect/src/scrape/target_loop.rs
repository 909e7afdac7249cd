//! The life of one target: scrapes in a steady rhythm until it ends.

mod outcome;
mod rhythm;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use intake::Intake;
use model::{Clock, Timestamp};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::client::Answer;
use super::error::ScrapeError;
use super::job::Job;
use super::status::Health;
use super::target::Target;

pub(super) use outcome::{Memory, Status};
use rhythm::Rhythm;

/// What all targets share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) intake: Arc<Intake>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) scrapes: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) samples: AtomicU64,
}

/// How a target's life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is no longer configured: its series end.
    Removed,
    /// Another task goes on with its series, in this process or the next.
    Passed,
}

/// What is scraped, and under which settings.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) target: Target,
    pub(super) job: Arc<Job>,
    /// The number of targets and the limit, if the job has too many: every scrape fails.
    pub(super) too_many: Option<(usize, u64)>,
}

impl Plan {
    /// Whether a task with this plan does all that `wanted` asks for.
    pub(super) fn does(&self, wanted: &Self) -> bool {
        let (own, other) = (&self.target, &wanted.target);
        Arc::ptr_eq(&self.job, &wanted.job)
            && self.too_many == wanted.too_many
            && (&own.labels, &own.url, own.interval, own.timeout)
                == (&other.labels, &other.url, other.interval, other.timeout)
    }
}

/// What a target leaves to the task that goes on with its series, and shows to others.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Held only for short looks.
    pub(super) status: Mutex<Status>,
    /// Held while samples are stored.
    pub(super) memory: Mutex<Memory>,
}

/// One target at work.
#[derive(Debug)]
pub(super) struct TargetTask {
    pub(super) plan: Plan,
    pub(super) state: Arc<State>,
    pub(super) shared: Arc<Shared>,
}

impl TargetTask {
    /// Scrapes until told to end.
    pub(super) async fn run(self, mut end: oneshot::Receiver<End>) {
        let task = Arc::new(self);
        let mut rhythm = Rhythm::new(task.plan.target.interval, task.plan.target.phase_hash());
        let end = loop {
            let pause = rhythm.pause(task.shared.clock.now());
            tokio::select! {
                biased;
                end = &mut end => break end,
                () = tokio::time::sleep(pause.to_std()) => {}
            }
            let began = tokio::time::Instant::now();
            let at = rhythm.align(task.shared.clock.now());
            let answer = tokio::select! {
                biased;
                end = &mut end => break end,
                answer = task.fetch() => answer,
            };
            let this = Arc::clone(&task);
            // Storing is not broken off half-way. It fails only if it panics, which is reported by the runtime.
            let _ = tokio::task::spawn_blocking(move || this.conclude(at, began, answer)).await;
        };
        if end == Ok(End::Removed) {
            let _ = tokio::task::spawn_blocking(move || task.end_series()).await;
        }
    }

    async fn fetch(&self) -> Result<Answer, ScrapeError> {
        match self.plan.too_many {
            Some((found, limit)) => Err(ScrapeError::TooManyTargets { found, limit }),
            None => self.plan.job.fetcher.fetch(&self.plan.target).await,
        }
    }

    /// Scrapes once, now.
    #[cfg(test)]
    pub(super) async fn scrape_once(&self) {
        let (at, began) = (self.shared.clock.now(), tokio::time::Instant::now());
        let answer = self.fetch().await;
        self.conclude(at, began, answer);
    }

    /// Stores what the answer says, and notes how the scrape went. Blocks on disk.
    fn conclude(&self, at: Timestamp, began: tokio::time::Instant, answer: Result<Answer, ScrapeError>) {
        let mut memory = self.state.memory.lock();
        let elapsed = || began.elapsed().as_secs_f64();
        let mut outcome = memory.digest(&self.plan, at, answer, elapsed);
        let batch = std::mem::take(&mut outcome.batch);
        match self.shared.intake.ingest(batch) {
            Ok(stored) => self.note_rejections(&mut memory, &stored),
            Err(error) => {
                memory.take_back(&outcome);
                outcome.error.get_or_insert(error.into());
            }
        }
        self.show_metadata(&memory);
        drop(memory);
        self.count(&outcome);
        self.note(at, outcome);
    }

    fn count(&self, outcome: &outcome::Outcome) {
        self.shared.scrapes.fetch_add(1, Ordering::Relaxed);
        self.shared.failures.fetch_add(u64::from(outcome.error.is_some()), Ordering::Relaxed);
        self.shared.samples.fetch_add(outcome.report.samples_scraped, Ordering::Relaxed);
    }

    /// Shows the outcome, and logs it if it differs from the one before.
    fn note(&self, at: Timestamp, outcome: outcome::Outcome) {
        let error = outcome.error.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut status = self.state.status.lock();
        let (job, target) = (self.plan.job.name(), &self.plan.target.labels);
        match (status.last_error.is_empty(), error.is_empty()) {
            (false, true) => tracing::info!(job, %target, "scraping works again"),
            (_, false) if status.last_error != error => {
                tracing::warn!(job, %target, error, "cannot scrape");
            }
            _ => {}
        }
        status.health = if error.is_empty() { Health::Up } else { Health::Down };
        status.last_error = error;
        status.last_scrape = Some(at);
        status.last_scrape_duration_seconds = outcome.report.duration_seconds;
    }

    fn show_metadata(&self, memory: &Memory) {
        let mut status = self.state.status.lock();
        if status.metadata != *memory.metadata() {
            status.metadata.clone_from(memory.metadata());
        }
    }

    /// Logs that the gate refused samples, once per change of the reasons.
    fn note_rejections(&self, memory: &mut Memory, stored: &intake::Outcome) {
        let reasons: Vec<_> = stored.rejections.iter().map(|rejection| rejection.reason).collect();
        if reasons != memory.rejections && !reasons.is_empty() {
            let (job, target) = (self.plan.job.name(), &self.plan.target.labels);
            let told: Vec<String> = stored.rejections.iter().map(ToString::to_string).collect();
            tracing::warn!(job, %target, rejected = told.join("; "), "some scraped samples are not stored");
        }
        memory.rejections = reasons;
    }

    /// Writes staleness markers for all that the target had.
    fn end_series(&self) {
        let batch = self.state.memory.lock().farewell(self.shared.clock.now());
        if let Err(error) = self.shared.intake.ingest(batch) {
            let (job, target) = (self.plan.job.name(), &self.plan.target.labels);
            let error = ScrapeError::from(error).to_string();
            tracing::warn!(job, %target, error, "cannot end the series of a removed target");
        }
    }
}
