//! Columns of values; every bit pattern comes back as it was. The first byte names the codec.
//!
//! | codec | payload |
//! | --- | --- |
//! | 0 constant | the bits of all values, u64 |
//! | 1 raw | the bits of each value, u64 |
//! | 2 decimal deltas | scale u8; first (zigzag); differences (zigzag): each value is an integer / 10^scale |
//! | 3 decimal steps | as 2, but differences of the differences |
//! | 4 xor planes | bits of each value xor those of the one before, byte 0 (highest) of all, then byte 1, ... |
//! | + 0x80 | the same, packed |

use super::pack::PACKED;
use super::{Cursor, Malformed, Packer, SCALES, Unpacker, decimal_of, of_decimal, put_zigzag};

const CONSTANT: u8 = 0;
const RAW: u8 = 1;
const DECIMAL_DELTAS: u8 = 2;
const DECIMAL_STEPS: u8 = 3;
const XOR_PLANES: u8 = 4;

/// Codec and payload of a column: the shortest of those that can hold it.
pub(crate) fn encode_values(values: &[f64], packer: &mut Packer) -> (u8, Vec<u8>) {
    let first = values.first().map_or(0, |value| value.to_bits());
    if values.iter().all(|value| value.to_bits() == first) {
        return (CONSTANT, first.to_le_bytes().to_vec());
    }
    let mut candidates = vec![(XOR_PLANES, xor_planes(values))];
    if let Some((scale, integers)) = as_decimals(values) {
        candidates.push((DECIMAL_DELTAS, decimal(scale, &integers, false)));
        candidates.push((DECIMAL_STEPS, decimal(scale, &integers, true)));
    }
    let packed: Vec<_> = candidates
        .iter()
        .filter_map(|(codec, payload)| Some((codec | PACKED, packer.pack(payload)?)))
        .collect();
    let raw = (RAW, values.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect());
    candidates
        .into_iter()
        .chain(packed)
        .fold(raw, |best, next| if next.1.len() < best.1.len() { next } else { best })
}

/// The values as integers over a common power of ten, if that gives back every bit.
fn as_decimals(values: &[f64]) -> Option<(u8, Vec<i64>)> {
    let mut scale = 0_u8;
    let mut integers = Vec::with_capacity(values.len());
    while integers.len() < values.len() {
        match decimal_of(values[integers.len()], scale) {
            Some(integer) => integers.push(integer),
            None if usize::from(scale) + 1 < SCALES.len() => {
                scale += 1;
                integers.clear();
            }
            None => return None,
        }
    }
    Some((scale, integers))
}

fn decimal(scale: u8, integers: &[i64], steps: bool) -> Vec<u8> {
    let mut out = vec![scale];
    let (mut last, mut last_delta) = (0_i64, 0_i64);
    for (index, integer) in integers.iter().enumerate() {
        let delta = integer.wrapping_sub(last);
        put_zigzag(&mut out, if steps { delta.wrapping_sub(last_delta) } else { delta });
        // The first difference is the first value itself and says nothing of the next.
        last_delta = if index == 0 { 0 } else { delta };
        last = *integer;
    }
    out
}

fn xor_planes(values: &[f64]) -> Vec<u8> {
    let count = values.len();
    let mut out = vec![0; count * 8];
    let mut last = 0;
    for (index, value) in values.iter().enumerate() {
        let bits = value.to_bits();
        for (plane, byte) in (bits ^ last).to_be_bytes().into_iter().enumerate() {
            out[plane * count + index] = byte;
        }
        last = bits;
    }
    out
}

/// The `count` values of a column.
pub(crate) fn decode_values(
    codec: u8,
    payload: &[u8],
    count: usize,
    unpacker: &mut Unpacker,
) -> Result<Vec<f64>, Malformed> {
    let (codec, payload) = unpacker.column(codec, payload)?;
    let mut cursor = Cursor::new(&payload);
    match codec {
        CONSTANT => cursor.u64().map(|bits| vec![f64::from_bits(bits); count]),
        RAW => (0..count).map(|_| cursor.u64().map(f64::from_bits)).collect(),
        DECIMAL_DELTAS => decimals(cursor, count, false),
        DECIMAL_STEPS => decimals(cursor, count, true),
        XOR_PLANES => planes(&payload, count),
        _ => Err(Malformed("a value column has an unknown codec")),
    }
}

fn decimals(mut cursor: Cursor<'_>, count: usize, steps: bool) -> Result<Vec<f64>, Malformed> {
    let scale = cursor.u8()?;
    let mut out = Vec::with_capacity(count);
    let (mut last, mut last_delta) = (0_i64, 0_i64);
    for index in 0..count {
        let stored = cursor.zigzag()?;
        let delta = if steps { stored.wrapping_add(last_delta) } else { stored };
        last_delta = if index == 0 { 0 } else { delta };
        last = last.wrapping_add(delta);
        out.push(of_decimal(last, scale).ok_or(Malformed("a value column has an unknown scale"))?);
    }
    Ok(out)
}

fn planes(payload: &[u8], count: usize) -> Result<Vec<f64>, Malformed> {
    if count.checked_mul(8) != Some(payload.len()) {
        return Err(Malformed("a value column has a wrong length"));
    }
    let mut last = 0;
    let value = |index: usize| {
        let bytes = std::array::from_fn(|plane| payload[plane * count + index]);
        last ^= u64::from_be_bytes(bytes);
        f64::from_bits(last)
    };
    Ok((0..count).map(value).collect())
}
