//! Appending to the log.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::codec::Packer;
use crate::disk;
use crate::files;

use super::frame::{FRAMES_AT, Header, VERSION, put_frame};
use super::{RECORD_BYTES_MAX, Record, segment_name};

/// Appends records to the newest segment. A segment's file is made when its first record comes.
#[derive(Debug)]
pub(crate) struct LogWriter {
    dir: PathBuf,
    segment_bytes_max: u64,
    /// The number of the open segment, or of the next one to make.
    segment: u64,
    open: Option<OpenSegment>,
    packer: Packer,
    /// Bytes of all closed segments.
    closed_bytes: u64,
    /// A sync of a segment below this one failed, so the disk may lack what was written to it; zero for none.
    unsynced_below: Arc<AtomicU64>,
    /// Parts hold all samples of segments below this one.
    covered_below: u64,
}

#[derive(Debug)]
struct OpenSegment {
    file: Arc<File>,
    /// Bytes of sound records; the file is never left longer.
    len: u64,
    synced_len: u64,
    salt: u64,
    next_record: u32,
    next_ref: u32,
}

impl LogWriter {
    /// A writer whose first segment will have this number; `closed_bytes` lie in older segments.
    pub(crate) fn new(dir: &Path, segment: u64, closed_bytes: u64, segment_bytes_max: u64) -> Self {
        let packer = Packer::new(1);
        let (unsynced_below, covered_below) = (Arc::default(), 0);
        let dir = dir.to_owned();
        Self {
            dir,
            segment_bytes_max,
            segment,
            open: None,
            packer,
            closed_bytes,
            unsynced_below,
            covered_below,
        }
    }

    /// Makes room for a batch: closes a full segment and makes a new one. Call before looking at
    /// [`segment`](Self::segment) and [`next_ref`](Self::next_ref) for a batch.
    pub(crate) fn prepare(&mut self) -> io::Result<()> {
        let full = |open: &OpenSegment| open.len >= self.segment_bytes_max || open.next_record == u32::MAX;
        if self.open.as_ref().is_some_and(full) {
            self.close_segment();
        }
        if self.open.is_none() {
            self.open = Some(self.make_segment()?);
        }
        Ok(())
    }

    fn make_segment(&self) -> io::Result<OpenSegment> {
        let path = self.path();
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        let salt = ahash::RandomState::new().hash_one(self.segment);
        let header = Header { version: VERSION, segment: self.segment, salt };
        let written =
            disk::write_all_at(&file, &header.encode(), 0).and_then(|()| files::sync_dir(&self.dir));
        if let Err(error) = written {
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        let (len, file) = (FRAMES_AT as u64, Arc::new(file));
        Ok(OpenSegment { file, len, synced_len: 0, salt, next_record: 0, next_ref: 0 })
    }

    /// The number of the segment that the next record goes to.
    pub(crate) fn segment(&self) -> u64 {
        self.segment
    }

    /// The number of the next series to declare.
    pub(crate) fn next_ref(&self) -> u32 {
        self.open.as_ref().map_or(0, |open| open.next_ref)
    }

    /// The newest segment's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.join(segment_name(self.segment))
    }

    /// Bytes of all segments.
    pub(crate) fn bytes(&self) -> u64 {
        self.closed_bytes + self.open.as_ref().map_or(0, |open| open.len)
    }

    /// Says that older segments of this many bytes were removed.
    pub(crate) fn forget_bytes(&mut self, bytes: u64) {
        self.closed_bytes = self.closed_bytes.saturating_sub(bytes);
    }

