//! The notifier: takes alerts from rules, keeps the destinations.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::{Catalog, CatalogError, NewOutboxEntry, ToldChange};
use model::{Alert, AlertSink, Clock, Timestamp, Vital, VitalSource};
use parking_lot::Mutex;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::config::{ConfigError, NotifyConfig};
use crate::delivery;
use crate::destination::{Destination, Surroundings, chain};
use crate::ledger::{Decision, Terms};
use crate::stats::outbox_failures;
use crate::status::ReceiverStatus;

/// The most changes of alerts that may wait for one destination. Further ones are not accepted until there is
/// room; rules tell of firing alerts again every minute, so that nothing that still fires is forgotten.
pub const WAITING_MAX: u64 = 5_000;

/// How long a stop waits for deliveries that are on their way.
const STOP_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Why receivers cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The catalog cannot be read or written.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The HTTP client cannot be made.
    #[error("cannot make an HTTP client for webhooks")]
    Client(#[source] reqwest::Error),
}

/// Tells receivers of alerts. Its methods may be called from any thread; see the crate's page for its promises.
pub struct Notifier {
    around: Surroundings,
    receivers: Mutex<Receivers>,
    outbox_failures: AtomicU64,
    tasks: TaskTracker,
    runtime: tokio::runtime::Handle,
}

#[derive(Debug, Default)]
struct Receivers {
    config: NotifyConfig,
    destinations: Vec<Arc<Destination>>,
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").field("receivers", &self.receivers).finish_non_exhaustive()
    }
}

impl Notifier {
    /// Starts delivering what the catalog's outbox still holds, and takes alerts. Must be called within a Tokio
    /// runtime. `external_url` is the UI's address as people reach it, for links. Blocks on disk for a moment.
    pub fn start(
        config: NotifyConfig,
        catalog: Arc<Catalog>,
        clock: Arc<dyn Clock>,
        external_url: &str,
    ) -> Result<Self, NotifyError> {
        let client = delivery::client().map_err(NotifyError::Client)?;
        let external_url = Arc::from(external_url.trim_end_matches('/'));
        let notifier = Self {
            around: Surroundings { catalog, clock, client, external_url },
            receivers: Mutex::default(),
            outbox_failures: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            runtime: tokio::runtime::Handle::current(),
        };
        notifier.apply(config)?;
        Ok(notifier)
    }

    /// Takes over a new configuration. Receivers that are still there keep what they were told and what waits
    /// for them; what waits for others is dropped. On an error the old configuration stays. Blocks on disk for
    /// a moment.
    pub fn apply(&self, config: NotifyConfig) -> Result<(), NotifyError> {
        config.check()?;
        let mut receivers = self.receivers.lock();
        let destinations = self.destinations(&config, &receivers.destinations)?;
        for old in &receivers.destinations {
            if !destinations.iter().any(|kept| kept.key == old.key) {
                old.stop.cancel();
            }
        }
        self.forget_others(&destinations)?;
        for new in &destinations {
            if !receivers.destinations.iter().any(|old| Arc::ptr_eq(old, new)) {
                self.tasks.spawn_on(new.clone().run(), &self.runtime);
            }
        }
        *receivers = Receivers { config, destinations };
        Ok(())
    }

    /// The destinations of a configuration: those that are there already, with their new settings, and new ones.
    fn destinations(
        &self,
        config: &NotifyConfig,
        existing: &[Arc<Destination>],
    ) -> Result<Vec<Arc<Destination>>, CatalogError> {
        let mut destinations = Vec::new();
        for receiver in &config.receivers {
            for (index, webhook) in receiver.webhook_configs.iter().enumerate() {
                let key = format!("{}/webhook[{index}]", receiver.name);
                let destination = match existing.iter().find(|known| known.key == key) {
                    Some(known) => {
                        known.set_config(webhook.clone());
                        known.clone()
                    }
                    None => {
                        let name = receiver.name.clone();
                        Arc::new(Destination::load(key, name, webhook.clone(), self.around.clone())?)
                    }
                };
                destinations.push(destination);
            }
        }
        Ok(destinations)
    }

