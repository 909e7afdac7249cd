//! Points in time with a name, such as when something was last known to be alive.

use model::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::{Catalog, CatalogError};

impl Catalog {
    /// The time under a name, if it was ever set.
    pub fn mark(&self, name: &str) -> Result<Option<Timestamp>, CatalogError> {
        self.transaction("read a mark", |transaction| {
            transaction
                .prepare_cached("SELECT at_ms FROM mark WHERE name = ?1")?
                .query_row([name], |row| row.get(0).map(Timestamp::from_millis))
                .optional()
        })
    }

    /// Sets the time under a name.
    pub fn set_mark(&self, name: &str, at: Timestamp) -> Result<(), CatalogError> {
        self.transaction("set a mark", |transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO mark (name, at_ms) VALUES (?1, ?2)")?
                .execute(params![name, at.as_millis()])?;
            Ok(())
        })
    }
}
