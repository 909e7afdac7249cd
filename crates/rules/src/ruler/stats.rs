//! The ruler's own figures.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{MetricDesc, Vital};

use crate::group::Context;
use crate::status::{AlertState, GroupStatus};

static EVALUATIONS: MetricDesc =
    MetricDesc::counter("sextant_rule_evaluations_total", "Evaluations of rules.");
static FAILURES: MetricDesc = MetricDesc::counter(
    "sextant_rule_evaluation_failures_total",
    "Evaluations of rules that failed, or whose alert states could not be saved.",
);
static MISSED: MetricDesc = MetricDesc::counter(
    "sextant_rule_group_iterations_missed_total",
    "Evaluations of rule groups that were left out because the one before took too long.",
);
static DURATION: MetricDesc = MetricDesc::gauge(
    "sextant_rule_group_last_duration_seconds",
    "How long the last evaluation of a rule group took.",
);
static ALERTS: MetricDesc = MetricDesc::gauge("sextant_alerts", "Alerts at present, by state.");

pub(super) fn vitals(context: &Context, groups: &[Arc<GroupStatus>], out: &mut Vec<Vital>) {
    let totals =
        [(&EVALUATIONS, &context.evaluations), (&FAILURES, &context.failures), (&MISSED, &context.missed)];
    for (desc, count) in totals {
        out.push(Vital::plain(desc, count.load(Ordering::Relaxed) as f64));
    }
    for group in groups {
        let rule_group = format!("{};{}", group.file, group.name);
        let labels = vec![("rule_group", rule_group)];
        out.push(Vital { desc: &DURATION, labels, value: group.evaluation_time.as_secs_f64() });
    }
    let rules = groups.iter().flat_map(|group| &group.rules).filter_map(|rule| rule.alert.as_ref());
    let alerts: Vec<AlertState> = rules.flat_map(|rule| &rule.alerts).map(|alert| alert.state).collect();
    for state in [AlertState::Pending, AlertState::Firing] {
        let count = alerts.iter().filter(|known| **known == state).count();
        let labels = vec![("state", state.as_str().to_owned())];
        out.push(Vital { desc: &ALERTS, labels, value: count as f64 });
    }
}
