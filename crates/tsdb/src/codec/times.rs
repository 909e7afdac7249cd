//! Columns of timestamps. The first byte names the codec; the count is kept elsewhere.
//!
//! | codec | payload |
//! | --- | --- |
//! | 0 regular | first (zigzag), step (zigzag) |
//! | 1 steps | first (zigzag), then the change of the step at each sample (zigzag) |
//! | 1 + 0x80 | the same, packed |

use super::pack::PACKED;
use super::{Cursor, Malformed, Packer, Unpacker, put_zigzag};

const REGULAR: u8 = 0;
const STEPS: u8 = 1;

/// Codec and payload of a column.
pub(crate) fn encode_times(times: &[i64], packer: &mut Packer) -> (u8, Vec<u8>) {
    let first = times.first().copied().unwrap_or(0);
    let step = times.get(1).map_or(0, |second| second.wrapping_sub(first));
    let mut out = Vec::new();
    put_zigzag(&mut out, first);
    if times.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step) {
        put_zigzag(&mut out, step);
        return (REGULAR, out);
    }
    let mut last_step = 0_i64;
    for pair in times.windows(2) {
        let step = pair[1].wrapping_sub(pair[0]);
        put_zigzag(&mut out, step.wrapping_sub(last_step));
        last_step = step;
    }
    match packer.pack(&out) {
        Some(packed) => (STEPS | PACKED, packed),
        None => (STEPS, out),
    }
}

/// The `count` timestamps of a column.
pub(crate) fn decode_times(
    codec: u8,
    payload: &[u8],
    count: usize,
    unpacker: &mut Unpacker,
) -> Result<Vec<i64>, Malformed> {
    let (codec, payload) = unpacker.column(codec, payload)?;
    let mut cursor = Cursor::new(&payload);
    let mut at = cursor.zigzag()?;
    match codec {
        REGULAR => {
            let step = cursor.zigzag()?;
            Ok((0..count as i64).map(|index| at.wrapping_add(step.wrapping_mul(index))).collect())
        }
        STEPS => {
            let mut times = Vec::with_capacity(count);
            let mut step = 0_i64;
            times.push(at);
            for _ in 1..count {
                step = step.wrapping_add(cursor.zigzag()?);
                at = at.wrapping_add(step);
                times.push(at);
            }
            Ok(times)
        }
        _ => Err(Malformed("a time column has an unknown codec")),
    }
}
