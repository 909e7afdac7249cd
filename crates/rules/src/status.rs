//! What groups, rules and alerts look like from outside: all that Prometheus's rules and alerts API shows.

use std::time::Duration as StdDuration;

use model::{Duration, Labels, Timestamp};

/// A group and what its last evaluation gave.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStatus {
    /// The name, unique within the file.
    pub name: String,
    /// The file it was read from.
    pub file: String,
    /// Time between evaluations.
    pub interval: Duration,
    /// The most series or alerts a rule may give; 0 means any number.
    pub limit: u64,
    /// The rules, in the order of evaluation.
    pub rules: Vec<RuleStatus>,
    /// When the last evaluation began; `None` before the first.
    pub last_evaluation: Option<Timestamp>,
    /// How long the last evaluation took.
    pub evaluation_time: StdDuration,
}

/// A rule and what its last evaluation gave.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleStatus {
    /// The alert's name or the name of the recorded metric.
    pub name: String,
    /// The expression, as written.
    pub query: String,
    /// The rule's labels, as written.
    pub labels: Labels,
    /// Whether the last evaluation went well.
    pub health: RuleHealth,
    /// Why it did not.
    pub last_error: Option<String>,
    /// When the last evaluation began; `None` before the first.
    pub last_evaluation: Option<Timestamp>,
    /// How long the last evaluation took.
    pub evaluation_time: StdDuration,
    /// What only alerting rules have.
    pub alert: Option<AlertRuleStatus>,
}

/// What only alerting rules have.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRuleStatus {
    /// How long the expression must hold before an alert fires (`duration` in the API).
    pub hold: Duration,
    /// How long an alert goes on firing after the expression last held.
    pub keep_firing_for: Duration,
    /// The rule's annotations, as written.
    pub annotations: Labels,
    /// The highest state of its alerts.
    pub state: AlertState,
    /// Alerts that are pending or firing, sorted by labels.
    pub alerts: Vec<AlertStatus>,
}

/// An alert that is pending or firing.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertStatus {
    /// The identity.
    pub labels: Labels,
    /// Texts for people, expanded.
    pub annotations: Labels,
    /// Pending or firing.
    pub state: AlertState,
    /// Since when the expression holds.
    pub active_at: Timestamp,
    /// The expression's last value.
    pub value: f64,
    /// Since when the alert fires only because of `keep_firing_for`.
    pub keep_firing_since: Option<Timestamp>,
}

/// Whether a rule's last evaluation went well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuleHealth {
    /// It has not been evaluated yet.
    #[default]
    Unknown,
    /// It did.
    Ok,
    /// It did not.
    Err,
}

impl RuleHealth {
    /// The word in Prometheus's API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ok => "ok",
            Self::Err => "err",
        }
    }
}

/// How far an alert is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// The expression does not hold; what once fired is resolved.
    #[default]
    Inactive,
    /// The expression holds, but not yet for long enough.
    Pending,
    /// The alert fires.
    Firing,
}

impl AlertState {
    /// The word in Prometheus's API and in the label `alertstate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}
