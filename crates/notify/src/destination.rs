//! One webhook of one receiver: its ledger and the worker that delivers to it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use catalog::{Catalog, CatalogError};
use model::{Clock, Duration, Timestamp, error_chain};
use parking_lot::Mutex;
use reqwest::Client;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::backoff;
use crate::config::WebhookConfig;
use crate::delivery::{self, Outcome};
use crate::ledger::{Ledger, Told};
use crate::notifier::WAITING_MAX;
use crate::queue::{self, Batch, Plan};
use crate::stats::DeliveryStats;
use crate::status::DestinationStatus;

/// Notifications that are on their way to one destination at the same time, each of another group.
const CONCURRENT_MAX: usize = 8;

/// How long to wait after the catalog could not be read or written.
const CATALOG_RETRY: Duration = Duration::from_secs(5);

/// What all destinations share.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) client: Client,
    pub(crate) external_url: Arc<str>,
}

/// One webhook of one receiver.
pub(crate) struct Destination {
    /// The identity in the catalog, such as `ops/webhook[0]`.
    pub(crate) key: String,
    /// The receiver's name.
    pub(crate) receiver: String,
    config: Mutex<Arc<WebhookConfig>>,
    pub(crate) ledger: Mutex<Ledger>,
    waiting: AtomicU64,
    /// Whether the last change found no room in the outbox.
    full: AtomicBool,
    pub(crate) stats: DeliveryStats,
    last: Mutex<LastDeliveries>,
    wake: Notify,
    pub(crate) stop: CancellationToken,
    around: Surroundings,
}

#[derive(Debug, Default)]
struct LastDeliveries {
    delivery: Option<Timestamp>,
    failure: Option<(Timestamp, String)>,
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Destination {
    /// A destination with what the catalog knows of it.
    pub(crate) fn load(
        key: String,
        receiver: String,
        config: WebhookConfig,
        around: Surroundings,
    ) -> Result<Self, CatalogError> {
        let mut ledger = Ledger::default();
        for row in around.catalog.told(&key)? {
            // A row that cannot be read is forgotten: to tell twice is better than never.
            if let Ok(told) = serde_json::from_str::<Told>(&row.payload) {
                ledger.restore(&row.group, &row.alert, told);
            }
        }
        let waiting = around.catalog.outbox_len(&key)?;
        Ok(Self {
            key,
            receiver,
            config: Mutex::new(Arc::new(config)),
            ledger: Mutex::new(ledger),
            waiting: AtomicU64::new(waiting),
            full: AtomicBool::new(false),
            stats: DeliveryStats::default(),
            last: Mutex::default(),
            wake: Notify::new(),
            stop: CancellationToken::new(),
            around,
        })
    }

    pub(crate) fn config(&self) -> Arc<WebhookConfig> {
        self.config.lock().clone()
    }

    pub(crate) fn set_config(&self, config: WebhookConfig) {
        *self.config.lock() = Arc::new(config);
    }

    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Adds a number of entries to the outbox. They are counted first, because the worker may be faster.
    pub(crate) fn add(
        &self,
        count: u64,
        enqueue: impl FnOnce() -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        self.waiting.fetch_add(count, Ordering::Relaxed);
        let added = enqueue();
        match added {
            Ok(()) => self.wake.notify_one(),
            Err(_) => self.uncount(count),
        }
        added
    }

    /// Notes whether there is room for changes, and logs it when that has changed.
    pub(crate) fn note_full(&self, full: bool) {
        let destination = &self.key;
        match (self.full.swap(full, Ordering::Relaxed), full) {
            (false, true) => tracing::error!(
                destination,
                waiting = self.waiting(),
                "the outbox is full: changes of alerts are not accepted until there is room"
            ),
            (true, false) => tracing::info!(destination, "the outbox has room again"),
            _ => {}
        }
    }

    pub(crate) fn status(&self) -> DestinationStatus {
        let last = self.last.lock();
        DestinationStatus {
            address: self.config().url.to_string(),
            alerts_firing: self.ledger.lock().firing() as u64,
            waiting: self.waiting(),
            last_delivery: last.delivery,
            last_failure: last.failure.clone(),
        }
    }

    /// Delivers what waits until it is stopped. What is on its way then is waited for.
    pub(crate) async fn run(self: Arc<Self>) {
        while !self.stop.is_cancelled() {
            let plan = match self.clone().plan().await {
                Ok(plan) => plan,
                Err(error) => {
                    tracing::error!(
                        destination = self.key,
                        error = error_chain(&error),
                        "cannot read the outbox"
                    );
                    self.pause(CATALOG_RETRY).await;
                    continue;
                }
            };
            if plan.due.is_empty() {
                self.wait_until(plan.next).await;
                continue;
            }
            let mut deliveries = JoinSet::new();
            for batch in plan.due.into_iter().take(CONCURRENT_MAX) {
                deliveries.spawn(self.clone().deliver(batch));
            }
            while deliveries.join_next().await.is_some() {}
        }
    }

    async fn plan(self: Arc<Self>) -> Result<Plan, CatalogError> {
        let this = self.clone();
        let work = move || {
            let entries = this.around.catalog.outbox(&this.key, WAITING_MAX as u32)?;
            let mut plan = queue::plan(entries, this.around.clock.now());
            for (id, reason) in std::mem::take(&mut plan.broken) {
                tracing::error!(
                    destination = this.key,
                    id,
                    reason,
                    "dropped an outbox entry that cannot be read"
                );
                this.remove(&[id])?;
            }
            Ok(plan)
        };
        // A panic would be a defect; an empty plan keeps the other destinations going.
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Ok(Plan::default()))
    }

