//! The notifier's own figures.

use std::sync::atomic::{AtomicU64, Ordering};

use model::{MetricDesc, Vital};

static NOTIFICATIONS: MetricDesc = MetricDesc::counter(
    "sextant_notifications_total",
    "Attempts to deliver a notification, by receiver and outcome (delivered, retried, refused).",
);
static WAITING: MetricDesc = MetricDesc::gauge(
    "sextant_notifications_waiting",
    "Changes of alerts that wait for delivery to a receiver.",
);
static OUTBOX_FAILURES: MetricDesc = MetricDesc::counter(
    "sextant_notifications_outbox_failures_total",
    "Changes of alerts that could not be written to the outbox; they are tried again within about a minute.",
);

/// How the deliveries to one destination went.
#[derive(Debug, Default)]
pub(crate) struct DeliveryStats {
    pub(crate) delivered: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl DeliveryStats {
    pub(crate) fn vitals(&self, receiver: &str, waiting: u64, out: &mut Vec<Vital>) {
        let outcomes =
            [("delivered", &self.delivered), ("retried", &self.retried), ("refused", &self.refused)];
        for (outcome, count) in outcomes {
            out.push(Vital {
                desc: &NOTIFICATIONS,
                labels: vec![("receiver", receiver.to_owned()), ("outcome", outcome.to_owned())],
                value: count.load(Ordering::Relaxed) as f64,
            });
        }
        let labels = vec![("receiver", receiver.to_owned())];
        out.push(Vital { desc: &WAITING, labels, value: waiting as f64 });
    }
}

pub(crate) fn outbox_failures(count: u64) -> Vital {
    Vital::plain(&OUTBOX_FAILURES, count as f64)
}
