//! What a destination was told of each alert, and so what is news to it.
//!
//! A mirror in memory of the catalog's notification log: the caller writes every decision to the catalog and
//! only then takes it over here.

use std::collections::HashMap;

use model::{Alert, Duration, Labels, Timestamp};
use serde::{Deserialize, Serialize};
use wire::alertmanager::{WebhookAlert, fingerprint, group_key};

/// What a destination knows of an alert that it believes to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// When it was told.
    pub(crate) at_ms: i64,
}

/// A change to deliver, as it lies in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The alert after the change.
    pub(crate) alert: WebhookAlert,
    /// Whether any alert of the group fires after the change.
    pub(crate) group_firing: bool,
}

/// What becomes of an alert at a destination.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    /// The alert's group.
    pub(crate) group: String,
    /// The alert within the group.
    pub(crate) alert: String,
    /// What the destination knows from now on; `None` if nothing any more.
    pub(crate) told: Option<Told>,
    /// What to deliver; `None` if the destination does not want to know.
    pub(crate) change: Option<Change>,
}

/// When a destination is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Whether it wants to know that an alert has ended.
    pub(crate) send_resolved: bool,
    /// After this time it is told again.
    pub(crate) repeat_interval: Duration,
}

/// Everything that one destination was told and still believes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    groups: HashMap<String, HashMap<String, Told>>,
}

impl Ledger {
    /// Takes a fact over, from the catalog or from a decision that has been saved.
    pub(crate) fn set(&mut self, group: &str, alert: &str, told: Option<Told>) {
        match told {
            Some(told) => {
                self.groups.entry(group.to_owned()).or_default().insert(alert.to_owned(), told);
            }
            None => {
                if let Some(alerts) = self.groups.get_mut(group) {
                    alerts.remove(alert);
                    if alerts.is_empty() {
                        self.groups.remove(group);
                    }
                }
            }
        }
    }

    /// How many alerts the destination believes to fire.
    pub(crate) fn firing(&self) -> usize {
        self.groups.values().map(HashMap::len).sum()
    }

    /// Whether this alert is news, and what follows. `None` if the destination knows all of it already.
    pub(crate) fn decide(&self, alert: &Alert, now: Timestamp, terms: Terms) -> Option<Decision> {
        let group = group_of(&alert.labels);
        let key = fingerprint(&alert.labels);
        let known = self.groups.get(&group).and_then(|alerts| alerts.get(&key));
        let due = known.is_none_or(|told| {
            now.millis_since(Timestamp::from_millis(told.at_ms)) >= terms.repeat_interval.as_millis()
        });
        let (told, tell) = match (alert.is_resolved(), known) {
            (false, _) if due => (Some(Told { at_ms: now.as_millis() }), true),
            (true, Some(_)) => (None, terms.send_resolved),
            _ => return None,
        };
        let others = self.groups.get(&group).is_some_and(|alerts| alerts.keys().any(|other| *other != key));
        let group_firing = !alert.is_resolved() || others;
        let change = tell.then(|| Change { alert: WebhookAlert::from(alert), group_firing });
        Some(Decision { group, alert: key, told, change })
    }
}

/// The identity of an alert's group: all alerts of one name.
fn group_of(labels: &Labels) -> String {
    group_key(&labels.retain(|name| name == "alertname"))
}

#[cfg(test)]
mod tests;
