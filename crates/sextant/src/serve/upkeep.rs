//! Work that goes on beside everything else: the store's maintenance, and storing Sextant's own figures.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;

use intake::Intake;
use model::{Batch, Clock, Duration, Labels, METRIC_NAME, Vital, VitalSource};
use tracing::{error, info};

/// How often the store is maintained.
const MAINTENANCE_INTERVAL: std::time::Duration = std::time::Duration::from_secs(30);

/// A thread that repeats a task until it is dropped.
pub(crate) struct Upkeep {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Upkeep {
    fn every(name: &str, interval: std::time::Duration, mut task: impl FnMut() + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let body = move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                task();
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(body);
        let thread = thread.map_err(|error| error!(%error, name, "cannot start a thread")).ok();
        Self { stop: Some(stop), thread }
    }

    /// Maintains the store: flushes, merges, drops what is past retention.
    pub(crate) fn of_store(store: Arc<tsdb::Store>) -> Self {
        let mut failing = false;
        Self::every("store-upkeep", MAINTENANCE_INTERVAL, move || match store.maintain() {
            Ok(_) if failing => {
                failing = false;
                info!("the store's maintenance works again");
            }
            Ok(_) => {}
            // Told once, not every half a minute.
            Err(_) if failing => {}
            Err(cause) => {
                failing = true;
                error!(error = &cause as &dyn std::error::Error, "cannot maintain the store");
            }
        })
    }

    /// Stores Sextant's figures about itself as series.
    pub(crate) fn of_vitals(
        interval: Duration,
        instance: String,
        sources: Vec<Arc<dyn VitalSource>>,
        intake: Arc<Intake>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut failing = false;
        Self::every("vitals", interval.to_std(), move || {
            let mut vitals = Vec::new();
            for source in &sources {
                source.vitals(&mut vitals);
            }
            match intake.ingest(batch_of(&vitals, &instance, clock.as_ref())) {
                Ok(_) => failing = false,
                Err(_) if failing => {}
                Err(cause) => {
                    failing = true;
                    error!(error = &cause as &dyn std::error::Error, "cannot store Sextant's own figures");
                }
            }
        })
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was logged by the panic hook.
            let _ = thread.join();
        }
    }
}

fn batch_of(vitals: &[Vital], instance: &str, clock: &dyn Clock) -> Batch {
    let now = clock.now();
    let mut batch = Batch::new();
    for vital in vitals {
        let mut pairs = vec![(METRIC_NAME, vital.desc.name), ("job", "sextant"), ("instance", instance)];
        pairs.extend(vital.labels.iter().map(|(name, value)| (*name, value.as_str())));
        let Ok(labels) = Labels::from_pairs(&pairs) else { continue };
        batch.push(labels, now, vital.value);
        if !batch.metadata.iter().any(|(known, _)| **known == *vital.desc.name) {
            batch.metadata.push((vital.desc.name.into(), vital.desc.metadata()));
        }
    }
    batch
}
