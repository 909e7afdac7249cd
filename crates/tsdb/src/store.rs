//! The store as its users see it, and what its pieces share.
//!
//! Locks, always taken in this order: `manifest` (one maintenance at a time), `log` (one writer at a time; slots
//! stay as they are while it is held), `live` (held for memory work only, never for disk work).

mod append;
mod flush;
mod maintain;
mod merging;
mod new_parts;
mod open;
mod select;
mod statistics;
mod syncing;
mod versions;
mod vitals;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;

use model::store::StoreError;
use model::{Cancel, Clock, Duration, TimeRange, Timestamp};
use parking_lot::{Mutex, RwLock};

use crate::families::Families;
use crate::files::Layout;
use crate::head::Head;
use crate::lock::DirLock;
use crate::log::LogWriter;
use crate::manifest::Manifest;
use crate::part::{Part, PartError};
use crate::{OpenError, Options, Recovery};
use syncing::SyncSignal;
use vitals::Figures;

/// The embedded metric store. All methods may be called from any thread.
#[derive(Debug)]
pub struct Store {
    shared: Arc<Shared>,
    recovery: Recovery,
    syncer: Option<JoinHandle<()>>,
}

/// What reads see, changed as one.
#[derive(Debug)]
struct Live {
    head: Head,
    /// Sorted by order: later ones win.
    parts: Arc<Vec<Arc<Part>>>,
    families: Families,
    /// When the active generation took its first sample.
    head_since: Option<Timestamp>,
}

#[derive(Debug)]
struct Shared {
    layout: Layout,
    options: Options,
    clock: Arc<dyn Clock>,
    retention_ms: AtomicI64,
    manifest: Mutex<Manifest>,
    log: Mutex<LogWriter>,
    live: RwLock<Live>,
    /// The log's, which can be looked at without waiting for a write.
    unsynced_below: Arc<AtomicU64>,
    signal: SyncSignal,
    /// Raised when maintenance should end.
    stopping: Cancel,
    figures: Figures,
    _lock: DirLock,
}

impl Store {
    /// Opens the store in `dir`, creating it where it does not exist. Damaged data is left out and reported by
    /// [`recovery`](Self::recovery).
    pub fn open(dir: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let (shared, recovery) = open::open(dir, options, clock)?;
        let shared = Arc::new(shared);
        let syncer = syncing::start(&shared).map_err(|source| {
            let action = "start the thread that syncs the log".to_owned();
            OpenError::Io { dir: dir.to_owned(), action, source }
        })?;
        Ok(Self { shared, recovery, syncer })
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Forces all that was acknowledged onto the disk. The store does so by itself as [`Options::sync`] says.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.shared.sync()
    }

    /// Changes the retention. Samples past it are no longer served at once; their files go at the next
    /// [`maintain`](Self::maintain).
    pub fn set_retention(&self, retention: Duration) {
        self.shared.retention_ms.store(retention.as_millis(), Ordering::Relaxed);
    }

    /// Why writes are refused or not safe at present, for people; nothing if all is well. True until something
    /// works again: an append, a flush, or the flush that rescues what a sync did not bring to the disk. Does not
    /// wait for the disk.
    pub fn write_fault(&self) -> Option<String> {
        self.shared.write_fault()
    }

    /// Makes a [`maintain`](Self::maintain) that is running end early, and later ones do nothing. What it had begun
    /// is given up: samples stay in the log, parts as they were. For the stop of a program, which then need not
    /// wait for a long merge.
    pub fn stop_maintenance(&self) {
        self.shared.stopping.cancel();
    }

    /// Forces the log onto the disk and closes the store. Dropping the store does the same, but tells errors to
    /// the log of the program only.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.stop_syncer();
        self.shared.sync()
    }

    fn stop_syncer(&mut self) {
        self.shared.signal.stop();
        if let Some(syncer) = self.syncer.take() {
            let _ = syncer.join();
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.stop_syncer();
        if let Err(error) = self.shared.sync() {
            tracing::error!(%error, "cannot sync the log at the end");
        }
    }
}

impl Shared {
    /// Times that are taken and served: from the end of retention to the limit of the future.
    fn window(&self) -> TimeRange {
        let now = self.clock.now();
        let retention = Duration::from_millis(self.retention_ms.load(Ordering::Relaxed));
        TimeRange::new(now.minus(retention), now.plus(self.options.future_limit))
    }

    /// The part of a range that is within retention.
    fn served(&self, range: TimeRange) -> TimeRange {
        TimeRange::new(range.start.max(self.window().start), range.end)
    }

    fn write_fault(&self) -> Option<String> {
        let full = |error| format!("the head is full because parts cannot be written: {error}");
        let overfull = || self.figures.flush_error().filter(|_| self.is_overfull()).map(full);
        let refused = || self.figures.append_error();
        let unsynced = || {
            let unsynced = self.unsynced_below.load(Ordering::Relaxed) > 0;
            unsynced.then(|| "a sync of the log failed, and its samples are not in parts yet".to_owned())
        };
        overfull().or_else(refused).or_else(unsynced)
    }

    /// Takes note of a damaged piece of a part; what remains is served. A failure that says nothing of the data is
    /// returned: the next read may succeed.
    fn damaged(&self, part: &Part, error: PartError) -> Result<(), StoreError> {
        if !matches!(error, PartError::Damaged(_)) {
            return Err(maintain::part_error("read the part", &part.path, error));
        }
        self.figures.damaged_reads.add(1);
        if part.mark_damaged() {
            tracing::error!(part = %part.path.display(), %error, "left out a damaged piece of a part");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
