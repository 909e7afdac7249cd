//! The schema and how older files become newer ones.

use rusqlite::Connection;

use crate::CatalogError;

/// One step per schema version, in order: the file's `user_version` is how many have been applied. Steps are
/// only ever added at the end.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE alert_state (
        group_key TEXT NOT NULL,
        rule_key  TEXT NOT NULL,
        alert_key TEXT NOT NULL,
        state     TEXT NOT NULL,
        PRIMARY KEY (group_key, rule_key, alert_key)
    ) STRICT, WITHOUT ROWID;

    -- AUTOINCREMENT: an id is never used twice, so that the order of ids is the order of arrival.
    CREATE TABLE outbox (
        id              INTEGER PRIMARY KEY AUTOINCREMENT,
        destination     TEXT NOT NULL,
        group_key       TEXT NOT NULL,
        payload         TEXT NOT NULL,
        enqueued_ms     INTEGER NOT NULL,
        next_attempt_ms INTEGER NOT NULL,
        attempts        INTEGER NOT NULL DEFAULT 0,
        last_error      TEXT
    ) STRICT;
    CREATE INDEX outbox_by_destination ON outbox (destination, id);

    CREATE TABLE told (
        destination TEXT NOT NULL,
        group_key   TEXT NOT NULL,
        alert_key   TEXT NOT NULL,
        payload     TEXT NOT NULL,
        PRIMARY KEY (destination, group_key, alert_key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mark (
        name  TEXT NOT NULL PRIMARY KEY,
        at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
"];

/// Applies the steps that the file does not have yet, each with its version in one transaction.
pub(crate) fn migrate(connection: &mut Connection, file: &str) -> Result<(), CatalogError> {
    let error = |source| CatalogError::Open { file: file.to_owned(), source };
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(error)?;
    let steps = MIGRATIONS.get(found as usize..).ok_or_else(|| CatalogError::Newer {
        file: file.to_owned(),
        found,
        known: MIGRATIONS.len() as u32,
    })?;
    for (version, step) in (found + 1..).zip(steps) {
        let transaction = connection.transaction().map_err(error)?;
        transaction.execute_batch(step).map_err(error)?;
        transaction.pragma_update(None, "user_version", version).map_err(error)?;
        transaction.commit().map_err(error)?;
    }
    Ok(())
}
