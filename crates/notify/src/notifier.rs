//! The notifier: takes alerts from rules, keeps the destinations.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::{Catalog, CatalogError, NewOutboxEntry, ToldChange};
use model::{Alert, AlertSink, Clock, Timestamp, Vital, VitalSource, error_chain};
use parking_lot::{Mutex, MutexGuard};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::config::{ConfigError, NotifyConfig, WebhookConfig};
use crate::delivery;
use crate::destination::{Destination, Surroundings};
use crate::ledger::{Decision, Terms};
use crate::stats::outbox_failures;
use crate::status::ReceiverStatus;

/// The most changes of alerts that may wait for one destination. Further ones are not accepted until there is
/// room; rules tell of firing alerts again every minute, so that nothing that still fires is forgotten, and of
/// ended ones for a quarter of an hour only.
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
    /// Whether a configuration was committed before. Held while one is prepared: one change at a time.
    started: Mutex<bool>,
    outbox_failures: AtomicU64,
    tasks: TaskTracker,
    runtime: tokio::runtime::Handle,
}

#[derive(Debug, Default)]
struct Receivers {
    config: NotifyConfig,
    destinations: Vec<Arc<Destination>>,
}

/// A configuration that can be taken over without failing, see [`Notifier::prepare`].
#[derive(Debug)]
#[must_use = "nothing changes until it is committed"]
pub struct Prepared<'a> {
    config: NotifyConfig,
    webhooks: Vec<PreparedWebhook>,
    started: MutexGuard<'a, bool>,
}

#[derive(Debug)]
struct PreparedWebhook {
    key: String,
    config: WebhookConfig,
    /// `None` if it runs already.
    new: Option<Arc<Destination>>,
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
            started: Mutex::new(false),
            outbox_failures: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            runtime: tokio::runtime::Handle::current(),
        };
        notifier.apply(config)?;
        Ok(notifier)
    }

    /// Takes over a new configuration: [`prepare`](Self::prepare) and [`commit`](Self::commit). On an error the
    /// old configuration stays. Blocks on disk for a moment.
    pub fn apply(&self, config: NotifyConfig) -> Result<(), NotifyError> {
        self.commit(self.prepare(config)?);
        Ok(())
    }

    /// Does all that may fail of taking over a new configuration, and changes nothing that can be seen. Waits
    /// until a change prepared by another thread is committed or dropped; one thread prepares one change at a
    /// time. Blocks on disk for a moment.
    pub fn prepare(&self, config: NotifyConfig) -> Result<Prepared<'_>, NotifyError> {
        config.check()?;
        let started = self.started.lock();
        let running: Vec<String> =
            self.receivers.lock().destinations.iter().map(|running| running.key.clone()).collect();
        if *started {
            // What an earlier commit could not forget must not come back with a receiver of the same name.
            self.forget_all_but(&running)?;
        }
        let mut webhooks = Vec::new();
        for receiver in &config.receivers {
            for (index, webhook) in receiver.webhook_configs.iter().enumerate() {
                let key = format!("{}/webhook[{index}]", receiver.name);
                let (name, around) = (receiver.name.clone(), self.around.clone());
                let new = match running.contains(&key) {
                    true => None,
                    false => Some(Arc::new(Destination::load(key.clone(), name, webhook.clone(), around)?)),
                };
                webhooks.push(PreparedWebhook { key, config: webhook.clone(), new });
            }
        }
        Ok(Prepared { config, webhooks, started })
    }

    /// Takes over what was prepared. Receivers that are still there keep what they were told and what waits for
    /// them; what waits for others is dropped. Blocks on disk for a moment.
    pub fn commit(&self, prepared: Prepared<'_>) {
        let Prepared { config, webhooks, mut started } = prepared;
        let mut receivers = self.receivers.lock();
        let old = std::mem::take(&mut receivers.destinations);
        for webhook in webhooks {
            if let Some(new) = webhook.new {
                self.tasks.spawn_on(new.clone().run(), &self.runtime);
                receivers.destinations.push(new);
            } else if let Some(kept) = old.iter().find(|known| known.key == webhook.key) {
                kept.set_config(webhook.config);
                receivers.destinations.push(kept.clone());
            }
        }
        receivers.config = config;
        let kept: Vec<String> = receivers.destinations.iter().map(|kept| kept.key.clone()).collect();
        drop(receivers);
        old.iter().filter(|old| !kept.contains(&old.key)).for_each(|gone| gone.stop.cancel());
        *started = true;
        if let Err(error) = self.forget_all_but(&kept) {
            let error = error_chain(&error);
            tracing::error!(error, "cannot forget receivers that are gone; tried again at the next change");
        }
    }

    fn forget_all_but(&self, kept: &[String]) -> Result<(), CatalogError> {
        for key in self.around.catalog.destinations()? {
            if !kept.contains(&key) {
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
        let (mut decisions, mut seen) = (Vec::new(), HashSet::new());
        let (mut count, mut refused) = (0, 0);
        for alert in alerts {
            let Some(decision) = ledger.decide(alert, now, terms) else {
                ledger.refresh(alert);
                continue;
            };
            if decision.change.is_some() && destination.waiting() + count >= WAITING_MAX {
                // The next notification must not list it as firing if it has ended.
                ledger.refresh(alert);
                refused += 1;
            } else if seen.insert(decision.alert.clone()) {
                count += u64::from(decision.change.is_some());
                decisions.push(decision);
            }
        }
        if refused > 0 || count > 0 {
            self.outbox_failures.fetch_add(refused, Ordering::Relaxed);
            destination.note_full(refused > 0);
        }
        if decisions.is_empty() {
            return Ok(());
        }
        let due = now.plus(config.group_wait);
        let entries: Vec<_> = decisions.iter().filter_map(|d| entry(&destination.key, d, due)).collect();
        let told: Vec<_> = decisions.iter().map(|d| told_change(&destination.key, d)).collect();
        destination.add(entries.len() as u64, || self.around.catalog.enqueue(now, &entries, &told))?;
        decisions.into_iter().for_each(|decision| ledger.accept(decision, now));
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
        payload: decision.told.as_ref().and_then(|told| serde_json::to_string(told).ok()),
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
                    error = error_chain(&error),
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
