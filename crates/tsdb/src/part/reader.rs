//! Reading a part.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use ahash::HashMap;
use model::{Labels, TimeRange};
use roaring::RoaringBitmap;

use crate::codec::{
    Cursor, Malformed, UNPACKED_BYTES_MAX, Unpacker, block_len_min, decode_times, decode_values, open_block,
};
use crate::columns::Columns;
use crate::disk;

use super::directory::{self, BlockEntry, Directory};
use super::footer::{self, FOOTER_BYTES, HEADER_BYTES, Place, VERSION};
use super::{PartError, PartInfo};

const PACKED: u8 = 0x80;

/// An open part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) info: PartInfo,
    pub(crate) path: PathBuf,
    file: File,
    directory_at: Place,
    directory: OnceLock<Directory>,
    damaged: AtomicBool,
    settled: AtomicBool,
}

/// A series of a part.
#[derive(Clone, Debug)]
pub(crate) struct PartSeries {
    pub(crate) labels: Labels,
    blocks: Vec<BlockEntry>,
}

impl PartSeries {
    /// Whether there may be samples in the range.
    pub(crate) fn overlaps(&self, range: TimeRange) -> bool {
        self.blocks.iter().any(|block| block.overlaps(range))
    }

    /// Leaves out blocks outside the range.
    pub(crate) fn narrow(&mut self, range: TimeRange) {
        self.blocks.retain(|block| block.overlaps(range));
    }
}

impl BlockEntry {
    fn overlaps(&self, range: TimeRange) -> bool {
        self.min <= range.end.as_millis() && range.start.as_millis() <= self.max
    }
}

