//! The states of one rule's alerts: a pure function of the states before, what the expression gave, and now.
//!
//! Semantics are Prometheus's (`rules/alerting.go`): an alert is pending from the first evaluation that gives
//! it, fires once it has been active for the rule's `for`, goes on firing for `keep_firing_for` after the
//! expression last gave it, and stays known for a quarter of an hour after it ended.

mod saved;

use std::collections::BTreeMap;

use model::{Alert, Duration, Labels, METRIC_NAME, Timestamp};

pub(crate) use saved::{Outage, Saved, changes};

use crate::status::{AlertState, AlertStatus};

/// How long an alert that has ended is known and told again.
const RESOLVED_KEPT: Duration = Duration::from_secs(15 * 60);

/// How often the sink is told again of what it was told already.
const RESEND_DELAY: Duration = Duration::from_secs(60);

/// The alerts of one rule by their labels.
pub(crate) type States = BTreeMap<Labels, ActiveAlert>;

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActiveAlert {
    pub(crate) annotations: Labels,
    pub(crate) value: f64,
    pub(crate) state: AlertState,
    /// Since when the expression gives it.
    pub(crate) active_at: Timestamp,
    pub(crate) fired_at: Option<Timestamp>,
    pub(crate) resolved_at: Option<Timestamp>,
    /// Since when it fires only because of `keep_firing_for`.
    pub(crate) keep_firing_since: Option<Timestamp>,
    /// When the sink was last told, by this process.
    pub(crate) last_sent: Option<Timestamp>,
    /// Until then, the absence of data does not end it: after an outage, expressions need some time to see
    /// enough samples again.
    pub(crate) held_until: Option<Timestamp>,
}

/// One alert as the expression gave it, with its labels and texts expanded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) labels: Labels,
    pub(crate) annotations: Labels,
    pub(crate) value: f64,
}

/// What the rule says about its alerts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// How long an alert must be active before it fires.
    pub(crate) hold: Duration,
    /// How long it goes on firing without being active.
    pub(crate) keep_firing_for: Duration,
    /// The most alerts; 0 means any number.
    pub(crate) limit: u64,
}

/// Why the states stay as they were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StateError {
    #[error("vector contains metrics with the same labelset after applying alert labels: {0}")]
    Duplicate(Labels),
    #[error("exceeded limit of {limit} with {count} alerts")]
    Limit { limit: u64, count: usize },
}

/// The states after an evaluation at `now` that gave `found`.
pub(crate) fn advance(
    before: &States,
    found: Vec<Found>,
    now: Timestamp,
    terms: Terms,
) -> Result<States, StateError> {
    let mut after = States::new();
    for found in found {
        let known = before.get(&found.labels).filter(|alert| alert.state != AlertState::Inactive);
        let labels = found.labels.clone();
        let alert = present(known, found, now, terms.hold);
        if after.insert(labels.clone(), alert).is_some() {
            return Err(StateError::Duplicate(labels));
        }
    }
    for (labels, alert) in before {
        if after.contains_key(labels) {
            continue;
        }
        if let Some(alert) = absent(alert, now, terms.keep_firing_for) {
            after.insert(labels.clone(), alert);
        }
    }
    let count = after.values().filter(|alert| alert.state != AlertState::Inactive).count();
    if terms.limit > 0 && count as u64 > terms.limit {
        return Err(StateError::Limit { limit: terms.limit, count });
    }
    Ok(after)
}

/// An alert that the expression gives.
fn present(known: Option<&ActiveAlert>, found: Found, now: Timestamp, hold: Duration) -> ActiveAlert {
    let mut alert = known.cloned().unwrap_or(ActiveAlert {
        annotations: Labels::empty(),
        value: 0.0,
        state: AlertState::Pending,
        active_at: now,
        fired_at: None,
        resolved_at: None,
        keep_firing_since: None,
        last_sent: None,
        held_until: None,
    });
    alert.annotations = found.annotations;
    alert.value = found.value;
    alert.keep_firing_since = None;
    alert.held_until = None;
    if alert.state == AlertState::Pending && now.millis_since(alert.active_at) >= hold.as_millis() {
        alert.state = AlertState::Firing;
        alert.fired_at = Some(now);
    }
    alert
}

