//! `/api/v1/rules` and `/api/v1/alerts`.

use std::sync::Arc;

use axum::extract::State;
use model::{Labels, format_value};
use rules::{AlertRuleStatus, AlertState, AlertStatus, GroupStatus, RuleStatus};
use serde::Serialize;

use crate::answer::{Answer, ErrorKind, Failure, Rfc3339, Success, labels_json};
use crate::app::App;
use crate::params::Params;

/// As Prometheus's.
#[derive(Debug, Serialize)]
pub(crate) struct Groups {
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    file: String,
    /// Seconds.
    interval: f64,
    limit: u64,
    rules: Vec<Rule>,
    last_evaluation: Rfc3339,
    /// Seconds.
    evaluation_time: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    name: String,
    query: String,
    #[serde(serialize_with = "labels_json")]
    labels: Labels,
    health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    last_evaluation: Rfc3339,
    /// Seconds.
    evaluation_time: f64,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    alerting: Option<Alerting>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alerting {
    /// Seconds.
    duration: f64,
    /// Seconds.
    keep_firing_for: f64,
    #[serde(serialize_with = "labels_json")]
    annotations: Labels,
    alerts: Vec<Alert>,
    state: &'static str,
}

/// As Prometheus's.
#[derive(Debug, Serialize)]
pub(crate) struct Alerts {
    alerts: Vec<Alert>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    #[serde(serialize_with = "labels_json")]
    labels: Labels,
    #[serde(serialize_with = "labels_json")]
    annotations: Labels,
    state: &'static str,
    active_at: Rfc3339,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_since: Option<Rfc3339>,
    value: String,
}

/// `GET /api/v1/rules`
pub(crate) async fn rules(State(app): State<Arc<App>>, params: Params) -> Answer<Groups> {
    let wanted = Wanted::from_params(&params)?;
    let groups = app.parts.ruler.groups().into_iter().filter_map(|group| wanted.group(group)).collect();
    Ok(Success::new(Groups { groups }))
}

/// `GET /api/v1/alerts`
pub(crate) async fn alerts(State(app): State<Arc<App>>) -> Answer<Alerts> {
    let rules = app.parts.ruler.groups().into_iter().flat_map(|group| group.rules);
    let alerts = rules.filter_map(|rule| rule.alert).flat_map(|alert| alert.alerts);
    Ok(Success::new(Alerts { alerts: alerts.map(alert_json).collect() }))
}

/// Which groups and rules a request asks for; empty lists ask for all.
struct Wanted {
    alerting: bool,
    recording: bool,
    with_alerts: bool,
    names: Vec<String>,
    groups: Vec<String>,
    files: Vec<String>,
}

impl Wanted {
    fn from_params(params: &Params) -> Result<Self, Failure> {
        let list = |name: &str| params.all(name).map(str::to_owned).collect();
        let kind = params.get("type").unwrap_or_default();
        if !matches!(kind, "" | "alert" | "record") {
            return Err(Failure::parameter("type", format!("not supported value \"{kind}\"")));
        }
        let without_alerts = match params.get("exclude_alerts") {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(other) => {
                let reason = format!("\"{other}\" is neither `true` nor `false`");
                return Err(Failure::new(
                    ErrorKind::BadData,
                    format!("error converting exclude_alerts: {reason}"),
                ));
            }
        };
        Ok(Self {
            alerting: kind != "record",
            recording: kind != "alert",
            with_alerts: !without_alerts,
            names: list("rule_name[]"),
            groups: list("rule_group[]"),
            files: list("file[]"),
        })
    }

    fn group(&self, group: GroupStatus) -> Option<Group> {
        if !has(&self.groups, &group.name) || !has(&self.files, &group.file) {
            return None;
        }
        let rules: Vec<Rule> = group.rules.into_iter().filter_map(|rule| self.rule(rule)).collect();
        // A filter that leaves no rule of a group leaves the group out too.
        let filtered = !self.names.is_empty() || !self.alerting || !self.recording;
        (!filtered || !rules.is_empty()).then(|| Group {
            name: group.name,
            file: group.file,
            interval: group.interval.as_secs_f64(),
            limit: group.limit,
            rules,
            last_evaluation: Rfc3339(group.last_evaluation),
            evaluation_time: group.evaluation_time.as_secs_f64(),
        })
    }

    fn rule(&self, rule: RuleStatus) -> Option<Rule> {
        let asked_for = if rule.alert.is_some() { self.alerting } else { self.recording };
        if !asked_for || !has(&self.names, &rule.name) {
            return None;
        }
        Some(Rule {
            name: rule.name,
            query: rule.query,
            labels: rule.labels,
            health: rule.health.as_str(),
            last_error: rule.last_error,
            last_evaluation: Rfc3339(rule.last_evaluation),
            evaluation_time: rule.evaluation_time.as_secs_f64(),
            kind: if rule.alert.is_some() { "alerting" } else { "recording" },
            alerting: rule.alert.map(|alert| self.alerting_json(alert)),
        })
    }

    fn alerting_json(&self, alert: AlertRuleStatus) -> Alerting {
        let alerts = if self.with_alerts { alert.alerts } else { Vec::new() };
        Alerting {
            duration: alert.hold.as_secs_f64(),
            keep_firing_for: alert.keep_firing_for.as_secs_f64(),
            annotations: alert.annotations,
            alerts: alerts.into_iter().map(alert_json).collect(),
            state: alert.state.as_str(),
        }
    }
}

fn has(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|known| known == name)
}

fn alert_json(alert: AlertStatus) -> Alert {
    debug_assert_ne!(alert.state, AlertState::Inactive, "only pending and firing alerts are listed");
    Alert {
        labels: alert.labels,
        annotations: alert.annotations,
        state: alert.state.as_str(),
        active_at: Rfc3339(Some(alert.active_at)),
        keep_firing_since: alert.keep_firing_since.map(|since| Rfc3339(Some(since))),
        value: exponent_notation(alert.value),
    }
}

/// A value as Go's `%e` with the fewest digits, which is how Prometheus shows the values of alerts: `1e+00`.
fn exponent_notation(value: f64) -> String {
    if !value.is_finite() {
        return format_value(value);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_a_signed_exponent_of_two_digits() {
        #[track_caller]
        fn f(value: f64, want: &str) {
            assert_eq!(exponent_notation(value), want);
        }
        f(1.0, "1e+00");
        f(0.0, "0e+00");
        f(-0.025, "-2.5e-02");
        f(1e100, "1e+100");
        f(f64::INFINITY, "+Inf");
    }
}