impl Part {
    /// Opens a file and checks its header and footer.
    pub(crate) fn open(path: &Path) -> Result<Self, PartError> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut header = [0; HEADER_BYTES];
        let mut end = [0; FOOTER_BYTES];
        let end_at = bytes.checked_sub(FOOTER_BYTES as u64).filter(|at| *at >= HEADER_BYTES as u64);
        let end_at = end_at.ok_or(Malformed("the file is too short"))?;
        read_exact(&file, &mut header, 0)?;
        let version = footer::version_of(&header)?;
        if version > VERSION {
            return Err(PartError::Newer(version));
        }
        read_exact(&file, &mut end, end_at)?;
        let (info, directory_at) = footer::decode(&end, bytes)?;
        let (path, directory) = (path.to_owned(), OnceLock::new());
        let (damaged, settled) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { info, path, file, directory_at, directory, damaged, settled })
    }

    /// Whether damage was found in it. Such a part is served as far as it goes, and never merged.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Takes note of damage; true at the first time.
    pub(crate) fn mark_damaged(&self) -> bool {
        !self.damaged.swap(true, Ordering::Relaxed)
    }

    /// Whether it is too large to be merged with its neighbours.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Relaxed)
    }

    /// Leaves the part out of merges until the next start.
    pub(crate) fn mark_settled(&self) {
        self.settled.store(true, Ordering::Relaxed);
    }

    fn read(&self, place: Place) -> Result<Vec<u8>, PartError> {
        let end = place.offset.checked_add(place.len.into());
        let inside = end.is_some_and(|end| end <= self.info.bytes);
        let sized = (block_len_min()..=UNPACKED_BYTES_MAX + 64).contains(&(place.len as usize));
        if !inside || !sized {
            return Err(Malformed("a block lies outside the file").into());
        }
        let mut block = vec![0; place.len as usize];
        read_exact(&self.file, &mut block, place.offset)?;
        Ok(block)
    }

    /// A block of the index.
    pub(super) fn section(&self, place: Place) -> Result<Vec<u8>, PartError> {
        let block = self.read(place)?;
        match open_block(place.offset, &block)? {
            (0, payload) => Ok(payload.to_vec()),
            (PACKED, payload) => Ok(Unpacker::default().unpack(payload)?),
            _ => Err(Malformed("a section has an unknown codec").into()),
        }
    }

    pub(super) fn directory(&self) -> Result<&Directory, PartError> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let directory = Directory::decode(&self.section(self.directory_at)?)?;
        Ok(self.directory.get_or_init(|| directory))
    }

    /// Reads what a query needs first and what was written last, so that a part that cannot be read is noticed
    /// while its samples are still elsewhere.
    pub(crate) fn verify(self: &Arc<Self>) -> Result<(), PartError> {
        let last = self.groups()?.checked_sub(1).ok_or(Malformed("the part has no series"))?;
        let names = &self.directory()?.names;
        for groups in [names.first(), names.last()].into_iter().flatten().map(|(_, groups)| groups) {
            for group in [groups.first(), groups.last()].into_iter().flatten() {
                self.section(group.place)?;
            }
        }
        let (mut reader, mut columns) = (SampleReader::new(self.clone()), Columns::default());
        for group in [0, last] {
            let series = self.group(group)?;
            let series = series.last().ok_or(Malformed("a group has no series"))?;
            let block = series.blocks.len().checked_sub(1).ok_or(Malformed("a series has no block"))?;
            reader.read(series, block, TimeRange::ALL, &mut columns)?;
        }
        Ok(())
    }

    /// How many groups of series there are.
    pub(crate) fn groups(&self) -> Result<usize, PartError> {
        Ok(self.directory()?.series.len())
    }

    /// The series of one group, in the order of their labels.
    pub(crate) fn group(&self, index: usize) -> Result<Vec<PartSeries>, PartError> {
        let group =
            self.directory()?.series.get(index).ok_or(Malformed("there is no such group of series"))?;
        let section = self.section(group.place)?;
        let mut cursor = Cursor::new(&section);
        let count = cursor.count(2)?;
        let next = |cursor: &mut Cursor<'_>| {
            let (labels, blocks) = directory::series(cursor)?;
            Ok(PartSeries { labels, blocks })
        };
        (0..count).map(|_| next(&mut cursor)).collect()
    }

    /// Calls `found` with each of these series. A damaged group is told to `damage`, and the rest goes on; other
    /// failures end it.
    pub(crate) fn series(
        &self,
        numbers: &RoaringBitmap,
        mut found: impl FnMut(PartSeries),
        mut damage: impl FnMut(PartError),
    ) -> Result<(), PartError> {
        let groups = &self.directory()?.series;
        for (index, group) in groups.iter().enumerate() {
            let end = groups.get(index + 1).map_or(u32::MAX, |next| next.first);
            let wanted: Vec<usize> =
                numbers.range(group.first..end).map(|number| (number - group.first) as usize).collect();
            if wanted.is_empty() {
                continue;
            }
            match self.group(index) {
                Ok(mut series) => {
                    let mut entries: Vec<Option<PartSeries>> = series.drain(..).map(Some).collect();
                    wanted.iter().filter_map(|at| entries.get_mut(*at)?.take()).for_each(&mut found);
                }
                Err(error @ PartError::Damaged(_)) => damage(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A file that has become shorter is damaged; other failures say nothing of the data.
fn read_exact(file: &File, buffer: &mut [u8], offset: u64) -> Result<(), PartError> {
    match disk::read_exact_at(file, buffer, offset) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(Malformed("the file ends too early").into())
        }
        read => Ok(read?),
    }
}

/// Reads samples of one part; remembers time columns, which many series share.
#[derive(Debug)]
pub(crate) struct SampleReader {
    part: Arc<Part>,
    times: HashMap<u64, Arc<Vec<i64>>>,
    unpacker: Unpacker,
}

/// Time columns that a reader remembers: at most 8 MB.
const TIMES_KEPT_MAX: usize = 256;

impl SampleReader {
    pub(crate) fn new(part: Arc<Part>) -> Self {
        Self { part, times: HashMap::default(), unpacker: Unpacker::default() }
    }

    /// How many blocks a series has.
    pub(crate) fn blocks(series: &PartSeries) -> usize {
        series.blocks.len()
    }

    /// Adds the samples of one block that lie in the range.
    pub(crate) fn read(
        &mut self,
        series: &PartSeries,
        block: usize,
        range: TimeRange,
        out: &mut Columns,
    ) -> Result<(), PartError> {
        let Some(block) = series.blocks.get(block).filter(|block| block.overlaps(range)) else {
            return Ok(());
        };
        let count = block.count as usize;
        let times = self.times(block.times, count)?;
        let bytes = self.part.read(block.values)?;
        let (codec, payload) = open_block(block.values.offset, &bytes)?;
        let values = decode_values(codec, payload, count, &mut self.unpacker)?;
        let (start, end) = (range.start.as_millis(), range.end.as_millis());
        let from = times.partition_point(|at| *at < start);
        let to = times.partition_point(|at| *at <= end).max(from);
        times[from..to].iter().zip(&values[from..to]).for_each(|(at, value)| out.push(*at, *value));
        Ok(())
    }

    fn times(&mut self, place: Place, count: usize) -> Result<Arc<Vec<i64>>, PartError> {
        if let Some(times) = self.times.get(&place.offset).filter(|times| times.len() == count) {
            return Ok(times.clone());
        }
        let bytes = self.part.read(place)?;
        let (codec, payload) = open_block(place.offset, &bytes)?;
        let times = Arc::new(decode_times(codec, payload, count, &mut self.unpacker)?);
        if self.times.len() >= TIMES_KEPT_MAX {
            self.times.clear();
        }
        self.times.insert(place.offset, times.clone());
        Ok(times)
    }
}