    fn forget_others(&self, destinations: &[Arc<Destination>]) -> Result<(), CatalogError> {
        for key in self.around.catalog.destinations()? {
            if !destinations.iter().any(|kept| kept.key == key) {
                let waiting = self.around.catalog.forget_destination(&key)?;
                tracing::info!(destination = key, waiting, "forgot a receiver that is no longer configured");
            }
        }
        Ok(())
    }

    /// All receivers and how their deliveries go, in the order of the configuration.
    pub fn status(&self) -> Vec<ReceiverStatus> {
        let receivers = self.receivers.lock();
        let of = |name: &str| {
            receivers.destinations.iter().filter(|d| d.receiver == name).map(|d| d.status()).collect()
        };
        let names = receivers.config.receivers.iter().map(|receiver| receiver.name.clone());
        names.map(|name| ReceiverStatus { destinations: of(&name), name }).collect()
    }

    /// Stops delivering. Waits a few seconds for deliveries that are on their way; what waits in the outbox is
    /// delivered after the next start.
    pub async fn stop(&self) {
        for destination in &self.receivers.lock().destinations {
            destination.stop.cancel();
        }
        self.tasks.close();
        if timeout(STOP_WAIT, self.tasks.wait()).await.is_err() {
            tracing::warn!("stopped while notifications were on their way; they will be sent again");
        }
    }

    /// Writes what is news to a destination into the outbox.
    fn tell(
        &self,
        destination: &Destination,
        alerts: &[Alert],
        config: &NotifyConfig,
        now: Timestamp,
    ) -> Result<(), CatalogError> {
        let terms = Terms {
            send_resolved: destination.config().send_resolved,
            repeat_interval: config.repeat_interval,
        };
        let mut ledger = destination.ledger.lock();
        let mut after = ledger.clone();
        let mut entries = Vec::new();
        let mut told = Vec::new();
        for alert in alerts {
            let Some(decision) = after.decide(alert, now, terms) else { continue };
            if decision.change.is_some() && destination.waiting() + entries.len() as u64 >= WAITING_MAX {
                self.outbox_failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(destination = destination.key, alert = %alert.labels, "the outbox is full");
                continue;
            }
            after.set(&decision.group, &decision.alert, decision.told);
            entries.extend(entry(&destination.key, &decision, now.plus(config.group_wait)));
            told.push(told_change(&destination.key, &decision));
        }
        if told.is_empty() {
            return Ok(());
        }
        destination.add(entries.len() as u64, || self.around.catalog.enqueue(now, &entries, &told))?;
        *ledger = after;
        Ok(())
    }
}

fn entry(destination: &str, decision: &Decision, due: Timestamp) -> Option<NewOutboxEntry> {
    let payload = serde_json::to_string(decision.change.as_ref()?).ok()?;
    Some(NewOutboxEntry { destination: destination.to_owned(), group: decision.group.clone(), payload, due })
}

fn told_change(destination: &str, decision: &Decision) -> ToldChange {
    ToldChange {
        destination: destination.to_owned(),
        group: decision.group.clone(),
        alert: decision.alert.clone(),
        payload: decision.told.and_then(|told| serde_json::to_string(&told).ok()),
    }
}

impl AlertSink for Notifier {
    /// Blocks on disk when there is news.
    fn alerts(&self, alerts: &[Alert]) {
        let now = self.around.clock.now();
        let (config, destinations) = {
            let receivers = self.receivers.lock();
            (receivers.config.clone(), receivers.destinations.clone())
        };
        for destination in &destinations {
            if let Err(error) = self.tell(destination, alerts, &config, now) {
                self.outbox_failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    destination = destination.key,
                    error = chain(&error),
                    "cannot accept alerts, so they are tried again when rules next tell of them"
                );
            }
        }
    }
}

impl VitalSource for Notifier {
    fn vitals(&self, out: &mut Vec<Vital>) {
        for destination in &self.receivers.lock().destinations {
            destination.stats.vitals(&destination.receiver, destination.waiting(), out);
        }
        out.push(outbox_failures(self.outbox_failures.load(Ordering::Relaxed)));
    }
}

#[cfg(test)]
mod tests;
