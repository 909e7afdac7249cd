//! Samples of one series in memory, compressed as they arrive.
//!
//! Each sample is a tag byte and what the tag announces. Never on disk, so free to change.
//!
//! ```text
//! 1nnnnnnn              n + 1 samples, each one step later, with the value of the one before
//! 0tvvllll [time] [val] t = 1: the change of the time step follows (zigzag)
//!                       vv = 0 the same value, 1 an integer / 10^l that differs by a zigzag number,
//!                       2 bits differ in the highest l bytes, 3 bits differ in the lowest l bytes
//! ```

use std::sync::Arc;

use crate::codec::{Cursor, Malformed, SCALES, decimal_of, of_decimal, put_varint, put_zigzag, zigzag};
use crate::columns::Columns;

const RUN: u8 = 0x80;
const RUN_MAX: u8 = 0xff;
const STEP_CHANGES: u8 = 0x40;
const SAME: u8 = 0;
const DECIMAL: u8 = 1;
const HIGH_BYTES: u8 = 2;
const LOW_BYTES: u8 = 3;

/// A closed run of samples.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    bytes: Arc<[u8]>,
    pub(crate) count: u32,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Chunk {
    /// A chunk of samples with rising times.
    pub(crate) fn of(samples: impl Iterator<Item = (i64, u64)>) -> Self {
        let mut builder = ChunkBuilder::default();
        samples.for_each(|(at, bits)| builder.push(at, bits));
        builder.snapshot()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + size_of::<Self>()
    }

    /// Adds all samples to `out`.
    pub(crate) fn decode(&self, out: &mut Columns) -> Result<(), Malformed> {
        decode(&self.bytes, self.count, |at, bits| out.push(at, f64::from_bits(bits)))
    }
}

/// A chunk that still grows. Times rise.
#[derive(Debug)]
pub(crate) struct ChunkBuilder {
    bytes: Vec<u8>,
    count: u32,
    first: i64,
    last: i64,
    step: i64,
    bits: u64,
    /// Whether the last byte is the tag of a run.
    in_run: bool,
    /// The power of ten at which the values were integers so far; nothing if there is none.
    scale: Option<u8>,
}

impl Default for ChunkBuilder {
    fn default() -> Self {
        let bytes = Vec::new();
        Self { bytes, count: 0, first: 0, last: 0, step: 0, bits: 0, in_run: false, scale: Some(0) }
    }
}

impl ChunkBuilder {
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Time and bits of the last sample.
    pub(crate) fn last(&self) -> Option<(i64, u64)> {
        (self.count > 0).then_some((self.last, self.bits))
    }

    /// Times of the first and the last sample.
    pub(crate) fn span(&self) -> (i64, i64) {
        (self.first, self.last)
    }

    /// Adds a sample; `at` must be later than the last one.
    pub(crate) fn push(&mut self, at: i64, bits: u64) {
        if self.count == 0 {
            self.first = at;
        }
        let step = at.wrapping_sub(self.last);
        if self.count > 1 && step == self.step && bits == self.bits {
            self.extend_run();
        } else {
            self.put(step.wrapping_sub(self.step), bits);
        }
        // The distance of the first sample from time zero says nothing of the second.
        self.step = if self.count == 0 { 0 } else { step };
        (self.last, self.bits) = (at, bits);
        self.count += 1;
    }

    fn extend_run(&mut self) {
        match self.bytes.last_mut() {
            Some(tag) if self.in_run && *tag < RUN_MAX => *tag += 1,
            _ => self.bytes.push(RUN),
        }
        self.in_run = true;
    }

