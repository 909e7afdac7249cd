//! The samples of one series in one generation.

use model::{TimeRange, Timestamp};

use super::chunk::{Chunk, ChunkBuilder};

/// Samples of a chunk before it is closed. Readers skip whole chunks, and late samples are sorted in such lots.
const CHUNK_SAMPLES: u32 = 256;

/// The samples of one series in one generation.
///
/// Samples that come in the order of time go to the main chunks; a sample that is not later than the newest main
/// one is late. At the time of a late sample the main chunks hold only what was written before it, so late
/// samples always win over main ones, and among late ones the last written wins.
#[derive(Debug, Default)]
pub(crate) struct SeriesSamples {
    closed: Vec<Chunk>,
    closed_bytes: usize,
    open: ChunkBuilder,
    /// Boxed because most series have none.
    late: Option<Box<Late>>,
}

#[derive(Debug, Default)]
struct Late {
    closed: Vec<Chunk>,
    /// In the order of writing.
    open: Vec<(i64, u64)>,
}

impl Late {
    /// Adds a sample; the bytes of the chunk that this closed.
    fn push(&mut self, at: i64, bits: u64) -> usize {
        self.open.push((at, bits));
        if self.open.len() < CHUNK_SAMPLES as usize {
            return 0;
        }
        let chunk = sorted_chunk(&self.open);
        self.open.clear();
        let bytes = chunk.bytes();
        self.closed.push(chunk);
        bytes
    }
}

/// A chunk of samples in the order of writing; the last of each time is kept.
fn sorted_chunk(written: &[(i64, u64)]) -> Chunk {
    let mut samples = written.to_vec();
    // Reversed before the stable sort, so that the last written comes first and survives.
    samples.reverse();
    samples.sort_by_key(|(at, _)| *at);
    samples.dedup_by_key(|(at, _)| *at);
    Chunk::of(samples.into_iter())
}

impl SeriesSamples {
    /// Adds a sample; false if it repeats the newest one exactly.
    pub(crate) fn push(&mut self, at: i64, bits: u64) -> bool {
        match self.newest() {
            Some(newest) if newest == (at, bits) && self.late.is_none() => return false,
            Some((newest, _)) if at <= newest => {
                self.closed_bytes += self.late.get_or_insert_default().push(at, bits);
                return true;
            }
            _ => {}
        }
        if self.open.count() >= CHUNK_SAMPLES {
            let chunk = self.open.close();
            self.closed_bytes += chunk.bytes();
            self.closed.push(chunk);
        }
        self.open.push(at, bits);
        true
    }

    /// Whether the newest sample is exactly this one, so that writing it again changes nothing.
    pub(crate) fn repeats(&self, at: i64, value: f64) -> bool {
        self.late.is_none() && self.newest() == Some((at, value.to_bits()))
    }

    /// The newest main sample. A chunk is closed only when the next sample comes, so the open one holds it.
    fn newest(&self) -> Option<(i64, u64)> {
        self.open.last()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.count() == 0
    }

    pub(crate) fn chunks(&self) -> u64 {
        let late =
            self.late.as_ref().map_or(0, |late| late.closed.len() + usize::from(!late.open.is_empty()));
        (self.closed.len() + usize::from(!self.is_empty()) + late) as u64
    }

    /// Memory of the samples, in bytes, without this struct itself.
    pub(crate) fn bytes(&self) -> usize {
        let late = self.late.as_ref().map_or(0, |late| late.open.capacity() * 16);
        self.open.capacity() + self.closed_bytes + late
    }

    /// The earliest and the latest sample.
    pub(crate) fn span(&self) -> Option<TimeRange> {
        let mut span: Option<(i64, i64)> = None;
        let mut widen = |min: i64, max: i64| {
            span = Some(span.map_or((min, max), |(low, high)| (low.min(min), high.max(max))));
        };
        if !self.is_empty() {
            let (first, last) = self.open.span();
            widen(self.closed.first().map_or(first, |chunk| chunk.min), last);
        }
        if let Some(late) = &self.late {
            late.closed.iter().for_each(|chunk| widen(chunk.min, chunk.max));
            late.open.iter().for_each(|(at, _)| widen(*at, *at));
        }
        span.map(|(min, max)| TimeRange::new(Timestamp::from_millis(min), Timestamp::from_millis(max)))
    }

    /// Adds the chunks that overlap the range to `out`, older writes first.
    pub(crate) fn snapshot(&self, range: TimeRange, out: &mut Vec<Chunk>) {
        let (start, end) = (range.start.as_millis(), range.end.as_millis());
        let wanted = |chunk: &&Chunk| chunk.min <= end && start <= chunk.max;
        out.extend(self.closed.iter().filter(wanted).cloned());
        let open = || (!self.is_empty()).then(|| self.open.snapshot());
        out.extend(open().iter().filter(wanted).cloned());
        if let Some(late) = &self.late {
            out.extend(late.closed.iter().filter(wanted).cloned());
            if !late.open.is_empty() {
                out.push(sorted_chunk(&late.open));
            }
        }
    }
}
