//! Notifications that wait for delivery.

use model::Timestamp;
use rusqlite::{Row, params};

use crate::told::{self, ToldChange};
use crate::{Catalog, CatalogError};

/// Something to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOutboxEntry {
    /// Where to.
    pub destination: String,
    /// Entries of one destination and group are delivered in the order of their arrival.
    pub group: String,
    /// What to deliver.
    pub payload: String,
    /// Not before this time.
    pub due: Timestamp,
}

/// Something that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Rises with the order of arrival; never used twice.
    pub id: i64,
    /// Entries of one destination and group are delivered in the order of their ids.
    pub group: String,
    /// What to deliver.
    pub payload: String,
    /// When it arrived.
    pub enqueued: Timestamp,
    /// Not before this time.
    pub next_attempt: Timestamp,
    /// How often delivery has failed.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: Option<String>,
}

impl OutboxEntry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            group: row.get(1)?,
            payload: row.get(2)?,
            enqueued: Timestamp::from_millis(row.get(3)?),
            next_attempt: Timestamp::from_millis(row.get(4)?),
            attempts: row.get(5)?,
            last_error: row.get(6)?,
        })
    }
}

impl Catalog {
    /// Adds entries and, in the same transaction, notes what their destinations are thereby told.
    pub fn enqueue(
        &self,
        now: Timestamp,
        entries: &[NewOutboxEntry],
        told: &[ToldChange],
    ) -> Result<(), CatalogError> {
        self.transaction("enqueue notifications", |transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO outbox (destination, group_key, payload, enqueued_ms, next_attempt_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for entry in entries {
                let NewOutboxEntry { destination, group, payload, due } = entry;
                insert.execute(params![destination, group, payload, now.as_millis(), due.as_millis()])?;
            }
            told::apply(transaction, told)
        })
    }

    /// The oldest entries of a destination, at most `limit`, in the order of arrival, due or not.
    pub fn outbox(&self, destination: &str, limit: u32) -> Result<Vec<OutboxEntry>, CatalogError> {
        self.transaction("read the outbox", |transaction| {
            transaction
                .prepare_cached(
                    "SELECT id, group_key, payload, enqueued_ms, next_attempt_ms, attempts, last_error
                     FROM outbox WHERE destination = ?1 ORDER BY id LIMIT ?2",
                )?
                .query_map(params![destination, limit], OutboxEntry::from_row)?
                .collect()
        })
    }

    /// How many entries wait for a destination.
    pub fn outbox_len(&self, destination: &str) -> Result<u64, CatalogError> {
        self.transaction("count the outbox", |transaction| {
            transaction
                .prepare_cached("SELECT count(*) FROM outbox WHERE destination = ?1")?
                .query_row([destination], |row| row.get(0).map(i64::unsigned_abs))
        })
    }

    /// Removes entries that were delivered or given up.
    pub fn dequeue(&self, ids: &[i64]) -> Result<(), CatalogError> {
        self.transaction("remove from the outbox", |transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
            ids.iter().try_for_each(|id| delete.execute([id]).map(drop))
        })
    }

    /// Notes that delivery of entries has failed once more and when to try again.
    pub fn postpone(&self, ids: &[i64], next_attempt: Timestamp, error: &str) -> Result<(), CatalogError> {
        self.transaction("postpone in the outbox", |transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, next_attempt_ms = ?2, last_error = ?3
                 WHERE id = ?1",
            )?;
            let at = next_attempt.as_millis();
            ids.iter().try_for_each(|id| update.execute(params![id, at, error]).map(drop))
        })
    }

    /// All destinations for which entries wait or that were told something, sorted.
    pub fn destinations(&self) -> Result<Vec<String>, CatalogError> {
        self.transaction("list destinations", |transaction| {
            transaction
                .prepare_cached(
                    "SELECT destination FROM outbox UNION SELECT destination FROM told ORDER BY 1",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    /// Forgets a destination: what waits for it and what it was told. Returns how many entries waited.
    pub fn forget_destination(&self, destination: &str) -> Result<u64, CatalogError> {
        self.transaction("forget a destination", |transaction| {
            transaction.execute("DELETE FROM told WHERE destination = ?1", [destination])?;
            let waiting = transaction.execute("DELETE FROM outbox WHERE destination = ?1", [destination])?;
            Ok(waiting as u64)
        })
    }
}