    fn put(&mut self, step_change: i64, bits: u64) {
        let changed = bits ^ self.bits;
        let high = 8 - changed.trailing_zeros() / 8;
        let low = 8 - changed.leading_zeros() / 8;
        let decimal = if changed == 0 { None } else { self.decimal_delta(bits) };
        let decimal = decimal.filter(|(_, delta)| varint_len(zigzag(*delta)) <= high.min(low));
        let (form, len) = match decimal {
            _ if changed == 0 => (SAME, 0),
            Some((scale, _)) => (DECIMAL, u32::from(scale)),
            None if high <= low => (HIGH_BYTES, high),
            None => (LOW_BYTES, low),
        };
        let time = if step_change == 0 { 0 } else { STEP_CHANGES };
        self.bytes.push(time | form << 4 | len as u8);
        if step_change != 0 {
            put_zigzag(&mut self.bytes, step_change);
        }
        match form {
            DECIMAL => put_varint(&mut self.bytes, zigzag(decimal.map_or(0, |(_, delta)| delta))),
            HIGH_BYTES => self.bytes.extend_from_slice(&changed.to_be_bytes()[..len as usize]),
            LOW_BYTES => self.bytes.extend_from_slice(&changed.to_le_bytes()[..len as usize]),
            _ => {}
        }
        self.in_run = false;
    }

    /// The scale at which this value and the last are both decimals, and the difference there. A series that
    /// once had no decimal value is not asked again before the next chunk: trying is the dear part.
    fn decimal_delta(&mut self, bits: u64) -> Option<(u8, i64)> {
        let (new, last) = (f64::from_bits(bits), f64::from_bits(self.bits));
        let delta = |scale| Some((scale, decimal_of(new, scale)? - decimal_of(last, scale)?));
        let from = self.scale?;
        let found = (from..SCALES.len() as u8).find_map(delta);
        // What the value before the first one was means nothing.
        if self.count > 0 {
            self.scale = found.map(|(scale, _)| scale);
        }
        found
    }

    /// The samples so far.
    pub(crate) fn snapshot(&self) -> Chunk {
        Chunk { bytes: Arc::from(&*self.bytes), count: self.count, min: self.first, max: self.last }
    }

    /// The samples so far; the builder starts again.
    pub(crate) fn close(&mut self) -> Chunk {
        let chunk = self.snapshot();
        *self = Self::default();
        chunk
    }
}

fn varint_len(value: u64) -> u32 {
    (64 - (value | 1).leading_zeros()).div_ceil(7)
}

fn decode(bytes: &[u8], count: u32, mut sample: impl FnMut(i64, u64)) -> Result<(), Malformed> {
    let mut cursor = Cursor::new(bytes);
    let (mut at, mut step, mut bits) = (0_i64, 0_i64, 0_u64);
    let mut done = 0;
    while done < count {
        let tag = cursor.u8()?;
        if tag & RUN != 0 {
            for _ in 0..=(tag & !RUN) {
                at = at.wrapping_add(step);
                sample(at, bits);
                done += 1;
            }
            continue;
        }
        if tag & STEP_CHANGES != 0 {
            step = step.wrapping_add(cursor.zigzag()?);
        }
        bits = next_bits(tag, bits, &mut cursor)?;
        at = at.wrapping_add(step);
        sample(at, bits);
        if done == 0 {
            step = 0;
        }
        done += 1;
    }
    Ok(())
}

fn next_bits(tag: u8, bits: u64, cursor: &mut Cursor<'_>) -> Result<u64, Malformed> {
    const NO_SCALE: Malformed = Malformed("a chunk has an unknown scale");
    let nibble = tag & 0x0f;
    let len = usize::from(nibble.min(8));
    let mut changed = [0; 8];
    match (tag >> 4) & 3 {
        DECIMAL => {
            let last = decimal_of(f64::from_bits(bits), nibble).ok_or(NO_SCALE)?;
            of_decimal(last.wrapping_add(cursor.zigzag()?), nibble).map(f64::to_bits).ok_or(NO_SCALE)
        }
        HIGH_BYTES => {
            changed[..len].copy_from_slice(cursor.take(len)?);
            Ok(bits ^ u64::from_be_bytes(changed))
        }
        LOW_BYTES => {
            changed[..len].copy_from_slice(cursor.take(len)?);
            Ok(bits ^ u64::from_le_bytes(changed))
        }
        _ => Ok(bits),
    }
}

#[cfg(test)]
mod tests;
