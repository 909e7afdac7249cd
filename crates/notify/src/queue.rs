//! From what waits in the outbox to notifications that are due.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use catalog::OutboxEntry;
use model::Timestamp;
use wire::alertmanager::{Status, WEBHOOK_VERSION, Webhook, WebhookAlert, common_pairs};

use crate::ledger::Change;

/// The most alerts in one notification.
const ALERTS_MAX: usize = 1_000;

/// The next notification of one group.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// The group.
    pub(crate) group: String,
    /// The entries it consists of, oldest first.
    pub(crate) ids: Vec<i64>,
    /// How often the oldest of them has failed.
    pub(crate) attempts: u32,
    /// The changes, oldest first, each of another alert.
    pub(crate) changes: Vec<Change>,
}

/// What can be done now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Notifications that are due, the one with the oldest entry first.
    pub(crate) due: Vec<Batch>,
    /// Entries that cannot be read, with the reason.
    pub(crate) broken: Vec<(i64, String)>,
    /// When the next one will be due, if none is.
    pub(crate) next: Option<Timestamp>,
}

/// Plans the next notification of every group. A group's notification holds its entries from the oldest on, up
/// to the second change of the same alert, so that no change is swallowed by a later one.
pub(crate) fn plan(entries: Vec<OutboxEntry>, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    let mut order: Vec<String> = Vec::new();
    let mut groups: HashMap<String, Vec<(OutboxEntry, Change)>> = HashMap::new();
    for entry in entries {
        match serde_json::from_str::<Change>(&entry.payload) {
            Ok(change) => {
                let waiting = groups.entry(entry.group.clone()).or_insert_with(|| {
                    order.push(entry.group.clone());
                    Vec::new()
                });
                waiting.push((entry, change));
            }
            Err(error) => plan.broken.push((entry.id, error.to_string())),
        }
    }
    for group in order {
        let waiting = groups.remove(&group).unwrap_or_default();
        let Some((oldest, _)) = waiting.first() else { continue };
        let (at, attempts) = (oldest.next_attempt, oldest.attempts);
        if at > now {
            plan.next = Some(plan.next.map_or(at, |next| next.min(at)));
            continue;
        }
        plan.due.push(batch(group, attempts, waiting));
    }
    plan
}

fn batch(group: String, attempts: u32, waiting: Vec<(OutboxEntry, Change)>) -> Batch {
    let mut batch = Batch { group, ids: Vec::new(), attempts, changes: Vec::new() };
    let mut seen = HashSet::new();
    for (entry, change) in waiting {
        if batch.ids.len() == ALERTS_MAX || !seen.insert(change.alert.fingerprint.clone()) {
            break;
        }
        batch.ids.push(entry.id);
        batch.changes.push(change);
    }
    batch
}

impl Batch {
    /// The notification: the changes, then those of the alerts in `firing` that have not changed.
    /// `alerts_max` cuts the list of alerts; 0 leaves it at a thousand.
    pub(crate) fn webhook(
        &self,
        firing: &[Arc<WebhookAlert>],
        receiver: &str,
        external_url: &str,
        alerts_max: u32,
    ) -> Webhook {
        let changed: HashSet<&str> =
            self.changes.iter().map(|change| change.alert.fingerprint.as_str()).collect();
        let unchanged = firing.iter().filter(|alert| !changed.contains(alert.fingerprint.as_str()));
        let all: Vec<&WebhookAlert> =
            self.changes.iter().map(|change| &*change.alert).chain(unchanged.map(|alert| &**alert)).collect();
        let common_labels = common_pairs(all.iter().map(|alert| &alert.labels));
        let common_annotations = common_pairs(all.iter().map(|alert| &alert.annotations));
        let mut group_labels = common_labels.clone();
        group_labels.retain(|name, _| name == "alertname");
        let fires = all.iter().any(|alert| alert.status == Status::Firing);
        let limit = if alerts_max == 0 { ALERTS_MAX } else { (alerts_max as usize).min(ALERTS_MAX) };
        let truncated_alerts = all.len().saturating_sub(limit) as u64;
        let shown = all.into_iter().take(limit).map(|alert| linked(alert, external_url));
        let alerts = shown.collect();
        Webhook {
            version: WEBHOOK_VERSION.to_owned(),
            group_key: self.group.clone(),
            truncated_alerts,
            status: if fires { Status::Firing } else { Status::Resolved },
            receiver: receiver.to_owned(),
            group_labels,
            common_labels,
            common_annotations,
            external_url: external_url.to_owned(),
            alerts,
        }
    }
}

/// The alert with a link that works outside of the UI.
fn linked(alert: &WebhookAlert, external_url: &str) -> WebhookAlert {
    let mut alert = alert.clone();
    if alert.generator_url.starts_with('/') {
        alert.generator_url.insert_str(0, external_url);
    }
    alert
}

#[cfg(test)]
mod tests;
