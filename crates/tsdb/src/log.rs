//! The write-ahead log: what is acknowledged is here before it is anywhere else.
//!
//! Invariants: a segment is self-contained (it declares every series it refers to), segments are only appended
//! to by the process that made them, and a record holds a whole batch or a slice of one. Limits: a record's
//! body has at most [`RECORD_BYTES_MAX`] bytes. Formats are drawn in `docs/storage.md`.
//!
//! Recovery: a segment is read record by record; where a record does not verify, the next offset with one that
//! does is looked for, so that damage takes only the records it touches. A stretch at the end of a segment is
//! cut off, as a torn write leaves one.

mod frame;
mod record;
mod replay;
mod writer;

pub(crate) use record::Record;
pub(crate) use replay::{ReplayError, ReplaySink, replay};
pub(crate) use writer::LogWriter;

/// A record's body may not be longer than this, in bytes.
pub(crate) const RECORD_BYTES_MAX: usize = 32 << 20;
const _: () = assert!(RECORD_BYTES_MAX <= crate::codec::UNPACKED_BYTES_MAX, "a record's body must unpack");

/// The file name of a segment.
fn segment_name(number: u64) -> String {
    format!("{number:08}.log")
}

/// The segment's number, if the name is one of a segment.
fn segment_number(name: &str) -> Option<u64> {
    name.strip_suffix(".log")?.parse().ok().filter(|number| segment_name(*number) == name)
}

/// The number of the segment in this file, if it is one.
pub(crate) fn segment_of(path: &std::path::Path) -> Option<u64> {
    segment_number(path.file_name()?.to_str()?)
}

/// The format version in the header of a segment, if the header is sound.
pub(crate) fn header_version(start: &[u8]) -> Option<u16> {
    frame::Header::decode(start).map(|header| header.version)
}

#[cfg(test)]
mod tests;
