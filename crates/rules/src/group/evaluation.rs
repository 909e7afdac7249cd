//! One evaluation of a group: every rule in turn, each seeing what those before it have written.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Instant;

use model::{Batch, Labels, LabelsBuilder, METRIC_NAME, STALE_NAN, Timestamp, error_chain};

use super::{Context, Group, RuleState};
use crate::deadline::Deadline;
use crate::expr::{Expr, Vector};
use crate::rule::{AlertRule, Rule, RuleKind};
use crate::state::{self, Found, States, Terms};
use crate::status::RuleHealth;
use crate::template::{Globals, Scene, Template};

impl Group {
    /// Evaluates all rules at `now`. Blocks on the store, the catalog and the sink.
    pub(crate) fn evaluate(&self, context: &Context, now: Timestamp) {
        let mut state = self.state.lock();
        if state.retired {
            return;
        }
        let began = Instant::now();
        let at = now.minus(self.rules.query_offset);
        for ((rule, key), rule_state) in self.rules.rules.iter().zip(self.rule_keys()).zip(&mut state.rules) {
            let rule_began = Instant::now();
            let deadline = context.deadlines.begin();
            let globals = context.globals.read().clone();
            let evaluation = Evaluation {
                context,
                group: self,
                rule,
                key,
                at,
                now,
                deadline: &deadline,
                globals: &globals,
            };
            let result = evaluation.run(rule_state);
            context.evaluations.fetch_add(1, Ordering::Relaxed);
            rule_state.last_evaluation = Some(now);
            rule_state.evaluation_time = rule_began.elapsed();
            rule_state.health = if result.is_ok() { RuleHealth::Ok } else { RuleHealth::Err };
            let error = result.err();
            if error.is_some() {
                context.failures.fetch_add(1, Ordering::Relaxed);
            }
            if error != rule_state.last_error {
                // Once per change: the same failure again is counted and shown, but is no news.
                match &error {
                    Some(error) => tracing::warn!(group = self.key, rule = rule.name, error, "a rule fails"),
                    None => tracing::info!(group = self.key, rule = rule.name, "a rule works again"),
                }
            }
            rule_state.last_error = error;
        }
        self.show(&state.rules, Some(now), began.elapsed());
    }
}

/// One evaluation of one rule.
struct Evaluation<'a> {
    context: &'a Context,
    group: &'a Group,
    rule: &'a Rule,
    /// The rule's key in the catalog.
    key: String,
    /// The time of the expression and of what is written.
    at: Timestamp,
    /// The time at which alerts begin and end.
    now: Timestamp,
    deadline: &'a Deadline,
    globals: &'a Globals,
}

