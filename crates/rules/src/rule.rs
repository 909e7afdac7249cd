//! Groups and rules as they are evaluated: checked, with parsed expressions and templates.

use std::sync::Arc;

use model::Duration;

use crate::expr::Expr;
use crate::template::Template;

/// Rules that are evaluated one after the other at the same times.
///
/// Two groups are equal when their definitions are; an equal group keeps its states when rules are reloaded.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleGroup {
    /// The name, unique within the file.
    pub name: String,
    /// The file it was read from, as configured.
    pub file: String,
    /// Time between evaluations; `None` means the configured default.
    pub interval: Option<Duration>,
    /// The most series or alerts a rule may give; 0 means any number.
    pub limit: u64,
    /// How far in the past rules are evaluated.
    pub query_offset: Duration,
    /// The rules, in the order of evaluation.
    pub rules: Vec<Rule>,
    /// What is legal but hardly meant, such as a rule that occurs twice.
    pub warnings: Vec<String>,
}

impl RuleGroup {
    /// What identifies the group among all groups, in memory and in the catalog.
    pub fn key(&self) -> String {
        format!("{};{}", self.file, self.name)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The alert's name or the name of the recorded metric.
    pub name: String,
    /// The expression.
    pub expr: Expr,
    /// Labels added to every result, in alerting rules with templates; the group's labels are among them.
    pub labels: Vec<(String, Template)>,
    /// What becomes of the results.
    pub kind: RuleKind,
}

/// What becomes of a rule's results.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// They are stored under a new name.
    Record,
    /// Each is an alert.
    Alert(Arc<AlertRule>),
}

/// What only alerting rules have.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// How long the expression must hold before an alert fires.
    pub hold: Duration,
    /// How long an alert goes on firing after the expression last held.
    pub keep_firing_for: Duration,
    /// Texts for people.
    pub annotations: Vec<(String, Template)>,
}

impl Rule {
    /// What identifies the rule among others of its group: name and labels, as written.
    pub(crate) fn key(&self) -> String {
        let labels: Vec<String> =
            self.labels.iter().map(|(name, value)| format!("{name}={:?}", value.text())).collect();
        format!("{}{{{}}}", self.name, labels.join(","))
    }

    /// What only alerting rules have, if this is one.
    pub fn alert(&self) -> Option<&AlertRule> {
        match &self.kind {
            RuleKind::Record => None,
            RuleKind::Alert(alert) => Some(alert),
        }
    }
}