    async fn wait_until(&self, next: Option<Timestamp>) {
        match next {
            Some(next) => {
                let millis = next.millis_since(self.around.clock.now());
                self.pause(Duration::from_millis(millis)).await;
            }
            None => tokio::select! {
                () = self.wake.notified() => {}
                () = self.stop.cancelled() => {}
            },
        }
    }

    async fn pause(&self, duration: Duration) {
        tokio::select! {
            () = tokio::time::sleep(duration.to_std()) => {}
            () = self.wake.notified() => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn deliver(self: Arc<Self>, batch: Batch) {
        let config = self.config();
        let firing = self.ledger.lock().firing_of(&batch.group);
        let webhook = batch.webhook(&firing, &self.receiver, &self.around.external_url, config.max_alerts);
        let outcome = delivery::post(&self.around.client, &config, &webhook, &*self.around.clock).await;
        let this = self.clone();
        let noted = tokio::task::spawn_blocking(move || this.note(&batch, &config, outcome)).await;
        if let Ok(Err(error)) = noted {
            tracing::error!(
                destination = self.key,
                error = error_chain(&error),
                "cannot note what became of a notification, so it will be sent again"
            );
            self.pause(CATALOG_RETRY).await;
        }
    }

    fn note(&self, batch: &Batch, config: &WebhookConfig, outcome: Outcome) -> Result<(), CatalogError> {
        let now = self.around.clock.now();
        let (destination, group, address) = (&self.key, &batch.group, &config.url);
        match outcome {
            Outcome::Delivered => {
                self.stats.delivered.fetch_add(1, Ordering::Relaxed);
                self.last.lock().delivery = Some(now);
                self.remove(&batch.ids)
            }
            Outcome::Refused { reason } => {
                tracing::error!(destination, group, %address, reason, "a notification was refused and is dropped");
                self.stats.refused.fetch_add(1, Ordering::Relaxed);
                self.last.lock().failure = Some((now, reason));
                self.remove(&batch.ids)
            }
            Outcome::Retry { reason, after } => {
                let failures = batch.attempts.saturating_add(1);
                let wait = backoff::wait(failures, batch.ids.first().copied().unwrap_or(0), after);
                tracing::warn!(destination, group, %address, reason, failures, %wait, "a delivery failed");
                self.stats.retried.fetch_add(1, Ordering::Relaxed);
                self.around.catalog.postpone(&batch.ids, now.plus(wait), &reason)?;
                self.last.lock().failure = Some((now, reason));
                Ok(())
            }
        }
    }

    fn remove(&self, ids: &[i64]) -> Result<(), CatalogError> {
        self.around.catalog.dequeue(ids)?;
        self.uncount(ids.len() as u64);
        Ok(())
    }

    fn uncount(&self, count: u64) {
        let less = |waiting: u64| Some(waiting.saturating_sub(count));
        // Never fails: the closure always gives a number.
        let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
