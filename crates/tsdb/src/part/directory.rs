//! Where things are in a part: the directory, and the entries of series.
//!
//! ```text
//! directory:   count | per group of series: series in it, offset, length
//!              count | per label name: name, count | per group of values: key, offset, length
//! series:      count | per series: labels, count | per block: min (difference, zigzag), max - min, samples - 1,
//!              times' offset (difference, zigzag) and length, values' offset (difference, zigzag) and length
//! values:      count | per value: value, count | series numbers (differences)
//! ```
//! All are blocks (`codec 0` plain or `0x80` packed), all numbers base-128 varints. Differences are to the entry
//! before; the first is to zero, or to the group's first for series numbers. A group's key is its first value or
//! the beginning of it, so that long values do not make a long directory.

use model::Labels;

use crate::codec::{Cursor, Malformed, labels, put_labels, put_text, put_varint, put_zigzag};

use super::BLOCK_SAMPLES_MAX;
use super::footer::Place;

/// Where series and values are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) series: Vec<SeriesGroup>,
    /// Sorted by name.
    pub(super) names: Vec<(Box<str>, Vec<ValueGroup>)>,
}

/// Series that lie together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SeriesGroup {
    /// The number of the first series.
    pub(super) first: u32,
    pub(super) place: Place,
}

/// Values of one label that lie together, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueGroup {
    /// The first value, or the beginning of it.
    pub(super) key: Box<str>,
    pub(super) place: Place,
}

/// The samples of one series, at most [`BLOCK_SAMPLES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockEntry {
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) count: u32,
    pub(super) times: Place,
    pub(super) values: Place,
}

fn put_place(out: &mut Vec<u8>, place: Place) {
    put_varint(out, place.offset);
    put_varint(out, place.len.into());
}

fn place(cursor: &mut Cursor<'_>) -> Result<Place, Malformed> {
    Ok(Place { offset: cursor.varint()?, len: number(cursor)? })
}

fn number(cursor: &mut Cursor<'_>) -> Result<u32, Malformed> {
    u32::try_from(cursor.varint()?).map_err(|_| Malformed("a number is out of range"))
}

impl Directory {
    pub(super) fn encode(&self, series_total: u32) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.series.len() as u64);
        let ends = self.series.iter().skip(1).map(|group| group.first).chain([series_total]);
        for (group, end) in self.series.iter().zip(ends) {
            put_varint(&mut out, end.saturating_sub(group.first).into());
            put_place(&mut out, group.place);
        }
        put_varint(&mut out, self.names.len() as u64);
        for (name, groups) in &self.names {
            put_text(&mut out, name);
            put_varint(&mut out, groups.len() as u64);
            for group in groups {
                put_text(&mut out, &group.key);
                put_place(&mut out, group.place);
            }
        }
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(bytes);
        let mut directory = Self::default();
        let mut first = 0_u32;
        for _ in 0..cursor.count(3)? {
            let series = number(&mut cursor)?;
            directory.series.push(SeriesGroup { first, place: place(&mut cursor)? });
            first = first.checked_add(series).ok_or(Malformed("there are too many series"))?;
        }
        for _ in 0..cursor.count(2)? {
            let name = cursor.text()?.into();
            let groups = cursor.count(3)?;
            let group = |cursor: &mut Cursor<'_>| {
                Ok(ValueGroup { key: cursor.text()?.into(), place: place(cursor)? })
            };
            let groups = (0..groups).map(|_| group(&mut cursor)).collect::<Result<_, Malformed>>()?;
            directory.names.push((name, groups));
        }
        Ok(directory)
    }
}

pub(super) fn put_series(out: &mut Vec<u8>, labels: &Labels, blocks: &[BlockEntry]) {
    put_labels(out, labels);
    put_varint(out, blocks.len() as u64);
    let mut last = BlockEntry { min: 0, max: 0, count: 0, times: Place::default(), values: Place::default() };
    for block in blocks {
        put_zigzag(out, block.min.wrapping_sub(last.min));
        put_varint(out, block.max.wrapping_sub(block.min) as u64);
        put_varint(out, block.count.saturating_sub(1).into());
        for (place, last) in [(block.times, last.times), (block.values, last.values)] {
            put_zigzag(out, place.offset.wrapping_sub(last.offset) as i64);
            put_varint(out, place.len.into());
        }
        last = *block;
    }
}

pub(super) fn series(cursor: &mut Cursor<'_>) -> Result<(Labels, Vec<BlockEntry>), Malformed> {
    let labels = labels(cursor)?;
    let (mut min, mut times_at, mut values_at) = (0_i64, 0_u64, 0_u64);
    let mut blocks = Vec::new();
    for _ in 0..cursor.count(7)? {
        min = min.wrapping_add(cursor.zigzag()?);
        let max = min.wrapping_add(cursor.varint()? as i64);
        let count = number(cursor)?.saturating_add(1);
        if count as usize > BLOCK_SAMPLES_MAX {
            return Err(Malformed("a block claims too many samples"));
        }
        times_at = times_at.wrapping_add(cursor.zigzag()? as u64);
        let times = Place { offset: times_at, len: number(cursor)? };
        values_at = values_at.wrapping_add(cursor.zigzag()? as u64);
        let values = Place { offset: values_at, len: number(cursor)? };
        blocks.push(BlockEntry { min, max, count, times, values });
    }
    Ok((labels, blocks))
}

/// Adds a value and the numbers of its series, which rise.
pub(super) fn put_value(out: &mut Vec<u8>, value: &str, series: &[u32]) {
    put_text(out, value);
    put_varint(out, series.len() as u64);
    let mut last = 0;
    for number in series {
        put_varint(out, u64::from(number.wrapping_sub(last)));
        last = *number;
    }
}

/// The reverse of [`put_value`].
pub(super) fn value<'a>(cursor: &mut Cursor<'a>) -> Result<(&'a str, Vec<u32>), Malformed> {
    let value = cursor.text()?;
    let count = cursor.count(1)?;
    let mut last = 0_u32;
    let mut next = || {
        last = last.checked_add(number(cursor)?).ok_or(Malformed("a series number is out of range"))?;
        Ok(last)
    };
    let series = (0..count).map(|_| next()).collect::<Result<_, _>>()?;
    Ok((value, series))
}
