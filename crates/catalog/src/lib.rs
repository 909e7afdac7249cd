//! States that outlive a restart and are no samples, in one SQLite file.
//!
//! Invariants:
//! - Every method is one transaction: after a crash its effect is there as a whole or not at all.
//! - When a writing method returns, its effect survives the death of the process and of the machine: the file
//!   is in WAL mode with `synchronous=FULL`. Writes happen only when an alert or a notification changes, so
//!   that one disk sync for each costs nothing that matters.
//! - A file of a newer version of Sextant is refused, never rewritten. A damaged one is set aside under another
//!   name and a new one begun: alert states are lost then, but nothing else stops for it.
//!
//! Limits: one connection behind a lock; meant for some thousands of rows. All methods may block on disk: async
//! callers use `spawn_blocking`. This crate does not know what the rows mean: payloads are texts (JSON) of
//! whoever wrote them.

mod alert_state;
mod damage;
mod error;
mod mark;
mod outbox;
mod schema;
mod told;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction};

pub use alert_state::{AlertStateChange, AlertStateRow};
pub use error::CatalogError;
pub use outbox::{NewOutboxEntry, OutboxEntry};
pub use told::{ToldChange, ToldRow};

/// How long to wait for another process, such as a backup, that holds the file's lock.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// An open catalog. Shared by all parts that keep state; its methods may be called from any thread.
pub struct Catalog {
    file: String,
    connection: Mutex<Connection>,
    set_aside: Option<PathBuf>,
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Catalog {
    /// Opens the file, creates it if it is not there, and brings an older schema up to date. A damaged file is
    /// [set aside](Self::set_aside).
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        let prepare = || Self::prepare(path.display().to_string(), Connection::open(path));
        match prepare() {
            Err(error) if damage::is_damage(&error) => {
                let set_aside = Some(damage::set_aside(path)?);
                Ok(Self { set_aside, ..prepare()? })
            }
            outcome => outcome,
        }
    }

    /// Where the damaged file lies that was found instead of a catalog, if one was.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// A catalog that is gone when it is dropped, for tests.
    pub fn in_memory() -> Result<Self, CatalogError> {
        Self::prepare(":memory:".to_owned(), Connection::open_in_memory())
    }

    fn prepare(file: String, opened: rusqlite::Result<Connection>) -> Result<Self, CatalogError> {
        let open_error = |source| CatalogError::Open { file: file.clone(), source };
        let mut connection = opened.map_err(open_error)?;
        connection.busy_timeout(LOCK_WAIT).map_err(open_error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(open_error)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(open_error)?;
        damage::check(&connection).map_err(open_error)?;
        schema::migrate(&mut connection, &file)?;
        Ok(Self { file, connection: Mutex::new(connection), set_aside: None })
    }

    /// Runs `work` as one transaction; `action` says in an error what was tried.
    fn transaction<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        let mut connection = self.connection.lock();
        let run = || {
            let transaction = connection.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        run().map_err(|source| CatalogError::Query { file: self.file.clone(), action, source })
    }
}

#[cfg(test)]
mod tests;
