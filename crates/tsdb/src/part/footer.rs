//! The first and the last bytes of a part.
//!
//! ```text
//! header:  magic "SXTPART\n" | version u16 | 0 u16 | crc32c u32                                    (16 bytes)
//! footer:  id u64 | order u64 | level u64 | min i64 | max i64 | samples u64 | series u64
//!          | directory's offset u64 | its length u64 | version u16 | crc32c u32 | "SXTEND"        (84 bytes)
//! ```
//! Little-endian. Each checksum covers all of its header or footer before it.

use crate::codec::{Cursor, Malformed};

use super::PartInfo;

pub(super) const VERSION: u16 = 1;
const MAGIC: &[u8; 8] = b"SXTPART\n";
const END_MAGIC: &[u8; 6] = b"SXTEND";
pub(super) const HEADER_BYTES: usize = 16;
pub(super) const FOOTER_BYTES: usize = 9 * 8 + 2 + 4 + 6;

/// A stretch of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) len: u32,
}

pub(super) fn header() -> [u8; HEADER_BYTES] {
    let mut out = [0; HEADER_BYTES];
    out[..8].copy_from_slice(MAGIC);
    out[8..10].copy_from_slice(&VERSION.to_le_bytes());
    let sum = crc32c::crc32c(&out[..12]);
    out[12..].copy_from_slice(&sum.to_le_bytes());
    out
}

/// The version in a header.
pub(super) fn version_of(header: &[u8; HEADER_BYTES]) -> Result<u16, Malformed> {
    let mut cursor = Cursor::new(header);
    let magic = cursor.take(MAGIC.len())?;
    let (version, _, sum) = (cursor.u16()?, cursor.u16()?, cursor.u32()?);
    let sound = magic == MAGIC && sum == crc32c::crc32c(&header[..12]);
    if sound { Ok(version) } else { Err(Malformed("the header is not sound")) }
}

pub(super) fn encode(info: &PartInfo, directory: Place) -> Vec<u8> {
    let PartInfo { id, order, level, min, max, samples, series, .. } = *info;
    let mut out = Vec::with_capacity(FOOTER_BYTES);
    let (min, max) = (min as u64, max as u64);
    for number in [id, order, level.into(), min, max, samples, series, directory.offset, directory.len.into()]
    {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
    out.extend_from_slice(END_MAGIC);
    out
}

/// What the last bytes of a file of `bytes` bytes say.
pub(super) fn decode(footer: &[u8], bytes: u64) -> Result<(PartInfo, Place), Malformed> {
    let mut cursor = Cursor::new(footer);
    let summed = footer.get(..FOOTER_BYTES - 10).ok_or(Malformed("the footer is too short"))?;
    let mut number = || cursor.u64();
    let (id, order, level) = (number()?, number()?, number()?);
    let (min, max) = (number()? as i64, number()? as i64);
    let (samples, series, offset, len) = (number()?, number()?, number()?, number()?);
    let (_version, sum) = (cursor.u16()?, cursor.u32()?);
    if cursor.take(END_MAGIC.len())? != END_MAGIC || sum != crc32c::crc32c(summed) {
        return Err(Malformed("the footer is not sound"));
    }
    let level = u8::try_from(level).map_err(|_| Malformed("the level is out of range"))?;
    let len = u32::try_from(len).map_err(|_| Malformed("the directory is too long"))?;
    let inside = offset.checked_add(len.into()).is_some_and(|end| end <= bytes);
    if !inside || min > max {
        return Err(Malformed("the footer contradicts itself"));
    }
    Ok((PartInfo { id, order, level, min, max, samples, series, bytes }, Place { offset, len }))
}
