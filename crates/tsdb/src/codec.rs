//! Bytes in and out: bounded reading, columns of times and values, compression, checksummed blocks.
//!
//! Everything here is pure. Decoders take any bytes: they return [`Malformed`] rather than panic, and never
//! allocate more than the count they are told to expect (bounded by the caller) or [`UNPACKED_BYTES_MAX`].

mod block;
mod cursor;
mod labels;
mod pack;
mod times;
mod values;

pub(crate) use block::{block_len_min, open_block, seal_block};
pub(crate) use cursor::{Cursor, Malformed, put_text, put_varint, put_zigzag, zigzag};
pub(crate) use labels::{labels, metadata, put_labels, put_metadata};
pub(crate) use pack::{Packer, UNPACKED_BYTES_MAX, Unpacker};
pub(crate) use times::{decode_times, encode_times};
pub(crate) use values::{decode_values, encode_values};

/// Powers of ten by which [`decimal_of`] scales.
pub(crate) const SCALES: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// The integer that is `value` times the power of ten, if [`of_decimal`] makes the same bits of it.
pub(crate) fn decimal_of(value: f64, scale: u8) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let power = SCALES.get(usize::from(scale))?;
    let scaled = (value * power).round();
    let integer = scaled as i64;
    let same = (integer as f64 / power).to_bits() == value.to_bits();
    (scaled.abs() <= EXACT_MAX && same).then_some(integer)
}

/// The value of an integer that [`decimal_of`] gave; nothing if there is no such scale.
pub(crate) fn of_decimal(integer: i64, scale: u8) -> Option<f64> {
    SCALES.get(usize::from(scale)).map(|power| integer as f64 / power)
}

#[cfg(test)]
mod tests;
