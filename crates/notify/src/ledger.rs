//! What a destination was told of each alert, and so what is news to it.
//!
//! A mirror in memory of the catalog's notification log: the caller writes every decision to the catalog and
//! only then takes it over here.

use std::collections::HashMap;
use std::sync::Arc;

use model::{Alert, Duration, Labels, Timestamp};
use serde::{Deserialize, Serialize};
use wire::alertmanager::{WebhookAlert, fingerprint, group_key};

/// What a destination knows of an alert that it believes to fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// When it was told.
    pub(crate) at_ms: i64,
    /// The alert, to be listed when its group has news. `None` if it is not to be listed, or not yet known.
    #[serde(default)]
    pub(crate) alert: Option<Arc<WebhookAlert>>,
}

/// A change to deliver, as it lies in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The alert after the change.
    pub(crate) alert: Arc<WebhookAlert>,
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
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    groups: HashMap<String, Group>,
}

#[derive(Debug, Default)]
struct Group {
    /// When it was last told anything of the group, which lists all that fires.
    told_at_ms: i64,
    alerts: HashMap<String, Told>,
}

impl Ledger {
    /// Takes over what the catalog holds of an alert.
    pub(crate) fn restore(&mut self, group: &str, alert: &str, told: Told) {
        let group = self.groups.entry(group.to_owned()).or_default();
        group.told_at_ms = group.told_at_ms.max(told.at_ms);
        group.alerts.insert(alert.to_owned(), told);
    }

    /// Takes over a decision of the time `now` that has been saved.
    pub(crate) fn accept(&mut self, decision: Decision, now: Timestamp) {
        let Decision { group, alert, told, change } = decision;
        let known = self.groups.entry(group.clone()).or_default();
        if change.is_some() {
            known.told_at_ms = now.as_millis();
        }
        match told {
            Some(told) => known.alerts.insert(alert, told),
            None => known.alerts.remove(&alert),
        };
        if known.alerts.is_empty() {
            self.groups.remove(&group);
        }
    }

    /// Takes over what an alert says now, which alone is no news.
    pub(crate) fn refresh(&mut self, alert: &Alert) {
        let key = fingerprint(&alert.labels);
        let group = self.groups.get_mut(&group_of(&alert.labels));
        if let Some(told) = group.and_then(|group| group.alerts.get_mut(&key)) {
            told.alert = (!alert.is_resolved()).then(|| Arc::new(WebhookAlert::from(alert)));
        }
    }

    /// The alerts of a group that fire, in the order of their labels.
    pub(crate) fn firing_of(&self, group: &str) -> Vec<Arc<WebhookAlert>> {
        let alerts = self.groups.get(group).into_iter().flat_map(|group| group.alerts.values());
        let mut firing: Vec<_> = alerts.filter_map(|told| told.alert.clone()).collect();
        firing.sort_by(|a, b| a.labels.cmp(&b.labels));
        firing
    }

    /// How many alerts the destination believes to fire.
    pub(crate) fn firing(&self) -> usize {
        self.groups.values().map(|group| group.alerts.len()).sum()
    }

    /// Whether this alert is news, and what follows. `None` if the destination knows all of it already.
    pub(crate) fn decide(&self, alert: &Alert, now: Timestamp, terms: Terms) -> Option<Decision> {
        let group = group_of(&alert.labels);
        let key = fingerprint(&alert.labels);
        let of_group = self.groups.get(&group);
        let known = of_group.is_some_and(|group| group.alerts.contains_key(&key));
        let due = of_group.is_none_or(|group| {
            now.millis_since(Timestamp::from_millis(group.told_at_ms)) >= terms.repeat_interval.as_millis()
        });
        let shown = || Arc::new(WebhookAlert::from(alert));
        let (told, tell) = match (alert.is_resolved(), known) {
            (false, known) if due || !known => {
                (Some(Told { at_ms: now.as_millis(), alert: Some(shown()) }), true)
            }
            (true, true) => (None, terms.send_resolved),
            _ => return None,
        };
        let change = tell.then(|| Change {
            alert: told.as_ref().and_then(|told| told.alert.clone()).unwrap_or_else(shown),
        });
        Some(Decision { group, alert: key, told, change })
    }
}

/// The identity of an alert's group: all alerts of one name.
fn group_of(labels: &Labels) -> String {
    group_key(&labels.retain(|name| name == "alertname"))
}

#[cfg(test)]
mod tests;
