//! Which parts make up the store, and where the log begins to matter.
//!
//! ```text
//! magic "SXTMANIF" | version u16 | body length u32 | body | crc32c u32
//! body:  next part id | first log segment that parts do not cover | count
//!        | per part: id, order, level, min (zigzag), max - min, samples, series, bytes
//! ```
//! The file is replaced as a whole, which makes a flush or merge of any number of parts one step: before it the
//! old parts count, after it the new ones. Numbers of the body are base-128 varints.

use std::path::Path;
use std::{fs, io};

use crate::codec::{Cursor, Malformed, put_varint, put_zigzag};
use crate::files::{self, ReplaceError};
use crate::part::PartInfo;

pub(crate) const VERSION: u16 = 1;
pub(crate) const MAGIC: &[u8; 8] = b"SXTMANIF";

/// The content of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) next_part: u64,
    pub(crate) first_segment: u64,
    pub(crate) parts: Vec<PartInfo>,
}

/// What is found where the manifest should be.
#[derive(Debug)]
pub(crate) enum Found {
    Manifest(Manifest),
    Nothing,
    Damaged(Malformed),
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> io::Result<Found> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        Ok(match unseal(MAGIC, &bytes) {
            Ok((VERSION, body)) => Self::decode(body).map_or_else(Found::Damaged, Found::Manifest),
            Ok(_) => Found::Damaged(Malformed("the file has an unknown format version")),
            Err(malformed) => Found::Damaged(malformed),
        })
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), ReplaceError> {
        files::replace(path, &seal(MAGIC, VERSION, &self.encode()))
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.next_part);
        put_varint(&mut out, self.first_segment);
        put_varint(&mut out, self.parts.len() as u64);
        for part in &self.parts {
            put_varint(&mut out, part.id);
            put_varint(&mut out, part.order);
            put_varint(&mut out, part.level.into());
            put_zigzag(&mut out, part.min);
            put_varint(&mut out, part.max.wrapping_sub(part.min) as u64);
            put_varint(&mut out, part.samples);
            put_varint(&mut out, part.series);
            put_varint(&mut out, part.bytes);
        }
        out
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(body);
        let (next_part, first_segment) = (cursor.varint()?, cursor.varint()?);
        let count = cursor.count(8)?;
        let parts = (0..count).map(|_| part(&mut cursor)).collect::<Result<_, _>>()?;
        Ok(Self { next_part, first_segment, parts })
    }
}

fn part(cursor: &mut Cursor<'_>) -> Result<PartInfo, Malformed> {
    let (id, order) = (cursor.varint()?, cursor.varint()?);
    let level = u8::try_from(cursor.varint()?).map_err(|_| Malformed("a level is out of range"))?;
    let min = cursor.zigzag()?;
    let max = min.wrapping_add(cursor.varint()? as i64);
    let (samples, series, bytes) = (cursor.varint()?, cursor.varint()?, cursor.varint()?);
    Ok(PartInfo { id, order, level, min, max, samples, series, bytes })
}

/// A body with magic, version, length and checksum around it.
pub(crate) fn seal(magic: &[u8; 8], version: u16, body: &[u8]) -> Vec<u8> {
    let mut out = magic.to_vec();
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
    out
}

/// Version and body of what [`seal`] made.
pub(crate) fn unseal<'a>(magic: &[u8; 8], bytes: &'a [u8]) -> Result<(u16, &'a [u8]), Malformed> {
    let (summed, sum) = bytes.split_last_chunk::<4>().ok_or(Malformed("the file is too short"))?;
    let mut cursor = Cursor::new(summed);
    if cursor.take(magic.len())? != magic {
        return Err(Malformed("the file is of another kind"));
    }
    let (version, len) = (cursor.u16()?, cursor.u32()? as usize);
    let body = cursor.rest();
    let sound = body.len() == len && crc32c::crc32c(summed) == u32::from_le_bytes(*sum);
    if sound { Ok((version, body)) } else { Err(Malformed("the checksum of the file is wrong")) }
}
