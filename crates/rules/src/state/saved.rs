//! The form in which an alert's state lies in the catalog.

use std::collections::BTreeMap;

use catalog::{AlertStateChange, AlertStateRow};
use model::{Duration, Labels, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ActiveAlert, States};
use crate::status::AlertState;

/// After a longer outage nobody can say whether what was pending has held on.
const PENDING_KEPT: Duration = Duration::from_secs(3600);

/// An alert as it is saved, in JSON. Fields may be added, with a default; none may change its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Saved {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    /// Absent if the value is not finite, which JSON cannot say.
    value: Option<f64>,
    state: SavedState,
    active_at_ms: i64,
    fired_at_ms: Option<i64>,
    resolved_at_ms: Option<i64>,
    keep_firing_since_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SavedState {
    Inactive,
    Pending,
    Firing,
}

/// What is to be known about the time during which nothing was evaluated.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outage {
    /// How long it was.
    pub(crate) length: Duration,
    /// Until then, the absence of data says nothing.
    pub(crate) held_until: Option<Timestamp>,
}

impl Saved {
    /// Reads an alert back; `None` if it says nothing any more after such an outage.
    pub(crate) fn restore(&self, outage: Outage) -> Option<(Labels, ActiveAlert)> {
        if self.state == SavedState::Pending && outage.length > PENDING_KEPT {
            return None;
        }
        let alert = ActiveAlert {
            annotations: labels(&self.annotations),
            value: self.value.unwrap_or(f64::NAN),
            state: match self.state {
                SavedState::Inactive => AlertState::Inactive,
                SavedState::Pending => AlertState::Pending,
                SavedState::Firing => AlertState::Firing,
            },
            active_at: Timestamp::from_millis(self.active_at_ms),
            fired_at: self.fired_at_ms.map(Timestamp::from_millis),
            resolved_at: self.resolved_at_ms.map(Timestamp::from_millis),
            keep_firing_since: self.keep_firing_since_ms.map(Timestamp::from_millis),
            last_sent: None,
            held_until: outage.held_until,
        };
        Some((labels(&self.labels), alert))
    }

    fn of(labels: &Labels, alert: &ActiveAlert) -> Self {
        let map = |labels: &Labels| labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        Self {
            labels: map(labels),
            annotations: map(&alert.annotations),
            value: Some(alert.value).filter(|value| value.is_finite()),
            state: match alert.state {
                AlertState::Inactive => SavedState::Inactive,
                AlertState::Pending => SavedState::Pending,
                AlertState::Firing => SavedState::Firing,
            },
            active_at_ms: alert.active_at.as_millis(),
            fired_at_ms: alert.fired_at.map(Timestamp::as_millis),
            resolved_at_ms: alert.resolved_at.map(Timestamp::as_millis),
            keep_firing_since_ms: alert.keep_firing_since.map(Timestamp::as_millis),
        }
    }
}

fn labels(map: &BTreeMap<String, String>) -> Labels {
    let pairs: Vec<(&String, &String)> = map.iter().collect();
    // A map has no duplicates, the only thing that can be wrong.
    Labels::from_pairs(&pairs).unwrap_or_default()
}

/// The key of an alert within its rule.
fn key(labels: &Labels) -> String {
    format!("{:016x}", labels.fingerprint())
}

/// What must be saved when the states of the rule `rule` change. Values and texts alone are not worth a write:
/// they come back with the next evaluation.
pub(crate) fn changes(rule: &str, before: &States, after: &States) -> Vec<AlertStateChange> {
    let essence = |alert: &ActiveAlert| {
        (alert.state, alert.active_at, alert.fired_at, alert.resolved_at, alert.keep_firing_since)
    };
    let mut changes = Vec::new();
    for (labels, alert) in after {
        if before.get(labels).map(essence) == Some(essence(alert)) {
            continue;
        }
        let Ok(state) = serde_json::to_string(&Saved::of(labels, alert)) else { continue };
        let row = AlertStateRow { rule: rule.to_owned(), alert: key(labels), state };
        changes.push(AlertStateChange::Put(row));
    }
    for labels in before.keys().filter(|labels| !after.contains_key(*labels)) {
        changes.push(AlertStateChange::Remove { rule: rule.to_owned(), alert: key(labels) });
    }
    changes
}
