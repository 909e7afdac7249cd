//! Writing a part.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ahash::HashMap;
use model::Labels;

use crate::codec::{Packer, UNPACKED_BYTES_MAX, encode_times, encode_values, seal_block};
use crate::disk::NewFile;
use crate::files::{self, UNFINISHED};

use super::directory::{BlockEntry, Directory, SeriesGroup, ValueGroup, put_series, put_value};
use super::footer::{self, Place};
use super::size::{DirectorySize, GROUP_BYTES, GROUP_ENTRIES, is_storable, key_of};
use super::{BLOCK_SAMPLES_MAX, PartError, PartInfo};

/// Bytes of time columns remembered so that series sampled together share one.
const SHARED_BYTES_MAX: usize = 4 << 20;
const PACKED: u8 = 0x80;

/// Writes a part under an unfinished name. Dropped before [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub(crate) struct PartWriter {
    info: PartInfo,
    dir: PathBuf,
    unfinished: PathBuf,
    file: Option<BufWriter<NewFile>>,
    packer: Packer,
    at: u64,
    /// Time columns by codec and payload.
    shared: HashMap<(u8, Vec<u8>), Place>,
    shared_bytes: usize,
    group: Vec<u8>,
    group_entries: usize,
    directory: Directory,
    size: DirectorySize,
    postings: BTreeMap<Box<str>, BTreeMap<Box<str>, Vec<u32>>>,
    /// Whether the file has got its name.
    named: bool,
}

