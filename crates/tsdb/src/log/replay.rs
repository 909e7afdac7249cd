//! Reading the log at start.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::codec::Unpacker;
use crate::files;
use crate::recovery::{LogCut, Quarantined, Recovery};

use super::frame::{FRAME_BYTES, FRAME_MAGIC, FRAMES_AT, Header, VERSION, read_frame};
use super::{Record, segment_number};

/// Takes what the log says.
pub(crate) trait ReplaySink {
    /// A new segment begins: numbers of series start anew.
    fn segment(&mut self);

    /// One record, in the order of writing. Returns how many of its samples were taken.
    fn record(&mut self, record: Record) -> u64;
}

/// Where the log goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replayed {
    /// The first number that no segment has.
    pub(crate) next_segment: u64,
    /// The segments' bytes.
    pub(crate) bytes: u64,
}

/// Why the log cannot be read at all.
#[derive(Debug)]
pub(crate) struct ReplayError {
    pub(crate) action: String,
    pub(crate) source: io::Error,
}

/// Feeds all segments from number `from` on to `sink`, in order. Older ones are removed: parts hold them.
pub(crate) fn replay(
    dir: &Path,
    quarantine: &Path,
    from: u64,
    sink: &mut dyn ReplaySink,
    recovery: &mut Recovery,
) -> Result<Replayed, ReplayError> {
    let mut replayed = Replayed { next_segment: from.max(1), bytes: 0 };
    let segments = segments(dir)?;
    let newest = segments.last().map(|(number, _)| *number);
    for (number, path) in segments {
        replayed.next_segment = replayed.next_segment.max(number.saturating_add(1));
        if number < from {
            fs::remove_file(&path).map_err(failed("remove", &path))?;
            continue;
        }
        let file = fs::read(&path).map_err(failed("read", &path))?;
        replayed.bytes += file.len() as u64;
        recovery.segments += 1;
        let header = Header::decode(&file);
        let header = header.filter(|header| header.segment == number && header.version == VERSION);
        let Some(header) = header.filter(|_| file.len() >= FRAMES_AT) else {
            set_aside(number, &path, &file, Some(number) == newest, quarantine, recovery);
            continue;
        };
        sink.segment();
        Segment { number, path: &path, file: &file, salt: header.salt }.read(sink, recovery);
    }
    Ok(replayed)
}

fn failed(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> ReplayError {
    let action = format!("{verb} the log segment `{}`", path.display());
    move |source| ReplayError { action, source }
}

fn segments(dir: &Path) -> Result<Vec<(u64, PathBuf)>, ReplayError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed("list", dir))? {
        let entry = entry.map_err(failed("list", dir))?;
        if let Some(number) = entry.file_name().to_str().and_then(segment_number) {
            found.push((number, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A segment without a sound header: nothing in it can be verified.
fn set_aside(
    number: u64,
    path: &Path,
    file: &[u8],
    is_newest: bool,
    quarantine: &Path,
    recovery: &mut Recovery,
) {
    if file.len() < FRAMES_AT {
        // Where it is the newest, the end came while it was made: there was no record in it. Any other once held
        // records.
        if !file.is_empty() || !is_newest {
            let (bytes, reason) = (file.len() as u64, "the segment's header is incomplete");
            report(LogCut { segment: number, offset: 0, bytes, reason }, path, recovery);
        }
        if let Err(error) = fs::remove_file(path) {
            tracing::warn!(path = %path.display(), %error, "cannot remove an empty log segment");
        }
        return;
    }
    let reason = "the segment has no sound header";
    report(LogCut { segment: number, offset: 0, bytes: file.len() as u64, reason }, path, recovery);
    let path = files::quarantine(path, quarantine);
    recovery.quarantined.push(Quarantined { path, reason: reason.to_owned() });
}

fn report(cut: LogCut, path: &Path, recovery: &mut Recovery) {
    let LogCut { offset, bytes, reason, .. } = cut;
    tracing::warn!(path = %path.display(), offset, bytes, reason, "left out a damaged stretch of the log");
    recovery.cuts.push(cut);
}

struct Segment<'a> {
    number: u64,
    path: &'a Path,
    file: &'a [u8],
    salt: u64,
}

impl Segment<'_> {
    fn read(&self, sink: &mut dyn ReplaySink, recovery: &mut Recovery) {
        let mut unpacker = Unpacker::default();
        let (mut at, mut next_number) = (FRAMES_AT, 0);
        while at < self.file.len() {
            match self.record_at(at, next_number, &mut unpacker) {
                Ok((number, len, record)) => {
                    let samples = record.refs.len() as u64;
                    let taken = sink.record(record);
                    recovery.samples_replayed += taken;
                    recovery.samples_orphaned += samples.saturating_sub(taken);
                    next_number = number.saturating_add(1);
                    at += len;
                }
                Err(reason) => {
                    let end = self.next_sound(at + 1, next_number, &mut unpacker);
                    self.cut(at, end, reason, recovery);
                    at = end;
                }
            }
        }
    }

    /// Number, length in the file and content of the record at an offset. Numbers never fall.
    fn record_at(
        &self,
        at: usize,
        next_number: u32,
        unpacker: &mut Unpacker,
    ) -> Result<(u32, usize, Record), &'static str> {
        let bytes = self.file.get(at..).unwrap_or_default();
        let (number, payload) = read_frame(bytes, self.salt)?;
        if number < next_number {
            return Err("a record is out of order");
        }
        let record = Record::decode(payload, unpacker).map_err(|malformed| malformed.0)?;
        Ok((number, FRAME_BYTES + payload.len(), record))
    }

    /// The next offset with a record that verifies, or the end of the file.
    fn next_sound(&self, from: usize, next_number: u32, unpacker: &mut Unpacker) -> usize {
        let rest = self.file.get(from..).unwrap_or_default();
        let marks = rest.windows(FRAME_MAGIC.len()).enumerate().filter(|(_, bytes)| bytes == FRAME_MAGIC);
        let mut offsets = marks.map(|(index, _)| from + index);
        offsets.find(|at| self.record_at(*at, next_number, unpacker).is_ok()).unwrap_or(self.file.len())
    }

    fn cut(&self, at: usize, end: usize, reason: &'static str, recovery: &mut Recovery) {
        let cut = LogCut { segment: self.number, offset: at as u64, bytes: (end - at) as u64, reason };
        report(cut, self.path, recovery);
        if end == self.file.len() {
            let file = OpenOptions::new().write(true).open(self.path);
            if let Err(error) = file.and_then(|file| file.set_len(at as u64)) {
                tracing::warn!(path = %self.path.display(), %error, "cannot cut the log; the next start tries again");
            }
        }
    }
}
