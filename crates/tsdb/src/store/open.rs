//! Opening: manifest, parts, metadata, then the log.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use ahash::HashMap;
use model::{Cancel, Clock};
use parking_lot::{Mutex, RwLock};

use crate::families::Families;
use crate::files::{self, Layout, UNFINISHED};
use crate::head::{Head, Slot};
use crate::lock::DirLock;
use crate::log::{LogWriter, Record, ReplayError, ReplaySink, replay};
use crate::manifest::{Found, Manifest};
use crate::part::{Part, PartError};
use crate::recovery::Quarantined;
use crate::{OpenError, Options, Recovery};

use super::vitals::Figures;
use super::{Live, Shared, SyncSignal, versions};

pub(super) fn open(
    dir: &Path,
    options: Options,
    clock: Arc<dyn Clock>,
) -> Result<(Shared, Recovery), OpenError> {
    let layout = Layout::of(dir);
    layout.create().map_err(|source| OpenError::NotWritable { dir: dir.to_owned(), source })?;
    let lock = DirLock::take(&layout)?;
    versions::check(&layout)?;
    let mut opening = Opening { layout, recovery: Recovery::default() };
    let (mut manifest, parts) = opening.parts()?;
    let families = opening.families()?;
    let mut replaying = Replaying { head: Head::default(), families, slots: HashMap::default() };
    let Opening { layout, mut recovery } = opening;
    let replayed =
        replay(&layout.log, &layout.quarantine, manifest.first_segment, &mut replaying, &mut recovery)
            .map_err(|error| replay_error(dir, error))?;
    manifest.next_part = manifest.next_part.max(1);
    let log = LogWriter::new(&layout.log, replayed.next_segment, replayed.bytes, options.segment_bytes_max);
    let head_since = (!replaying.head.active.is_empty()).then(|| clock.now());
    let Replaying { head, families, .. } = replaying;
    let live = Live { head, parts: Arc::new(parts), families, head_since };
    let shared = Shared {
        layout,
        unsynced_below: log.unsynced_below(),
        retention_ms: AtomicI64::new(options.retention.as_millis()),
        options,
        clock,
        manifest: Mutex::new(manifest),
        log: Mutex::new(log),
        live: RwLock::new(live),
        signal: SyncSignal::default(),
        stopping: Cancel::new(),
        figures: Figures::default(),
        _lock: lock,
    };
    Ok((shared, recovery))
}

fn replay_error(dir: &Path, error: ReplayError) -> OpenError {
    let ReplayError { action, source } = error;
    OpenError::Io { dir: dir.to_owned(), action, source }
}

struct Opening {
    layout: Layout,
    recovery: Recovery,
}

impl Opening {
    fn failed(&self, action: &str) -> impl FnOnce(io::Error) -> OpenError {
        let (dir, action) = (self.layout.root.clone(), action.to_owned());
        move |source| OpenError::Io { dir, action, source }
    }

    fn set_aside(&mut self, path: &Path, reason: String) {
        let path = files::quarantine(path, &self.layout.quarantine);
        self.recovery.quarantined.push(Quarantined { path, reason });
    }

    /// The manifest, and the parts that it names and that can be opened. Without a sound manifest all parts
    /// count: those that a merge had replaced hold the same samples as the merged one.
    fn parts(&mut self) -> Result<(Manifest, Vec<Arc<Part>>), OpenError> {
        let path = self.layout.manifest();
        let found = Manifest::read(&path).map_err(self.failed("read `MANIFEST`"))?;
        let manifest = match found {
            Found::Manifest(manifest) => Some(manifest),
            Found::Nothing => None,
            Found::Damaged(reason) => {
                self.set_aside(&path, reason.to_string());
                None
            }
        };
        let named = manifest.as_ref().map(|manifest| {
            manifest.parts.iter().map(crate::part::PartInfo::file_name).collect::<BTreeSet<_>>()
        });
        let mut parts = self.open_files(named.as_ref())?;
        parts.sort_by_key(|part| (part.info.order, part.info.id));
        let mut manifest = manifest.unwrap_or_default();
        manifest.parts = parts.iter().map(|part| part.info).collect();
        let used = manifest.parts.iter().map(|part| part.id.saturating_add(1)).max();
        manifest.next_part = manifest.next_part.max(used.unwrap_or(1));
        Ok((manifest, parts))
    }

    /// Opens the named files, or all if no names are known, and removes what a crash left unfinished.
    fn open_files(&mut self, named: Option<&BTreeSet<String>>) -> Result<Vec<Arc<Part>>, OpenError> {
        let mut parts = Vec::new();
        let mut missing = named.cloned().unwrap_or_default();
        let entries = fs::read_dir(&self.layout.parts).map_err(self.failed("list `parts`"))?;
        for entry in entries {
            let path = entry.map_err(self.failed("list `parts`"))?.path();
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
            let leftover = named.is_some_and(|named| name.ends_with(".part") && !named.contains(&name));
            if leftover || path.extension() == Some(OsStr::new(UNFINISHED)) {
                fs::remove_file(&path).map_err(self.failed("remove an unfinished part"))?;
            } else if name.ends_with(".part") {
                missing.remove(&name);
                parts.extend(self.open_part(&path)?);
            }
        }
        for name in missing {
            let path = self.layout.parts.join(name);
            tracing::error!(path = %path.display(), "a part is missing");
            self.recovery.quarantined.push(Quarantined { path, reason: "the part is missing".to_owned() });
        }
        Ok(parts)
    }

    fn open_part(&mut self, path: &Path) -> Result<Option<Arc<Part>>, OpenError> {
        match Part::open(path) {
            Ok(part) => Ok(Some(Arc::new(part))),
            Err(error @ (PartError::Damaged(_) | PartError::Newer(_) | PartError::TooLarge(_))) => {
                self.set_aside(path, error.to_string());
                Ok(None)
            }
            Err(PartError::Io(source)) => {
                Err(self.failed(&format!("open the part `{}`", path.display()))(source))
            }
        }
    }

    fn families(&mut self) -> Result<Families, OpenError> {
        let path = self.layout.metadata();
        match Families::read(&path).map_err(self.failed("read `METADATA`"))? {
            Ok(families) => Ok(families),
            Err(reason) => {
                self.set_aside(&path, reason.to_string());
                Ok(Families::default())
            }
        }
    }
}

/// Puts what the log says into the head.
struct Replaying {
    head: Head,
    families: Families,
    /// Slots by the segment's numbers.
    slots: HashMap<u32, Slot>,
}

impl ReplaySink for Replaying {
    fn segment(&mut self) {
        self.slots.clear();
    }

    fn record(&mut self, record: Record) -> u64 {
        for (number, labels) in (record.first_ref..=u32::MAX).zip(&record.declared) {
            if let Some((slot, _)) = self.head.find_or_add(labels, usize::MAX) {
                self.slots.insert(number, slot);
            }
        }
        record.metadata.iter().for_each(|(family, metadata)| self.families.tell(family, metadata));
        let mut taken = 0;
        for ((number, at), value) in record.refs.iter().zip(&record.times).zip(&record.values) {
            if let Some(slot) = self.slots.get(number) {
                self.head.active.push(*slot, *at, *value);
                taken += 1;
            }
        }
        taken
    }
}