impl PartWriter {
    pub(crate) fn create(dir: &Path, id: u64, order: u64, level: u8) -> Result<Self, PartError> {
        let unfinished = dir.join(format!("{id:08}.{UNFINISHED}"));
        let mut file = BufWriter::new(NewFile::create(&unfinished)?);
        // The buffer takes it, so that this leaves no file behind.
        file.write_all(&footer::header())?;
        let info =
            PartInfo { id, order, level, min: i64::MAX, max: i64::MIN, samples: 0, series: 0, bytes: 0 };
        Ok(Self {
            info,
            dir: dir.to_owned(),
            unfinished,
            file: Some(file),
            packer: Packer::new(3),
            at: footer::HEADER_BYTES as u64,
            shared: HashMap::default(),
            shared_bytes: 0,
            named: false,
            group: Vec::new(),
            group_entries: 0,
            directory: Directory::default(),
            size: DirectorySize::default(),
            postings: BTreeMap::new(),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), PartError> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn put_block(&mut self, codec: u8, payload: &[u8]) -> Result<Place, PartError> {
        let block = seal_block(self.at, codec, payload);
        let len = u32::try_from(block.len()).map_err(|_| PartError::TooLarge("a block"))?;
        let place = Place { offset: self.at, len };
        self.write(&block)?;
        Ok(place)
    }

    /// A block of the index. What a reader would not unpack is refused.
    fn put_section(&mut self, what: &'static str, bytes: &[u8]) -> Result<Place, PartError> {
        if bytes.len() > UNPACKED_BYTES_MAX {
            return Err(PartError::TooLarge(what));
        }
        match self.packer.pack(bytes) {
            Some(packed) => self.put_block(PACKED, &packed),
            None => self.put_block(0, bytes),
        }
    }

    /// Whether the next series should go to another part.
    pub(crate) fn is_full(&self) -> bool {
        self.size.is_full()
    }

    /// Adds a series with its samples, sorted by time. Series come in the order of their labels.
    pub(crate) fn add(&mut self, labels: &Labels, times: &[i64], values: &[f64]) -> Result<(), PartError> {
        let (Some(min), Some(max)) = (times.first(), times.last()) else { return Ok(()) };
        let number = u32::try_from(self.info.series).map_err(|_| PartError::TooLarge("the part"))?;
        if !is_storable(labels) {
            return Err(PartError::TooLarge("the labels of a series"));
        }
        let mut blocks = Vec::with_capacity(times.len().div_ceil(BLOCK_SAMPLES_MAX));
        for (times, values) in times.chunks(BLOCK_SAMPLES_MAX).zip(values.chunks(BLOCK_SAMPLES_MAX)) {
            blocks.push(self.put_samples(times, values)?);
        }
        if self.group_entries == 0 {
            self.size.add_series_group();
            self.directory.series.push(SeriesGroup { first: number, place: Place::default() });
        }
        put_series(&mut self.group, labels, &blocks);
        self.group_entries += 1;
        labels.iter().for_each(|(name, value)| self.add_posting(name, value, number));
        self.size.series += 1;
        self.info.min = self.info.min.min(*min);
        self.info.max = self.info.max.max(*max);
        self.info.samples += times.len() as u64;
        self.info.series += 1;
        if self.group_entries >= GROUP_ENTRIES || self.group.len() >= GROUP_BYTES {
            self.close_group()?;
        }
        Ok(())
    }

    fn add_posting(&mut self, name: &str, value: &str, number: u32) {
        if !self.postings.contains_key(name) {
            self.size.add_name(name);
        }
        let values = self.postings.entry(name.into()).or_default();
        self.size.add_posting();
        match values.get_mut(value) {
            Some(series) => series.push(number),
            None => {
                self.size.add_value(value);
                values.insert(value.into(), vec![number]);
            }
        }
    }

    fn put_samples(&mut self, times: &[i64], values: &[f64]) -> Result<BlockEntry, PartError> {
        let (min, max) = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
        let column = encode_times(times, &mut self.packer);
        let times_at = match self.shared.get(&column) {
            Some(place) => *place,
            None => {
                let place = self.put_block(column.0, &column.1)?;
                self.shared_bytes += column.1.len() + 64;
                if self.shared_bytes > SHARED_BYTES_MAX {
                    self.shared.clear();
                    self.shared_bytes = 0;
                }
                self.shared.insert(column, place);
                place
            }
        };
        let (codec, payload) = encode_values(values, &mut self.packer);
        let values_at = self.put_block(codec, &payload)?;
        Ok(BlockEntry { min, max, count: times.len() as u32, times: times_at, values: values_at })
    }

    fn close_group(&mut self) -> Result<(), PartError> {
        let group = counted(self.group_entries, &std::mem::take(&mut self.group));
        self.group_entries = 0;
        let place = self.put_section("a group of series", &group)?;
        if let Some(last) = self.directory.series.last_mut() {
            last.place = place;
        }
        Ok(())
    }

    /// Completes, syncs and names the part. A part without samples leaves no file and gives nothing.
    pub(crate) fn finish(mut self) -> Result<Option<PartInfo>, PartError> {
        if self.info.samples == 0 {
            return Ok(None);
        }
        if self.group_entries > 0 {
            self.close_group()?;
        }
        for (name, values) in std::mem::take(&mut self.postings) {
            let groups = self.put_values(values)?;
            self.directory.names.push((name, groups));
        }
        let directory = self.directory.encode(self.info.series as u32);
        let directory = self.put_section("the directory", &directory)?;
        let footer = footer::encode(&self.info, directory);
        self.write(&footer)?;
        self.info.bytes = self.at;
        if let Some(file) = self.file.take() {
            file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync()?;
        }
        let path = self.dir.join(self.info.file_name());
        // Where only the directory's sync fails, the file has its name already.
        files::publish(&self.unfinished, &path).inspect_err(|_| drop(fs::remove_file(&path)))?;
        self.named = true;
        Ok(Some(self.info))
    }

    fn put_values(&mut self, values: BTreeMap<Box<str>, Vec<u32>>) -> Result<Vec<ValueGroup>, PartError> {
        const GROUP: &str = "a group of values";
        let mut groups: Vec<ValueGroup> = Vec::new();
        let (mut bytes, mut entries, mut first): (_, _, Option<Box<str>>) = (Vec::new(), 0, None);
        for (value, series) in values {
            put_value(&mut bytes, &value, &series);
            first.get_or_insert_with(|| key_of(&value).into());
            entries += 1;
            if entries >= GROUP_ENTRIES || bytes.len() >= GROUP_BYTES {
                let place = self.put_section(GROUP, &counted(entries, &std::mem::take(&mut bytes)))?;
                groups.extend(first.take().map(|key| ValueGroup { key, place }));
                entries = 0;
            }
        }
        if let Some(first) = first {
            let place = self.put_section(GROUP, &counted(entries, &bytes))?;
            groups.push(ValueGroup { key: first, place });
        }
        Ok(groups)
    }
}

impl Drop for PartWriter {
    fn drop(&mut self) {
        if !self.named {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

fn counted(entries: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 5);
    crate::codec::put_varint(&mut out, entries as u64);
    out.extend_from_slice(bytes);
    out
}
