//! General compression, bounded on the way back.

use std::borrow::Cow;
use std::fmt;

use super::{Cursor, Malformed, put_varint};

/// No packed data may unpack to more than this, in bytes. Writers cut what they pack far below.
pub(crate) const UNPACKED_BYTES_MAX: usize = 64 << 20;

/// The bit of a column's codec that says that its payload is packed.
pub(super) const PACKED: u8 = 0x80;

/// Shorter data does not pay for compression.
const PACK_BYTES_MIN: usize = 48;

/// Compresses; keeps its working memory between calls.
pub(crate) struct Packer(Option<zstd::bulk::Compressor<'static>>);

impl Packer {
    /// `level` is zstd's: 1 is quick, 3 its default. Without memory for it, data is kept as it is.
    pub(crate) fn new(level: i32) -> Self {
        Self(zstd::bulk::Compressor::new(level).ok())
    }

    /// The length of the data and the data compressed, if that is shorter than the data.
    pub(crate) fn pack(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        if data.len() < PACK_BYTES_MIN || data.len() > UNPACKED_BYTES_MAX {
            return None;
        }
        let packed = self.0.as_mut()?.compress(data).ok()?;
        let mut out = Vec::with_capacity(packed.len() + 5);
        put_varint(&mut out, data.len() as u64);
        out.extend_from_slice(&packed);
        (out.len() < data.len()).then_some(out)
    }
}

/// Decompresses; keeps its working memory between calls.
#[derive(Default)]
pub(crate) struct Unpacker(Option<zstd::bulk::Decompressor<'static>>);

impl Unpacker {
    /// The codec and payload of a column, unpacked if its codec says that it is [`PACKED`].
    pub(super) fn column<'a>(
        &mut self,
        codec: u8,
        payload: &'a [u8],
    ) -> Result<(u8, Cow<'a, [u8]>), Malformed> {
        let payload = match codec & PACKED {
            0 => Cow::Borrowed(payload),
            _ => Cow::Owned(self.unpack(payload)?),
        };
        Ok((codec & !PACKED, payload))
    }

    /// What [`Packer::pack`] was given.
    pub(crate) fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, Malformed> {
        let mut cursor = Cursor::new(packed);
        let len = cursor.varint()?;
        let len = usize::try_from(len).ok().filter(|len| *len <= UNPACKED_BYTES_MAX);
        let len = len.ok_or(Malformed("packed data claims to be too large"))?;
        if self.0.is_none() {
            self.0 = zstd::bulk::Decompressor::new().ok();
        }
        let decompressor = self.0.as_mut().ok_or(Malformed("no memory to unpack"))?;
        let data = decompressor
            .decompress(cursor.rest(), len)
            .map_err(|_| Malformed("packed data does not unpack"))?;
        if data.len() == len { Ok(data) } else { Err(Malformed("packed data has another length than told")) }
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unpacker")
    }
}
