//! A stretch of a file with a codec and a checksum.
//!
//! `codec u8 | payload | crc32c u32`, little-endian. The checksum also covers the block's offset in the file, so
//! that a block read from the wrong place does not pass.

use super::Malformed;

const CHECKSUM_BYTES: usize = 4;

/// The shortest block there is, in bytes.
pub(crate) const fn block_len_min() -> usize {
    1 + CHECKSUM_BYTES
}

fn checksum(offset: u64, body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&offset.to_le_bytes()), body)
}

/// The bytes of a block that will lie at `offset`.
pub(crate) fn seal_block(offset: u64, codec: u8, payload: &[u8]) -> Vec<u8> {
    let mut block = Vec::with_capacity(payload.len() + block_len_min());
    block.push(codec);
    block.extend_from_slice(payload);
    block.extend_from_slice(&checksum(offset, &block).to_le_bytes());
    block
}

/// Codec and payload of the block that was read at `offset`.
pub(crate) fn open_block(offset: u64, block: &[u8]) -> Result<(u8, &[u8]), Malformed> {
    let (body, sum) = block.split_last_chunk::<CHECKSUM_BYTES>().ok_or(Malformed("a block is too short"))?;
    if checksum(offset, body) != u32::from_le_bytes(*sum) {
        return Err(Malformed("the checksum of a block is wrong"));
    }
    let (codec, payload) = body.split_first().ok_or(Malformed("a block is too short"))?;
    Ok((*codec, payload))
}
