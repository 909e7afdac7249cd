//! What each destination was last told of each alert.

use rusqlite::{Transaction, params};

use crate::{Catalog, CatalogError};

/// What a destination was last told of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldRow {
    /// The notification group of the alert.
    pub group: String,
    /// The alert within the group.
    pub alert: String,
    /// What it was told, in the writer's words.
    pub payload: String,
}

/// A change of what a destination was told of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldChange {
    /// Who was told.
    pub destination: String,
    /// The notification group of the alert.
    pub group: String,
    /// The alert within the group.
    pub alert: String,
    /// What it was told; `None` forgets the alert.
    pub payload: Option<String>,
}

impl Catalog {
    /// All that a destination was told and that was not forgotten since, sorted by group and alert.
    pub fn told(&self, destination: &str) -> Result<Vec<ToldRow>, CatalogError> {
        self.transaction("read the notification log", |transaction| {
            transaction
                .prepare_cached(
                    "SELECT group_key, alert_key, payload FROM told
                     WHERE destination = ?1 ORDER BY group_key, alert_key",
                )?
                .query_map([destination], |row| {
                    Ok(ToldRow { group: row.get(0)?, alert: row.get(1)?, payload: row.get(2)? })
                })?
                .collect()
        })
    }
}

pub(crate) fn apply(transaction: &Transaction<'_>, changes: &[ToldChange]) -> rusqlite::Result<()> {
    let mut put = transaction.prepare_cached(
        "INSERT OR REPLACE INTO told (destination, group_key, alert_key, payload) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut remove = transaction
        .prepare_cached("DELETE FROM told WHERE destination = ?1 AND group_key = ?2 AND alert_key = ?3")?;
    for change in changes {
        let ToldChange { destination, group, alert, payload } = change;
        match payload {
            Some(payload) => put.execute(params![destination, group, alert, payload])?,
            None => remove.execute(params![destination, group, alert])?,
        };
    }
    Ok(())
}
