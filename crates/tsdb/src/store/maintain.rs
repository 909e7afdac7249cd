//! Maintenance: everything that is done now and then.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model::store::StoreError;

use crate::error::io_error;
use crate::files::ReplaceError;
use crate::manifest::Manifest;
use crate::part::{Part, PartError};
use crate::{Maintenance, Store};

use super::Shared;
use super::new_parts::NewParts;

/// One run merges at most this often, so that it ends.
const MERGES_MAX: usize = 4;

impl Store {
    /// Writes the head as parts when its time or memory is reached, removes what is past retention, merges small
    /// parts, and removes log segments that parts cover. Call it about twice a minute from a thread that may
    /// wait; reads and writes go on meanwhile. Idempotent; after an error the next call tries again.
    /// [`stop_maintenance`](Self::stop_maintenance) ends it early.
    pub fn maintain(&self) -> Result<Maintenance, StoreError> {
        let mut done = Maintenance::default();
        let mut manifest = self.shared.manifest.lock();
        if self.shared.stopping.is_cancelled() {
            return Ok(done);
        }
        self.shared.flush_and_note(&mut manifest, &mut done)?;
        self.shared.expire(&mut manifest, &mut done)?;
        for _ in 0..MERGES_MAX {
            if self.shared.stopping.is_cancelled() || !self.shared.merge(&mut manifest, &mut done)? {
                break;
            }
        }
        Ok(done)
    }
}

impl Shared {
    /// Flushes, and remembers whether that worked.
    pub(super) fn flush_and_note(
        &self,
        manifest: &mut Manifest,
        done: &mut Maintenance,
    ) -> Result<(), StoreError> {
        let flushed = self.flush(manifest, done);
        self.figures.set_flush_error(flushed.as_ref().err().map(ToString::to_string));
        flushed
    }

    /// Removes parts whose samples are all past retention.
    fn expire(&self, manifest: &mut Manifest, done: &mut Maintenance) -> Result<(), StoreError> {
        let oldest = self.window().start.as_millis();
        let old: Vec<u64> =
            manifest.parts.iter().filter(|part| part.max < oldest).map(|part| part.id).collect();
        if old.is_empty() {
            return Ok(());
        }
        done.parts_expired += old.len() as u64;
        self.swap_parts(manifest, &old, NewParts::default(), |_| {})
    }

    /// Puts parts in the place of others, as one step for readers and for a crash; `also` changes more of the
    /// manifest in the same step. The new parts' files are removed if that fails.
    pub(super) fn swap_parts(
        &self,
        manifest: &mut Manifest,
        old: &[u64],
        new: NewParts,
        also: impl FnOnce(&mut Manifest),
    ) -> Result<(), StoreError> {
        let mut next = manifest.clone();
        next.parts.retain(|part| !old.contains(&part.id));
        next.parts.extend(new.infos());
        next.parts.sort_by_key(|part| (part.order, part.id));
        also(&mut next);
        let path = self.layout.manifest();
        if let Err(ReplaceError { source, renamed }) = next.write(&path) {
            // If only the sync of the directory failed, the manifest on disk names these parts; so their files
            // go only once the old manifest is back.
            if renamed && manifest.write(&path).is_err() {
                new.keep();
            }
            return Err(io_error("write", &path)(source));
        }
        *manifest = next;
        self.show_parts(old, new.keep());
        Ok(())
    }

    fn show_parts(&self, old: &[u64], new: Vec<Arc<Part>>) {
        let mut live = self.live.write();
        let (gone, mut parts): (Vec<_>, Vec<_>) =
            live.parts.iter().cloned().partition(|part| old.contains(&part.info.id));
        parts.extend(new);
        parts.sort_by_key(|part| (part.info.order, part.info.id));
        live.parts = Arc::new(parts);
        drop(live);
        // Readers that still use an old part hold its file open; the next start removes what stays behind.
        for part in gone {
            if let Err(error) = fs::remove_file(&part.path) {
                tracing::warn!(path = %part.path.display(), %error, "cannot remove a part that is not needed");
            }
        }
    }
}

/// A part's error as the contract's.
pub(super) fn part_error(action: &str, path: &Path, error: PartError) -> StoreError {
    let source = match error {
        PartError::Io(source) => source,
        other => std::io::Error::new(std::io::ErrorKind::InvalidData, other),
    };
    io_error(action, path)(source)
}
