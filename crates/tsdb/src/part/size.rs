//! How large the sections of a part may become, so that a reader takes whatever a writer accepts.
//!
//! Readers unpack at most [`UNPACKED_BYTES_MAX`]. A section of series or values holds at most 64 KiB and one more
//! entry, and an entry is bounded by the labels of one series ([`LABELS_BYTES_MAX`], [`LABELS_MAX`]) or by the
//! number of series ([`SERIES_MAX`], a byte for each at most). What is left is the directory, counted here.

use model::Labels;

use crate::codec::UNPACKED_BYTES_MAX;

/// Names and values of one series may not take more, in bytes.
pub(crate) const LABELS_BYTES_MAX: usize = 16 << 20;
/// One series may not have more labels.
pub(crate) const LABELS_MAX: usize = 1 << 16;
/// A part takes no more series than this.
const SERIES_MAX: u64 = 1 << 24;
/// A part whose directory has this many bytes takes no more series.
const DIRECTORY_BYTES_MAX: u64 = 32 << 20;
/// Chars of a first value that begin before this byte are told in the directory.
const KEY_BYTES: usize = 64;
/// A group's entry: at most four bytes more than the key, their length, and a place.
const GROUP_ENTRY_BYTES: u64 = KEY_BYTES as u64 + 4 + 5 + 15;
const SERIES_ENTRY_BYTES: u64 = 20;
/// Length of a name, number of its groups.
const NAME_ENTRY_BYTES: u64 = 15;

/// A group of series or values is closed when it has this many bytes or entries.
pub(super) const GROUP_BYTES: usize = 64 << 10;
pub(super) const GROUP_ENTRIES: usize = 256;

const _: () = assert!(
    DIRECTORY_BYTES_MAX
        + LABELS_BYTES_MAX as u64 / GROUP_BYTES as u64 * GROUP_ENTRY_BYTES
        + LABELS_MAX as u64 * (NAME_ENTRY_BYTES + GROUP_ENTRY_BYTES)
        + LABELS_BYTES_MAX as u64
        <= UNPACKED_BYTES_MAX as u64,
    "the last series of a full part must not make its directory unreadable"
);

/// Whether a series is small enough to be stored.
pub(crate) fn is_storable(labels: &Labels) -> bool {
    // The count first: it is at hand, and bounds the walk.
    labels.len() <= LABELS_MAX
        && labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= LABELS_BYTES_MAX
}

/// What the directory says of a first value: all of it, or its beginning. Beginnings are ordered as the values
/// are, because each holds all chars that begin before the same byte.
pub(super) fn key_of(value: &str) -> &str {
    let end = (KEY_BYTES..value.len()).find(|at| value.is_char_boundary(*at));
    end.and_then(|end| value.get(..end)).unwrap_or(value)
}

/// An upper bound of a directory's length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DirectorySize {
    pub(super) series: u64,
    series_groups: u64,
    names: u64,
    name_bytes: u64,
    values: u64,
    /// Bytes of all groups of values.
    value_bytes: u64,
}

impl DirectorySize {
    pub(super) fn add_series_group(&mut self) {
        self.series_groups += 1;
    }

    pub(super) fn add_name(&mut self, name: &str) {
        self.names += 1;
        self.name_bytes += name.len() as u64;
    }

    pub(super) fn add_value(&mut self, value: &str) {
        self.values += 1;
        self.value_bytes += value.len() as u64 + 10;
    }

    /// One more series has a value.
    pub(super) fn add_posting(&mut self) {
        self.value_bytes += 5;
    }

    fn bytes(&self) -> u64 {
        // A group is closed when it is full, except the last one of each name.
        let groups = self.names + self.values / GROUP_ENTRIES as u64 + self.value_bytes / GROUP_BYTES as u64;
        self.series_groups * SERIES_ENTRY_BYTES
            + self.names * NAME_ENTRY_BYTES
            + self.name_bytes
            + groups * GROUP_ENTRY_BYTES
    }

    /// Whether the part should take no more series.
    pub(super) fn is_full(&self) -> bool {
        self.series >= SERIES_MAX || self.bytes() >= DIRECTORY_BYTES_MAX
    }
}
