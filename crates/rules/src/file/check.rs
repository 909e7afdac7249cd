//! From the keys of a file to rules, or to a list of all that is wrong.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use model::METRIC_NAME;
use wire::yaml::{DocumentError, locate};

use super::document;
use crate::expr::Expr;
use crate::rule::{AlertRule, Rule, RuleGroup, RuleKind};
use crate::template::Template;

/// Checks all groups of a file.
pub(super) fn groups(
    file: &str,
    text: &str,
    document: document::File,
) -> Result<Vec<RuleGroup>, Vec<DocumentError>> {
    let mut checker = Checker { file, text, faults: Vec::new() };
    let mut names = HashSet::new();
    let mut groups = Vec::new();
    for (index, group) in document.groups.unwrap_or_default().into_iter().enumerate() {
        let at = format!("groups.{index}");
        if group.name.is_empty() {
            checker.fault(&format!("{at}.name"), "a group needs a name");
        } else if !names.insert(group.name.clone()) {
            let message = format!("group name `{}` occurs twice in this file", group.name);
            checker.fault(&format!("{at}.name"), &message);
        }
        groups.push(checker.group(&at, group));
    }
    if checker.faults.is_empty() { Ok(groups) } else { Err(checker.faults) }
}

struct Checker<'a> {
    file: &'a str,
    text: &'a str,
    faults: Vec<DocumentError>,
}

impl Checker<'_> {
    /// Notes a fault at a key, which is written `groups.0.rules.1.expr`.
    fn fault(&mut self, at: &str, message: &str) {
        let (line, column) = locate(self.text, at).unwrap_or((0, 0));
        let message = format!("{}: {message}", readable(at));
        self.faults.push(DocumentError { file: self.file.to_owned(), line, column, message });
    }

    fn group(&mut self, at: &str, group: document::Group) -> RuleGroup {
        let labels = group.labels.unwrap_or_default();
        self.label_names(&format!("{at}.labels"), &labels);
        if group.interval.is_some_and(model::Duration::is_zero) {
            self.fault(&format!("{at}.interval"), "a group needs an interval above zero");
        }
        let mut rules = Vec::new();
        let mut warnings = Vec::new();
        let mut keys = HashSet::new();
        for (index, rule) in group.rules.unwrap_or_default().into_iter().enumerate() {
            let Some(rule) = self.rule(&format!("{at}.rules.{index}"), rule, &labels) else { continue };
            if !keys.insert(rule.key()) {
                warnings.push(format!(
                    "{}: group `{}`: rule `{}` occurs twice with the same labels",
                    self.file, group.name, rule.name
                ));
            }
            rules.push(rule);
        }
        RuleGroup {
            name: group.name,
            file: self.file.to_owned(),
            interval: group.interval,
            limit: group.limit,
            query_offset: group.query_offset.unwrap_or_default(),
            rules,
            warnings,
        }
    }

    fn rule(
        &mut self,
        at: &str,
        rule: document::Rule,
        group_labels: &BTreeMap<String, String>,
    ) -> Option<Rule> {
        let faults_before = self.faults.len();
        let expr = self.expr(&format!("{at}.expr"), &rule.expr);
        let own_labels = rule.labels.as_ref().cloned().unwrap_or_default();
        self.label_names(&format!("{at}.labels"), &own_labels);
        let mut labels = group_labels.clone();
        labels.extend(own_labels);
        let rule = match (rule.record.clone(), rule.alert.clone()) {
            (Some(name), None) => self.record(at, name, rule, labels, expr),
            (None, Some(name)) => self.alert(at, name, rule, labels, expr),
            (Some(_), Some(_)) => {
                self.fault(at, "a rule has either `record` or `alert`, not both");
                None
            }
            (None, None) => {
                self.fault(at, "a rule needs `record` or `alert`");
                None
            }
        };
        rule.filter(|_| self.faults.len() == faults_before)
    }

    fn record(
        &mut self,
        at: &str,
        name: String,
        rule: document::Rule,
        labels: BTreeMap<String, String>,
        expr: Option<Expr>,
    ) -> Option<Rule> {
        if !is_metric_name(&name) {
            let message = format!("`{name}` is not a metric name: letters, digits, `_` and `:`");
            self.fault(&format!("{at}.record"), &message);
        }
        for (key, given) in [
            ("for", rule.hold.is_some()),
            ("keep_firing_for", rule.keep_firing_for.is_some()),
            ("annotations", rule.annotations.is_some_and(|map| !map.is_empty())),
        ] {
            if given {
                self.fault(&format!("{at}.{key}"), "only alerting rules have this key");
            }
        }
        let labels = labels.into_iter().map(|(name, value)| (name, Template::literal(&value))).collect();
        Some(Rule { name, expr: expr?, labels, kind: RuleKind::Record })
    }

    fn alert(
        &mut self,
        at: &str,
        name: String,
        rule: document::Rule,
        labels: BTreeMap<String, String>,
        expr: Option<Expr>,
    ) -> Option<Rule> {
        if name.is_empty() {
            self.fault(&format!("{at}.alert"), "an alert needs a name");
        }
        let annotations = rule.annotations.unwrap_or_default();
        let labels = self.templates(&format!("{at}.labels"), labels);
        self.label_names(&format!("{at}.annotations"), &annotations);
        let annotations = self.templates(&format!("{at}.annotations"), annotations);
        let alert = AlertRule {
            hold: rule.hold.unwrap_or_default(),
            keep_firing_for: rule.keep_firing_for.unwrap_or_default(),
            annotations,
        };
        Some(Rule { name, expr: expr?, labels, kind: RuleKind::Alert(Arc::new(alert)) })
    }

    fn expr(&mut self, at: &str, text: &str) -> Option<Expr> {
        match Expr::parse(text) {
            Ok(expr) => Some(expr),
            Err(message) => {
                self.fault(at, &message);
                None
            }
        }
    }

    fn templates(&mut self, at: &str, texts: BTreeMap<String, String>) -> Vec<(String, Template)> {
        let mut templates = Vec::with_capacity(texts.len());
        for (name, text) in texts {
            match Template::parse(&text) {
                Ok(template) => templates.push((name, template)),
                Err(error) => self.fault(&format!("{at}.{name}"), &format!("bad template: {error}")),
            }
        }
        templates
    }

    fn label_names(&mut self, at: &str, labels: &BTreeMap<String, String>) {
        for name in labels.keys().filter(|name| !is_label_name(name) || *name == METRIC_NAME) {
            let message = format!("`{name}` is not a label name: letters, digits and `_`, not `__name__`");
            self.fault(&format!("{at}.{name}"), &message);
        }
    }
}

/// `groups.0.rules.1.expr` as YAML's readers write it: `groups[0].rules[1].expr`.
fn readable(at: &str) -> String {
    let mut text = String::with_capacity(at.len() + 4);
    for step in at.split('.') {
        match step.parse::<usize>() {
            Ok(index) => text.push_str(&format!("[{index}]")),
            Err(_) if text.is_empty() => text.push_str(step),
            Err(_) => text.push_str(&format!(".{step}")),
        }
    }
    text
}

fn is_name(name: &str, allowed: impl Fn(char) -> bool) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || allowed(c))
}

fn is_label_name(name: &str) -> bool {
    is_name(name, |_| false)
}

fn is_metric_name(name: &str) -> bool {
    is_name(name, |c| c == ':')
}
