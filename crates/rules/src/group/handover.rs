//! How states come into a group: from the group it replaces, or from the catalog after a start; and what becomes
//! of alerts whose rule is gone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use catalog::{AlertStateChange, CatalogError};
use model::{Timestamp, error_chain};

use super::evaluation::write;
use super::{Context, Group, RuleState};
use crate::state::{self, Saved, States};
use crate::status::AlertState;

impl Group {
    /// Takes over the states of the group it replaces, or those in the catalog. Must be called once, before the
    /// first evaluation. Waits for an evaluation of the old group that is under way. Blocks on disk.
    pub(crate) fn prepare(&self, context: &Context, previous: Option<&Arc<Group>>) {
        let mut state = self.state.lock();
        if state.retired {
            return;
        }
        state.prepared = true;
        let inherited = previous.and_then(|previous| previous.retire());
        let mut known = match inherited.map_or_else(|| from_catalog(context, &self.key), Ok) {
            Ok(known) => known,
            Err(error) => {
                tracing::error!(group = self.key, error = error_chain(&error), "cannot restore alert states");
                return;
            }
        };
        for ((rule, key), rule_state) in self.rules.rules.iter().zip(self.rule_keys()).zip(&mut state.rules) {
            let Some(old) = known.remove(&key) else { continue };
            // A rule of the other kind may have the same name and labels; its series end, though.
            if rule.alert().is_none() && !old.alerts.is_empty() {
                known.insert(key, old);
            } else {
                *rule_state = old;
            }
        }
        for (key, orphan) in known {
            resolve(context, &self.key, &key, orphan);
        }
        // Alerts that were restored are shown before the first evaluation, so that nobody takes them for ended.
        let evaluated = state.rules.iter().filter_map(|rule| rule.last_evaluation).max();
        self.show(&state.rules, evaluated, std::time::Duration::ZERO);
    }

    /// Gives all states away, by rule key; this group will not evaluate any more. `None` if it has never had any:
    /// those in the catalog are still to be taken over.
    fn retire(&self) -> Option<HashMap<String, RuleState>> {
        let mut state = self.state.lock();
        state.retired = true;
        let rules = std::mem::take(&mut state.rules);
        state.prepared.then(|| self.rule_keys().into_iter().zip(rules).collect())
    }

    /// Ends the alerts and series of a group that is gone. Blocks on disk.
    pub(crate) fn dissolve(&self, context: &Context) {
        let known = match self.retire().map_or_else(|| from_catalog(context, &self.key), Ok) {
            Ok(known) => known,
            Err(error) => {
                tracing::error!(
                    group = self.key,
                    error = error_chain(&error),
                    "cannot end the alerts of a group"
                );
                return;
            }
        };
        for (key, orphan) in known {
            resolve(context, &self.key, &key, orphan);
        }
    }
}

/// Ends the alerts that the catalog holds of groups other than those kept. Blocks on disk.
pub(crate) fn resolve_orphans(context: &Context, kept: &[String]) -> Result<(), CatalogError> {
    for group in context.catalog.alert_state_groups()? {
        if kept.contains(&group) {
            continue;
        }
        for (key, orphan) in from_catalog(context, &group)? {
            resolve(context, &group, &key, orphan);
        }
        // Rows that could not be read are gone as well.
        let rows = context.catalog.alert_states(&group)?;
        let remove =
            |row: catalog::AlertStateRow| AlertStateChange::Remove { rule: row.rule, alert: row.alert };
        let changes: Vec<AlertStateChange> = rows.into_iter().map(remove).collect();
        context.catalog.save_alert_states(&group, &changes)?;
    }
    Ok(())
}

/// The states that the catalog holds of a group, by rule key.
fn from_catalog(context: &Context, group: &str) -> Result<HashMap<String, RuleState>, CatalogError> {
    let mut rules: HashMap<String, RuleState> = HashMap::new();
    let mut outdated = Vec::new();
    for row in context.catalog.alert_states(group)? {
        let state = rules.entry(row.rule.clone()).or_default();
        match serde_json::from_str::<Saved>(&row.state) {
            Ok(saved) => match saved.restore(context.outage) {
                Some((labels, alert)) => {
                    state.alerts.insert(labels, alert);
                }
                None => outdated.push(AlertStateChange::Remove { rule: row.rule, alert: row.alert }),
            },
            Err(error) => {
                let error = error_chain(&error);
                tracing::error!(group, rule = row.rule, error, "cannot read the saved state of an alert");
            }
        }
    }
    // What says nothing any more after this outage must not be found after the next, shorter one.
    context.catalog.save_alert_states(group, &outdated)?;
    // What was saved of these alerts has also been written as series, before the restart.
    for state in rules.values_mut() {
        state.written = state::series(&state.alerts).into_iter().map(|(labels, _)| labels).collect();
    }
    Ok(rules)
}

/// Ends the alerts and series of a rule that is gone. The sink is told before the catalog forgets.
fn resolve(context: &Context, group: &str, rule: &str, mut orphan: RuleState) {
    let now: Timestamp = context.clock.now();
    let before = std::mem::take(&mut orphan.alerts);
    let mut ended: States = BTreeMap::new();
    for (labels, alert) in &before {
        let mut alert = alert.clone();
        match alert.state {
            AlertState::Pending => continue,
            AlertState::Firing => alert.resolve(now),
            AlertState::Inactive => {}
        }
        alert.last_sent = None;
        ended.insert(labels.clone(), alert);
    }
    let due = state::take_due(&mut ended, now, "/alerts");
    if !due.is_empty() {
        context.sink.alerts(&due);
    }
    let mut saved = orphan.saved.unwrap_or_default();
    saved.extend(before);
    let changes = state::changes(rule, &saved, &States::new());
    if let Err(error) = context.catalog.save_alert_states(group, &changes) {
        tracing::error!(
            group,
            rule,
            error = error_chain(&error),
            "cannot forget the alerts of a rule that is gone"
        );
    }
    if let Err(error) = write(context, &mut orphan.written, Vec::new(), now) {
        tracing::warn!(group, rule, error, "cannot end the series of a rule that is gone");
    }
}