impl Evaluation<'_> {
    fn run(&self, state: &mut RuleState) -> Result<(), String> {
        let vector = self.query(&self.rule.expr)?;
        let rows = match &self.rule.kind {
            RuleKind::Record => self.record(vector)?,
            RuleKind::Alert(alert) => self.alert(alert, vector, state)?,
        };
        write(self.context, &mut state.written, rows, self.at)
    }

    /// Asks the store; an answer that comes after the deadline is none.
    fn query(&self, expr: &Expr) -> Result<Vector, String> {
        let answer = self.context.evaluator.evaluate(expr, self.at, &self.deadline.cancel);
        self.deadline.check().and(answer)
    }

    fn record(&self, vector: Vector) -> Result<Vector, String> {
        let limit = self.group.rules.limit;
        if limit > 0 && vector.len() as u64 > limit {
            return Err(format!("exceeded limit of {limit} with {} series", vector.len()));
        }
        let mut seen = HashSet::new();
        let mut rows = Vec::with_capacity(vector.len());
        for (labels, value) in vector {
            let mut builder = labels.to_builder();
            builder.set(METRIC_NAME, &self.rule.name);
            for (name, value) in &self.rule.labels {
                builder.set(name, value.text());
            }
            let labels = builder.build();
            if !seen.insert(labels.clone()) {
                return Err(format!(
                    "vector contains metrics with the same labelset after applying rule labels: {labels}"
                ));
            }
            rows.push((labels, value));
        }
        Ok(rows)
    }

    /// Moves the alerts on, saves what changed, tells the sink, and gives the series that show them.
    fn alert(&self, alert: &AlertRule, vector: Vector, state: &mut RuleState) -> Result<Vector, String> {
        let found = vector.into_iter().map(|(labels, value)| self.found(alert, &labels, value)).collect();
        // Queries in templates that came to no end leave texts that say so; better none at all.
        self.deadline.check()?;
        let limit = self.group.rules.limit;
        let terms = Terms { hold: alert.hold, keep_firing_for: alert.keep_firing_for, limit };
        let after =
            state::advance(&state.alerts, found, self.now, terms).map_err(|error| error.to_string())?;
        let before = std::mem::replace(&mut state.alerts, after);
        self.save(state, before);
        let due = state::take_due(&mut state.alerts, self.now, &generator_url(&self.rule.expr));
        if !due.is_empty() {
            self.context.sink.alerts(&due);
        }
        Ok(state::series(&state.alerts))
    }

    /// Brings the catalog from the states `before`, or older ones if it could not be written since, to those of
    /// now.
    fn save(&self, state: &mut RuleState, before: States) {
        let saved = state.saved.take().unwrap_or(before);
        let changes = state::changes(&self.key, &saved, &state.alerts);
        if let Err(error) = self.context.catalog.save_alert_states(&self.group.key, &changes) {
            // People must be told all the same. It is tried again at the next evaluation.
            let error = error_chain(&error);
            tracing::error!(group = self.group.key, rule = self.rule.name, error, "cannot save alert states");
            self.context.failures.fetch_add(1, Ordering::Relaxed);
            state.saved = Some(saved);
        }
    }

    fn found(&self, alert: &AlertRule, labels: &Labels, value: f64) -> Found {
        let query = |text: &str| -> Result<Vector, String> { self.query(&Expr::parse(text)?) };
        let scene = Scene { labels, value, at: self.at, globals: self.globals, query: &query };
        let mut builder = labels.without_metric_name().to_builder();
        expand_into(&mut builder, &self.rule.labels, &scene);
        builder.set("alertname", &self.rule.name);
        let mut annotations = LabelsBuilder::new();
        expand_into(&mut annotations, &alert.annotations, &scene);
        Found { labels: builder.build(), annotations: annotations.build(), value }
    }
}

fn expand_into(builder: &mut LabelsBuilder, templates: &[(String, Template)], scene: &Scene<'_>) {
    for (name, template) in templates {
        builder.set(name, &template.expand(scene));
    }
}

/// Writes a rule's series, and staleness markers for those it wrote before and no longer gives. `written` changes
/// only when the store has taken them, so that a marker that is refused comes with the next evaluation.
pub(super) fn write(
    context: &Context,
    written: &mut HashSet<Labels>,
    rows: Vector,
    at: Timestamp,
) -> Result<(), String> {
    let mut batch = Batch::new();
    let mut present = HashSet::with_capacity(rows.len());
    for (labels, value) in rows {
        present.insert(labels.clone());
        batch.push(labels, at, value);
    }
    for labels in written.difference(&present) {
        batch.push(labels.clone(), at, STALE_NAN);
    }
    if batch.is_empty() {
        return Ok(());
    }
    let outcome = context.intake.ingest(batch).map_err(|error| error_chain(&error))?;
    *written = present;
    match outcome.rejections.first() {
        Some(rejection) => Err(format!("results were not stored: {rejection}")),
        None => Ok(()),
    }
}

/// The path in the UI that shows an expression, as Prometheus's links have it.
pub(super) fn generator_url(expr: &Expr) -> String {
    format!("/graph?g0.expr={}&g0.tab=1", crate::template::query_escape(expr.text()))
}
