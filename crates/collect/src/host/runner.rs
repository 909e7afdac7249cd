//! The thread that collects on every tick.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;

use intake::{Intake, IntakeError};
use model::{Clock, Duration, MetricDesc, Timestamp, Vital, VitalSource};
use parking_lot::Mutex;

use super::collection::{Collection, floor};
use super::collector::CollectError;
use super::config::HostConfig;
use super::environment::Environment;
use super::samples::Identity;

const THREAD_NAME: &str = "host";

static TICKS: MetricDesc =
    MetricDesc::counter("sextant_host_ticks_total", "Rounds of the host's collectors.");
static TICKS_MISSED: MetricDesc = MetricDesc::counter(
    "sextant_host_ticks_missed_total",
    "Rounds of the host's collectors that were left out because the one before took too long.",
);
static BATCHES_LOST: MetricDesc = MetricDesc::counter(
    "sextant_host_batches_lost_total",
    "Rounds of the host's collectors that were not stored.",
);

/// The running collection of the local host. Dropping it stops it.
#[derive(Debug)]
pub struct Host {
    figures: Arc<Figures>,
    thread: Mutex<Option<Thread>>,
}

#[derive(Debug)]
struct Thread {
    /// Never sent on: the thread ends when this is dropped.
    stop: Sender<()>,
    handle: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Figures {
    ticks: AtomicU64,
    ticks_missed: AtomicU64,
    batches_lost: AtomicU64,
}

impl Host {
    /// Starts collecting at the next multiple of the interval, with `instance` as the label of that name on every
    /// series. Does nothing if `config` says so. Errors are those of the configuration; what fails later is
    /// logged and stored as `node_scrape_collector_success`.
    pub fn start(
        config: HostConfig,
        instance: String,
        intake: Arc<Intake>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CollectError> {
        let interval = config.checked_interval()?;
        let rows = config.enabled_collectors()?;
        let environment = Environment::new(&config, Arc::clone(&clock))?;
        let figures = Arc::new(Figures::default());
        if !config.enabled {
            return Ok(Self { figures, thread: Mutex::new(None) });
        }
        let (stop, stopped) = mpsc::channel();
        let collection = Collection::new(&rows, &environment, Identity { job: config.job, instance });
        let runner = Runner {
            collection,
            interval,
            intake,
            clock,
            figures: Arc::clone(&figures),
            is_store_failing: false,
        };
        let handle = std::thread::Builder::new()
            .name(THREAD_NAME.to_owned())
            .spawn(move || runner.run(&stopped))
            .map_err(|source| CollectError::Thread { name: THREAD_NAME, source })?;
        Ok(Self { figures, thread: Mutex::new(Some(Thread { stop, handle })) })
    }

    /// Stops and waits until the present round, if there is one, is done. No staleness markers are written: a
    /// restart continues the series. A second stop does nothing.
    pub fn stop(&self) {
        let thread = self.thread.lock().take();
        if let Some(Thread { stop, handle }) = thread {
            drop(stop);
            if handle.join().is_err() {
                tracing::error!("the host's collection had ended with a panic");
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}

impl VitalSource for Host {
    fn vitals(&self, out: &mut Vec<Vital>) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        out.push(Vital::plain(&TICKS, count(&self.figures.ticks)));
        out.push(Vital::plain(&TICKS_MISSED, count(&self.figures.ticks_missed)));
        out.push(Vital::plain(&BATCHES_LOST, count(&self.figures.batches_lost)));
    }
}

struct Runner {
    collection: Collection,
    interval: Duration,
    intake: Arc<Intake>,
    clock: Arc<dyn Clock>,
    figures: Arc<Figures>,
    is_store_failing: bool,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("interval", &self.interval).finish_non_exhaustive()
    }
}

impl Runner {
    fn run(mut self, stopped: &Receiver<()>) {
        let mut last: Option<Timestamp> = None;
        while let Some(tick) = self.wait_for_tick(stopped) {
            self.count_missed(last, tick);
            self.round(tick);
            last = Some(tick);
        }
    }

    /// The next multiple of the interval once it has come, or a later one if this thread woke late; nothing
    /// when it is time to stop.
    fn wait_for_tick(&self, stopped: &Receiver<()>) -> Option<Timestamp> {
        let mut now = self.clock.now();
        let mut tick = floor(now, self.interval).plus(self.interval);
        loop {
            let wait = Duration::from_millis(tick.millis_since(now));
            match stopped.recv_timeout(wait.to_std()) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return None,
            }
            now = self.clock.now();
            if now >= tick {
                return Some(floor(now, self.interval));
            }
            // Too early, or the clock was set back.
            tick = floor(now, self.interval).plus(self.interval);
        }
    }

    fn count_missed(&self, last: Option<Timestamp>, tick: Timestamp) {
        let Some(last) = last else { return };
        let steps = tick.millis_since(last) / self.interval.as_millis().max(1);
        let missed = u64::try_from(steps.saturating_sub(1)).unwrap_or(0);
        self.figures.ticks_missed.fetch_add(missed, Ordering::Relaxed);
    }

    fn round(&mut self, tick: Timestamp) {
        self.figures.ticks.fetch_add(1, Ordering::Relaxed);
        let collected = self.collection.collect(tick);
        let outcome = self.intake.ingest(collected.batch);
        self.note(outcome.err());
    }

    /// Logs once that the store fails, and once that it takes batches again.
    fn note(&mut self, error: Option<IntakeError>) {
        let Some(error) = error else {
            if std::mem::take(&mut self.is_store_failing) {
                tracing::info!("the host's values are stored again");
            }
            return;
        };
        self.figures.batches_lost.fetch_add(1, Ordering::Relaxed);
        self.collection.forget_metadata();
        if !std::mem::replace(&mut self.is_store_failing, true) {
            tracing::error!(error = &error as &dyn std::error::Error, "the host's values are not stored");
        }
    }
}

#[cfg(test)]
mod tests;