/// An alert that the expression no longer gives; `None` once it is forgotten.
fn absent(alert: &ActiveAlert, now: Timestamp, keep_firing_for: Duration) -> Option<ActiveAlert> {
    let mut alert = alert.clone();
    if alert.state != AlertState::Inactive && alert.held_until.is_some_and(|until| now < until) {
        return Some(alert);
    }
    match alert.state {
        AlertState::Pending => None,
        AlertState::Inactive => {
            let ended = alert.resolved_at.unwrap_or(now);
            (now.millis_since(ended) <= RESOLVED_KEPT.as_millis()).then_some(alert)
        }
        AlertState::Firing => {
            let since = *alert.keep_firing_since.get_or_insert(now);
            if keep_firing_for.is_zero() || now.millis_since(since) >= keep_firing_for.as_millis() {
                alert.resolve(now);
            }
            Some(alert)
        }
    }
}

impl ActiveAlert {
    /// Ends the alert.
    pub(crate) fn resolve(&mut self, now: Timestamp) {
        self.state = AlertState::Inactive;
        self.resolved_at = Some(now);
        self.keep_firing_since = None;
        self.held_until = None;
    }

    /// Whether the sink must be told at `now`: of every change, and again now and then.
    fn is_due(&self, now: Timestamp) -> bool {
        let again = |sent: Timestamp| now.millis_since(sent) >= RESEND_DELAY.as_millis();
        match (self.state, self.last_sent) {
            (AlertState::Pending, _) => false,
            (_, None) => true,
            (AlertState::Inactive, Some(sent)) if self.resolved_at.is_some_and(|ended| sent < ended) => true,
            (_, Some(sent)) => again(sent),
        }
    }
}

/// The alerts of which the sink must be told at `now`; they count as told.
pub(crate) fn take_due(states: &mut States, now: Timestamp, generator_url: &str) -> Vec<Alert> {
    let mut due = Vec::new();
    for (labels, alert) in states.iter_mut().filter(|(_, alert)| alert.is_due(now)) {
        alert.last_sent = Some(now);
        due.push(Alert {
            labels: labels.clone(),
            annotations: alert.annotations.clone(),
            starts_at: alert.fired_at.unwrap_or(alert.active_at),
            ends_at: alert.resolved_at,
            generator_url: generator_url.to_owned(),
        });
    }
    due
}

/// The series that show the alerts: `ALERTS` with the state, `ALERTS_FOR_STATE` with the time (in seconds since
/// 1970) since when they are active.
pub(crate) fn series(states: &States) -> Vec<(Labels, f64)> {
    let mut rows = Vec::new();
    for (labels, alert) in states.iter().filter(|(_, alert)| alert.state != AlertState::Inactive) {
        let mut builder = labels.to_builder();
        builder.set(METRIC_NAME, "ALERTS").set("alertstate", alert.state.as_str());
        rows.push((builder.build(), 1.0));
        let mut builder = labels.to_builder();
        builder.set(METRIC_NAME, "ALERTS_FOR_STATE");
        rows.push((builder.build(), alert.active_at.millis_since(Timestamp::from_millis(0)) as f64 / 1000.0));
    }
    rows
}

/// The alerts that are pending or firing, for people.
pub(crate) fn statuses(states: &States) -> Vec<AlertStatus> {
    let active = states.iter().filter(|(_, alert)| alert.state != AlertState::Inactive);
    let status = |(labels, alert): (&Labels, &ActiveAlert)| AlertStatus {
        labels: labels.clone(),
        annotations: alert.annotations.clone(),
        state: alert.state,
        active_at: alert.active_at,
        value: alert.value,
        keep_firing_since: alert.keep_firing_since,
    };
    active.map(status).collect()
}

#[cfg(test)]
mod tests;
