//! The way of a write: find the series, write the log, put the samples into the head.

use std::sync::Arc;

use ahash::HashSet;
use model::store::{Appendable, Appended, StoreError};
use model::{Batch, Labels, Metadata, Row};
use parking_lot::RwLockUpgradableReadGuard;

use crate::error::io_error;
use crate::families::Families;
use crate::head::{Head, LogRef, Slot};
use crate::log::{LogWriter, Record};
use crate::part::is_storable;
use crate::{Maintenance, SyncPolicy};

use super::{Shared, Store};

/// A record of the log is closed when its content is about this long, in bytes.
const RECORD_BYTES: usize = 4 << 20;
/// Appends flush or are refused when both generations cost this many times the limit of the head.
const HEAD_OVERFULL: u64 = 4;

/// `series_created` counts series that the head did not know: new ones, and those without a sample since the
/// flush before the last one.
impl Appendable for Store {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        self.shared.append(batch)
    }
}

/// A sample to be stored.
struct Accepted<'a> {
    row: &'a Row,
    slot: Slot,
}

impl Shared {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let mut appended = Appended::default();
        let rows = self.within_window(batch, &mut appended);
        if rows.is_empty() && batch.metadata.is_empty() {
            return Ok(appended);
        }
        self.relieve_or_refuse()?;
        let mut log = self.log.lock();
        let prepared = log.prepare().map_err(|error| unavailable(&log, error));
        prepared.inspect_err(|error| self.figures.set_append_error(Some(error.to_string())))?;
        let (accepted, created) = self.find_series(rows, &mut appended);
        let fresh = self.without_repetitions(accepted);
        let numbers = self.number_series(&fresh, &log);
        let records = self.records(&fresh, &numbers, batch, &log);
        if !records.is_empty() {
            let written = self.write(&mut log, &records);
            self.figures.set_append_error(written.as_ref().err().map(ToString::to_string));
            written.inspect_err(|_| self.take_back(&fresh, &numbers, &created))?;
        }
        self.put(&fresh, batch);
        drop(log);
        if !records.is_empty() {
            self.signal.written();
        }
        self.figures.appended.add(appended.stored);
        Ok(appended)
    }

    fn within_window<'a>(&self, batch: &'a Batch, appended: &mut Appended) -> Vec<(usize, &'a Row)> {
        let window = self.window();
        let mut rows = Vec::with_capacity(batch.rows.len());
        for (index, row) in batch.rows.iter().enumerate() {
            if row.sample.timestamp < window.start {
                appended.too_old += 1;
                appended.refused.push(index);
            } else if row.sample.timestamp > window.end {
                appended.too_new += 1;
                appended.refused.push(index);
            } else {
                rows.push((index, row));
            }
        }
        rows
    }

    pub(super) fn is_overfull(&self) -> bool {
        self.live.read().head.cost() >= self.options.head_bytes_max.saturating_mul(HEAD_OVERFULL)
    }

    /// Bounds the memory of the head where maintenance is late: the writer that filled it flushes it. While that
    /// does not help, because parts cannot be written or maintenance is at it, writers are refused.
    fn relieve_or_refuse(&self) -> Result<(), StoreError> {
        if !self.is_overfull() {
            return Ok(());
        }
        let failed = || self.figures.flush_error();
        if failed().is_none()
            && let Some(mut manifest) = self.manifest.try_lock()
        {
            // The error, if any, is kept for the reason.
            let _ = self.flush_and_note(&mut manifest, &mut Maintenance::default());
        }
        if !self.is_overfull() {
            return Ok(());
        }
        let reason = match failed() {
            Some(error) => format!("the head is full because parts cannot be written: {error}"),
            None => "the head is full and is being written as parts".to_owned(),
        };
        Err(StoreError::Unavailable { reason })
    }

    /// The rows with the slot of their series, and the slots of series that were not known and are made. Rows of
    /// series that must not be made are refused.
    fn find_series<'a>(
        &self,
        rows: Vec<(usize, &'a Row)>,
        appended: &mut Appended,
    ) -> (Vec<Accepted<'a>>, Vec<Slot>) {
        let mut created = Vec::new();
        let mut live = self.live.upgradable_read();
        let mut slots: Vec<Option<Slot>> =
            rows.iter().map(|(_, row)| live.head.registry.find(&row.labels)).collect();
        if slots.contains(&None) {
            let missing = rows.iter().zip(&mut slots).filter(|(_, slot)| slot.is_none());
            live.with_upgraded(|live| {
                for ((_, row), slot) in missing {
                    let found = self.add_series(&mut live.head, &row.labels);
                    created.extend(found.filter(|(_, new)| *new).map(|(slot, _)| slot));
                    *slot = found.map(|(slot, _)| slot);
                }
            });
        }
        drop(live);
        let mut accepted = Vec::with_capacity(rows.len());
        for ((index, row), slot) in rows.into_iter().zip(slots) {
            match slot {
                Some(slot) => accepted.push(Accepted { row, slot }),
                None => {
                    appended.over_limit += 1;
                    appended.refused.push(index);
                }
            }
        }
        appended.refused.sort_unstable();
        appended.stored = accepted.len() as u64;
        appended.series_created = created.len() as u64;
        (accepted, created)
    }

    /// The slot of a series, and whether it is new; nothing if it must not be made.
    fn add_series(&self, head: &mut Head, labels: &Labels) -> Option<(Slot, bool)> {
        is_storable(labels).then(|| head.find_or_add(labels, self.options.series_max)).flatten()
    }

    /// Those samples that are not exact repetitions of the newest of their series.
    fn without_repetitions<'a>(&self, accepted: Vec<Accepted<'a>>) -> Vec<Accepted<'a>> {
        let live = self.live.read();
        let repeats = |row: &Row, slot| {
            let series = live.head.active.get(slot);
            series.is_some_and(|series| series.repeats(row.sample.timestamp.as_millis(), row.sample.value))
        };
        let mut fresh: Vec<Accepted<'_>> = Vec::with_capacity(accepted.len());
        // Series that this batch changes before a repetition: there it restores a value and must be kept.
        let mut changed: Option<HashSet<Slot>> = None;
        for Accepted { row, slot } in accepted {
            if repeats(row, slot) {
                let changed = changed.get_or_insert_with(|| fresh.iter().map(|sample| sample.slot).collect());
                if !changed.contains(&slot) {
                    continue;
                }
            }
            if let Some(changed) = &mut changed {
                changed.insert(slot);
            }
            fresh.push(Accepted { row, slot });
        }
        fresh
    }

    /// The number that the log's segment has for each sample's series, and whether it must still be declared.
    fn number_series(&self, fresh: &[Accepted<'_>], log: &LogWriter) -> Vec<(u32, bool)> {
        let segment = log.segment();
        let live = self.live.upgradable_read();
        let known: Vec<LogRef> = fresh.iter().map(|sample| live.head.registry.log_ref(sample.slot)).collect();
        if known.iter().all(|log_ref| log_ref.segment == segment) {
            return known.into_iter().map(|log_ref| (log_ref.number, false)).collect();
        }
        let mut live = RwLockUpgradableReadGuard::upgrade(live);
        let mut next = log.next_ref();
        let mut number = |slot| {
            let known = live.head.registry.log_ref(slot);
            if known.segment == segment {
                return (known.number, false);
            }
            let number = next;
            next = next.saturating_add(1);
            live.head.registry.set_log_ref(slot, LogRef { segment, number });
            (number, true)
        };
        fresh.iter().map(|sample| number(sample.slot)).collect()
    }

    /// What the log must say of a batch.
    fn records(
        &self,
        fresh: &[Accepted<'_>],
        numbers: &[(u32, bool)],
        batch: &Batch,
        log: &LogWriter,
    ) -> Vec<Record> {
        let mut building = Building::new(log.next_ref());
        let live = self.live.read();
        let news = batch.metadata.iter().filter(|(family, metadata)| live.families.is_news(family, metadata));
        news.for_each(|(family, metadata)| building.metadata(family, metadata));
        drop(live);
        for (Accepted { row, .. }, (number, undeclared)) in fresh.iter().zip(numbers) {
            if *undeclared {
                building.declare(&row.labels);
            }
            building.sample(row, *number);
        }
        building.close_record();
        building.records
    }

    fn write(&self, log: &mut LogWriter, records: &[Record]) -> Result<(), StoreError> {
        let before = log.open_len();
        log.append(records).map_err(|error| unavailable(log, error))?;
        if self.options.sync != SyncPolicy::Always {
            return Ok(());
        }
        let Some(unsynced) = log.unsynced() else { return Ok(()) };
        if let Err(error) = unsynced.sync() {
            let failed = io_error("sync the log segment", &log.path())(error);
            log.sync_failed(unsynced.segment(), before);
            return Err(failed);
        }
        log.synced(&unsynced);
        Ok(())
    }

    /// The log did not take the declarations: they do not count, and the series are not known.
    fn take_back(&self, fresh: &[Accepted<'_>], numbers: &[(u32, bool)], created: &[Slot]) {
        let mut live = self.live.write();
        let undeclared = fresh.iter().zip(numbers).filter(|(_, (_, undeclared))| *undeclared);
        undeclared.for_each(|(sample, _)| live.head.registry.set_log_ref(sample.slot, LogRef::default()));
        created.iter().for_each(|slot| live.head.forget(*slot));
    }

    fn put(&self, fresh: &[Accepted<'_>], batch: &Batch) {
        let mut live = self.live.write();
        for Accepted { row, slot } in fresh {
            live.head.active.push(*slot, row.sample.timestamp.as_millis(), row.sample.value);
        }
        batch.metadata.iter().for_each(|(family, metadata)| live.families.tell(family, metadata));
        if live.head_since.is_none() && !fresh.is_empty() {
            live.head_since = Some(self.clock.now());
        }
    }
}

/// The log as it is: full disks and the like pass, so a sender may try again.
fn unavailable(log: &LogWriter, error: std::io::Error) -> StoreError {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let path = log.path();
    match error.kind() {
        StorageFull | QuotaExceeded | ReadOnlyFilesystem | FileTooLarge => {
            StoreError::Unavailable { reason: format!("cannot write `{}`: {error}", path.display()) }
        }
        _ => io_error("append to the log segment", &path)(error),
    }
}

/// Records of one batch under construction.
struct Building {
    next_ref: u32,
    record: Record,
    record_bytes: usize,
    records: Vec<Record>,
}

impl Building {
    fn new(next_ref: u32) -> Self {
        let record = Record { first_ref: next_ref, ..Record::default() };
        Self { next_ref, record, record_bytes: 0, records: Vec::new() }
    }

    fn declare(&mut self, labels: &Labels) {
        self.next_ref = self.next_ref.saturating_add(1);
        self.record_bytes += labels.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>();
        self.record.declared.push(labels.clone());
    }

    fn metadata(&mut self, family: &Arc<str>, metadata: &Metadata) {
        self.record_bytes += Families::bytes(family, metadata);
        self.record.metadata.push((family.clone(), metadata.clone()));
        self.close_when_full();
    }

    fn sample(&mut self, row: &Row, number: u32) {
        self.record.refs.push(number);
        self.record.times.push(row.sample.timestamp.as_millis());
        self.record.values.push(row.sample.value);
        self.record_bytes += 16;
        self.close_when_full();
    }

    fn close_when_full(&mut self) {
        if self.record_bytes >= RECORD_BYTES {
            self.close_record();
        }
    }

    fn close_record(&mut self) {
        let next = Record { first_ref: self.next_ref, ..Record::default() };
        let record = std::mem::replace(&mut self.record, next);
        self.record_bytes = 0;
        if !record.refs.is_empty() || !record.metadata.is_empty() {
            self.records.push(record);
        }
    }
}
