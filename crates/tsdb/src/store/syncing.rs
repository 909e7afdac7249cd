//! Forcing the log onto the disk.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use model::store::StoreError;
use parking_lot::{Condvar, Mutex};

use crate::SyncPolicy;
use crate::error::io_error;

use super::Shared;

/// Wakes the thread that syncs: it sleeps while nothing is written.
#[derive(Debug, Default)]
pub(super) struct SyncSignal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: bool,
    stop: bool,
}

impl SyncSignal {
    pub(super) fn written(&self) {
        let mut state = self.state.lock();
        if !state.written {
            state.written = true;
            self.changed.notify_all();
        }
    }

    pub(super) fn stop(&self) {
        self.state.lock().stop = true;
        self.changed.notify_all();
    }

    /// Waits until something was written and then for the interval; false when it is time to stop.
    fn wait(&self, interval: std::time::Duration) -> bool {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| !state.written && !state.stop);
        self.changed.wait_while_for(&mut state, |state| !state.stop, interval);
        state.written = false;
        !state.stop
    }
}

/// Starts the thread that the policy asks for.
pub(super) fn start(shared: &Arc<Shared>) -> io::Result<Option<JoinHandle<()>>> {
    let SyncPolicy::Interval(interval) = shared.options.sync else { return Ok(None) };
    let shared = shared.clone();
    let run = move || {
        while shared.signal.wait(interval.to_std()) {
            if let Err(error) = shared.sync() {
                tracing::error!(%error, cause = ?std::error::Error::source(&error), "cannot sync the log");
            }
        }
    };
    thread::Builder::new().name("tsdb-sync".to_owned()).spawn(run).map(Some)
}

impl Shared {
    /// Forces everything appended so far onto the disk, without holding up appends. After a failure the segment
    /// is given up, since nobody knows what of it the disk holds; the samples are in memory, and the next
    /// maintenance writes them as parts.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        let (unsynced, path) = {
            let log = self.log.lock();
            (log.unsynced(), log.path())
        };
        let Some(unsynced) = unsynced else { return Ok(()) };
        let result = unsynced.sync();
        let mut log = self.log.lock();
        if let Err(error) = result {
            let len = log.open_len();
            log.sync_failed(unsynced.segment(), len);
            return Err(io_error("sync the log segment", &path)(error));
        }
        log.synced(&unsynced);
        Ok(())
    }
}
