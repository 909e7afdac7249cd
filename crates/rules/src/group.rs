//! A group of rules with its states, and one evaluation of it.

mod evaluation;
mod handover;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration as StdDuration;

use catalog::Catalog;
use intake::Intake;
use model::{AlertSink, Clock, Duration, Labels, Timestamp};
use parking_lot::{Mutex, RwLock};
use promql::MetricNames;

pub(crate) use handover::resolve_orphans;

use crate::deadline::Deadlines;
use crate::expr::Evaluate;
use crate::rule::{Rule, RuleGroup};
use crate::state::{self, Outage, States};
use crate::status::{AlertRuleStatus, AlertState, GroupStatus, RuleHealth, RuleStatus};
use crate::template::Globals;

/// What all groups share.
pub(crate) struct Context {
    pub(crate) evaluator: Arc<dyn Evaluate>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) sink: Arc<dyn AlertSink>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What templates know of this server.
    pub(crate) globals: RwLock<Arc<Globals>>,
    pub(crate) deadlines: Deadlines,
    /// The outage before this process began.
    pub(crate) outage: Outage,
    pub(crate) evaluations: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) missed: AtomicU64,
}

/// A group of rules with its states.
pub(crate) struct Group {
    pub(crate) rules: RuleGroup,
    pub(crate) interval: Duration,
    pub(crate) key: String,
    /// Locked for the whole of an evaluation.
    state: Mutex<GroupState>,
    /// What the last evaluation left to be shown, so that nobody has to wait for the next.
    shown: Mutex<Arc<GroupStatus>>,
}

struct GroupState {
    /// One for each rule.
    rules: Vec<RuleState>,
    /// The states of the group before, or of the catalog, are here.
    prepared: bool,
    /// Another group has taken the states over; this one must not evaluate any more.
    retired: bool,
}

/// What a rule remembers between evaluations.
#[derive(Clone, Debug, Default)]
struct RuleState {
    alerts: States,
    /// The states that the catalog holds, if they are not those above because saving failed.
    saved: Option<States>,
    /// The series it wrote last time, which get a staleness marker when they are gone.
    written: HashSet<Labels>,
    health: RuleHealth,
    last_error: Option<String>,
    last_evaluation: Option<Timestamp>,
    evaluation_time: StdDuration,
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Group {
    pub(crate) fn new(rules: RuleGroup, default_interval: Duration) -> Self {
        let interval = interval_of(&rules, default_interval);
        let states = vec![RuleState::default(); rules.rules.len()];
        let shown = status(&rules, interval, &states, None, StdDuration::ZERO);
        Self {
            key: rules.key(),
            interval,
            state: Mutex::new(GroupState { rules: states, prepared: false, retired: false }),
            shown: Mutex::new(Arc::new(shown)),
            rules,
        }
    }

    /// Whether a group of these rules would be evaluated as this one is.
    pub(crate) fn does(&self, rules: &RuleGroup, default_interval: Duration) -> bool {
        self.rules == *rules && self.interval == interval_of(rules, default_interval)
    }

    /// What the last evaluation left to be shown.
    pub(crate) fn status(&self) -> Arc<GroupStatus> {
        self.shown.lock().clone()
    }

    /// The first time after `now` at which the group is to be evaluated: groups are spread over their interval
    /// by a hash of their names, the same after every start.
    pub(crate) fn next_slot(&self, now: Timestamp) -> Timestamp {
        let interval = self.interval.as_millis();
        let phase = (Labels::of_metric(&self.key, &[]).fingerprint() >> 1) as i64 % interval;
        let since_slot = now.as_millis().saturating_sub(phase).rem_euclid(interval);
        now.plus_millis(interval - since_slot)
    }

    /// The metrics whose arrival wakes the group before its time: those it reads if it holds an alert that
    /// would otherwise have to wait for the next slot. `None` if nothing wakes it.
    pub(crate) fn awaited(&self) -> Option<MetricNames> {
        let quick = |rule: &Rule| rule.alert().is_some_and(|alert| alert.hold < self.interval);
        if !self.rules.query_offset.is_zero() || !self.rules.rules.iter().any(quick) {
            return None;
        }
        let mut names = std::collections::BTreeSet::new();
        for rule in &self.rules.rules {
            match rule.expr.metric_names() {
                MetricNames::Any => return Some(MetricNames::Any),
                MetricNames::Only(more) => names.extend(more),
            }
        }
        // What the group writes itself must not wake it.
        names.retain(|name| !self.writes(name));
        Some(MetricNames::Only(names))
    }

    /// Whether the group itself writes series of this name.
    pub(crate) fn writes(&self, metric: &str) -> bool {
        matches!(metric, "ALERTS" | "ALERTS_FOR_STATE")
            || self.rules.rules.iter().any(|rule| rule.alert().is_none() && rule.name == metric)
    }

    /// The keys of the group's rules in the catalog; a rule that occurs again gets a number.
    fn rule_keys(&self) -> Vec<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let number = |rule: &Rule| {
            let key = rule.key();
            let before = seen.entry(key.clone()).or_default();
            *before += 1;
            if *before == 1 { key } else { format!("{key}#{before}") }
        };
        self.rules.rules.iter().map(number).collect()
    }

    fn show(&self, states: &[RuleState], at: Option<Timestamp>, took: StdDuration) {
        *self.shown.lock() = Arc::new(status(&self.rules, self.interval, states, at, took));
    }
}

/// The time between two evaluations of a group.
fn interval_of(rules: &RuleGroup, default_interval: Duration) -> Duration {
    rules.interval.unwrap_or(default_interval).max(Duration::from_millis(1))
}

fn status(
    group: &RuleGroup,
    interval: Duration,
    states: &[RuleState],
    last_evaluation: Option<Timestamp>,
    evaluation_time: StdDuration,
) -> GroupStatus {
    GroupStatus {
        name: group.name.clone(),
        file: group.file.clone(),
        interval,
        limit: group.limit,
        rules: group.rules.iter().zip(states).map(|(rule, state)| rule_status(rule, state)).collect(),
        last_evaluation,
        evaluation_time,
    }
}

fn rule_status(rule: &Rule, state: &RuleState) -> RuleStatus {
    let alert = rule.alert().map(|alert| {
        let alerts = state::statuses(&state.alerts);
        AlertRuleStatus {
            hold: alert.hold,
            keep_firing_for: alert.keep_firing_for,
            annotations: as_written(&alert.annotations),
            state: alerts.iter().map(|alert| alert.state).max().unwrap_or(AlertState::Inactive),
            alerts,
        }
    });
    RuleStatus {
        name: rule.name.clone(),
        query: rule.expr.text().to_owned(),
        labels: as_written(&rule.labels),
        health: state.health,
        last_error: state.last_error.clone(),
        last_evaluation: state.last_evaluation,
        evaluation_time: state.evaluation_time,
        alert,
    }
}

fn as_written(templates: &[(String, crate::template::Template)]) -> Labels {
    let pairs: Vec<(&str, &str)> =
        templates.iter().map(|(name, template)| (name.as_str(), template.text())).collect();
    Labels::from_pairs(&pairs).unwrap_or_default()
}

#[cfg(test)]
mod tests;
