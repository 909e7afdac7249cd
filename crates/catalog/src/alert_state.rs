//! States of alerts, by rule group, rule and alert.

use rusqlite::params;

use crate::{Catalog, CatalogError};

/// The state of one alert as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStateRow {
    /// The rule within the group.
    pub rule: String,
    /// The alert within the rule.
    pub alert: String,
    /// What the writer wants to know again.
    pub state: String,
}

/// A change of one alert's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertStateChange {
    /// This is the alert's state from now on.
    Put(AlertStateRow),
    /// The alert is forgotten.
    Remove {
        /// The rule within the group.
        rule: String,
        /// The alert within the rule.
        alert: String,
    },
}

impl Catalog {
    /// All states of a rule group, sorted by rule and alert.
    pub fn alert_states(&self, group: &str) -> Result<Vec<AlertStateRow>, CatalogError> {
        self.transaction("read alert states", |transaction| {
            transaction
                .prepare_cached(
                    "SELECT rule_key, alert_key, state FROM alert_state
                     WHERE group_key = ?1 ORDER BY rule_key, alert_key",
                )?
                .query_map([group], |row| {
                    Ok(AlertStateRow { rule: row.get(0)?, alert: row.get(1)?, state: row.get(2)? })
                })?
                .collect()
        })
    }

    /// The rule groups that have states, sorted.
    pub fn alert_state_groups(&self) -> Result<Vec<String>, CatalogError> {
        self.transaction("list groups with alert states", |transaction| {
            transaction
                .prepare_cached("SELECT DISTINCT group_key FROM alert_state ORDER BY group_key")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    /// Saves what has changed in a rule group.
    pub fn save_alert_states(&self, group: &str, changes: &[AlertStateChange]) -> Result<(), CatalogError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.transaction("save alert states", |transaction| {
            let mut put = transaction.prepare_cached(
                "INSERT OR REPLACE INTO alert_state (group_key, rule_key, alert_key, state)
                 VALUES (?1, ?2, ?3, ?4)",
            )?;
            let mut remove = transaction.prepare_cached(
                "DELETE FROM alert_state WHERE group_key = ?1 AND rule_key = ?2 AND alert_key = ?3",
            )?;
            for change in changes {
                match change {
                    AlertStateChange::Put(row) => {
                        put.execute(params![group, row.rule, row.alert, row.state])?
                    }
                    AlertStateChange::Remove { rule, alert } => {
                        remove.execute(params![group, rule, alert])?
                    }
                };
            }
            Ok(())
        })
    }
}