    /// Writes the records of one batch; all or none. After an error the file ends where it ended before.
    pub(crate) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let mut bytes = Vec::new();
        let Some(open) = &mut self.open else { return Err(io::ErrorKind::NotConnected.into()) };
        let (mut next_record, mut next_ref) = (open.next_record, open.next_ref);
        for record in records {
            let payload = record.encode(&mut self.packer);
            if payload.len() > RECORD_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "a series is too large for the log"));
            }
            put_frame(&mut bytes, open.salt, next_record, &payload);
            next_record = next_record.saturating_add(1);
            next_ref = next_ref.max(record.first_ref.saturating_add(record.declared.len() as u32));
        }
        if let Err(error) = disk::write_all_at(&open.file, &bytes, open.len) {
            self.take_back();
            return Err(error);
        }
        open.len += bytes.len() as u64;
        (open.next_record, open.next_ref) = (next_record, next_ref);
        Ok(())
    }

    /// Shortens the file to its sound records. Where that fails, the segment is left for good: what lies behind
    /// its sound records is at most a torn record, which the next start cuts off.
    fn take_back(&mut self) {
        if self.open.as_ref().is_some_and(|open| open.file.set_len(open.len).is_err()) {
            self.close_segment();
        }
    }

    /// What must be synced so that everything appended so far is on disk; nothing if it is already.
    pub(crate) fn unsynced(&self) -> Option<Unsynced> {
        let open = self.open.as_ref().filter(|open| open.synced_len < open.len)?;
        Some(Unsynced { file: open.file.clone(), segment: self.segment, len: open.len })
    }

    /// Takes note of a successful sync.
    pub(crate) fn synced(&mut self, done: &Unsynced) {
        if let Some(open) = self.open.as_mut().filter(|_| self.segment == done.segment) {
            open.synced_len = open.synced_len.max(done.len);
        }
    }

    /// Closes the segment, so that the next record opens a new one. If it cannot be synced, it counts as
    /// [unsynced](Self::has_unsynced).
    pub(crate) fn close_segment(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.closed_bytes += open.len;
        self.segment += 1;
        if open.synced_len == open.len {
            return;
        }
        if let Err(error) = disk::sync(&open.file) {
            tracing::error!(%error, segment = self.segment - 1, "cannot sync a log segment");
            self.note_unsynced(self.segment);
        }
    }

    /// Takes note of a sync that failed: nobody knows what the disk holds of the segment, whatever later syncs
    /// say. If it is still open, it is given up, shortened to `len` bytes, and the next record opens a new one.
    pub(crate) fn sync_failed(&mut self, segment: u64, len: u64) {
        if let Some(open) = self.open.take_if(|_| segment == self.segment) {
            let _ = open.file.set_len(len);
            self.closed_bytes += len;
            self.segment += 1;
        }
        self.note_unsynced(segment.saturating_add(1));
    }

    fn note_unsynced(&mut self, below: u64) {
        if below > self.covered_below {
            self.unsynced_below.fetch_max(below, Ordering::Relaxed);
        }
    }

    /// Takes note that parts hold all samples of segments below this one.
    pub(crate) fn covered(&mut self, below: u64) {
        self.covered_below = self.covered_below.max(below);
        if self.unsynced_below.load(Ordering::Relaxed) <= self.covered_below {
            self.unsynced_below.store(0, Ordering::Relaxed);
        }
    }

    /// Whether a sync failed and the samples concerned are only in memory for all that is known.
    pub(crate) fn has_unsynced(&self) -> bool {
        self.unsynced_below.load(Ordering::Relaxed) > 0
    }

    /// What [`has_unsynced`](Self::has_unsynced) looks at, for those who must not wait for a write: zero for none.
    pub(crate) fn unsynced_below(&self) -> Arc<AtomicU64> {
        self.unsynced_below.clone()
    }

    /// Bytes of the open segment.
    pub(crate) fn open_len(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.len)
    }
}

/// A file with bytes that may not be on disk yet.
#[derive(Debug)]
pub(crate) struct Unsynced {
    file: Arc<File>,
    segment: u64,
    len: u64,
}

impl Unsynced {
    pub(crate) fn segment(&self) -> u64 {
        self.segment
    }

    /// Forces the bytes onto the disk. May take long; holds no lock.
    pub(crate) fn sync(&self) -> io::Result<()> {
        disk::sync(&self.file)
    }
}
