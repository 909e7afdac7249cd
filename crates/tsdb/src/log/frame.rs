//! Segment headers and record frames.
//!
//! ```text
//! header, twice:  magic "SXTLOG\r\n" | version u16 | 0 u16 | segment u64 | salt u64 | crc32c u32     (32 bytes)
//! frame:          magic "SXR1" | payload length u32 | number u32 | crc32c u32 | payload              (16 bytes +)
//! ```
//! Little-endian. The header lies there twice, because without its salt no record can be verified. A frame's
//! checksum covers salt, length, number and payload; the salt is random, so that no label value can pretend to
//! be a record when the reader looks for the next one after damage.

use crate::codec::Cursor;

use super::RECORD_BYTES_MAX;

pub(super) const VERSION: u16 = 1;
const MAGIC: &[u8; 8] = b"SXTLOG\r\n";
const HEADER_BYTES: usize = 32;
/// Where the first frame begins.
pub(super) const FRAMES_AT: usize = 2 * HEADER_BYTES;
pub(super) const FRAME_MAGIC: &[u8; 4] = b"SXR1";
pub(super) const FRAME_BYTES: usize = 16;

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) version: u16,
    pub(super) segment: u64,
    pub(super) salt: u64,
}

impl Header {
    /// Both copies.
    pub(super) fn encode(self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&self.segment.to_le_bytes());
        out.extend_from_slice(&self.salt.to_le_bytes());
        out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
        out.repeat(2)
    }

    /// The first sound copy.
    pub(super) fn decode(file: &[u8]) -> Option<Self> {
        Self::decode_copy(file).or_else(|| Self::decode_copy(file.get(HEADER_BYTES..)?))
    }

    fn decode_copy(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let summed = bytes.get(..HEADER_BYTES - 4)?;
        let magic = cursor.take(MAGIC.len()).ok()?;
        let (version, _) = (cursor.u16().ok()?, cursor.u16().ok()?);
        let header = Self { version, segment: cursor.u64().ok()?, salt: cursor.u64().ok()? };
        let sound = magic == MAGIC && cursor.u32().ok()? == crc32c::crc32c(summed);
        sound.then_some(header)
    }
}

fn checksum(salt: u64, number: u32, payload: &[u8]) -> u32 {
    let mut sum = crc32c::crc32c(&salt.to_le_bytes());
    sum = crc32c::crc32c_append(sum, &(payload.len() as u32).to_le_bytes());
    sum = crc32c::crc32c_append(sum, &number.to_le_bytes());
    crc32c::crc32c_append(sum, payload)
}

/// Adds a frame around the payload to `out`.
pub(super) fn put_frame(out: &mut Vec<u8>, salt: u64, number: u32, payload: &[u8]) {
    debug_assert!(payload.len() <= RECORD_BYTES_MAX + 16);
    out.extend_from_slice(FRAME_MAGIC);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&checksum(salt, number, payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// Number and payload of the frame at the beginning of `bytes`, or what is wrong with it.
pub(super) fn read_frame(bytes: &[u8], salt: u64) -> Result<(u32, &[u8]), &'static str> {
    const TORN: &str = "a record ends too early";
    let mut cursor = Cursor::new(bytes);
    if cursor.take(FRAME_MAGIC.len()).map_err(|_| TORN)? != FRAME_MAGIC {
        return Err("no record begins here");
    }
    let len = cursor.u32().map_err(|_| TORN)? as usize;
    let (number, sum) = (cursor.u32().map_err(|_| TORN)?, cursor.u32().map_err(|_| TORN)?);
    let payload = cursor.take(len).map_err(|_| TORN)?;
    if checksum(salt, number, payload) != sum {
        return Err("the checksum of a record is wrong");
    }
    Ok((number, payload))
}
