//! What udev found out about block devices: one file per device, lines such as `E:ID_MODEL=QEMU`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use model::{Duration, Timestamp};

use crate::host::parse::{split_once, text};

/// Disks change seldom.
const FORGET_AFTER: Duration = Duration::from_secs(60);
/// A device's file is small; a longer one is not udev's.
const FILE_SIZE_MAX_BYTES: usize = 1 << 20;

/// Model, path, revision, serial number and world-wide name; empty where unknown.
pub(super) type Values = [String; 5];

/// The keys of [`Values`]; of several, the first that is there counts.
const KEYS: [&[&[u8]]; 5] =
    [&[b"ID_MODEL"], &[b"ID_PATH"], &[b"ID_REVISION"], &[b"ID_SERIAL_SHORT", b"ID_SERIAL"], &[b"ID_WWN"]];

/// The properties of devices, read once a minute.
#[derive(Debug)]
pub(super) struct Properties {
    directory: PathBuf,
    known: HashMap<String, Values>,
    read_at: Option<Timestamp>,
    key: String,
}

impl Properties {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, known: HashMap::new(), read_at: None, key: String::new() }
    }

    /// Begins a round; forgets what is old.
    pub(super) fn begin(&mut self, now: Timestamp) {
        let age = self.read_at.map_or(i64::MAX, |then| now.millis_since(then));
        if !(0..FORGET_AFTER.as_millis()).contains(&age) {
            self.known.clear();
            self.read_at = Some(now);
        }
    }

    /// The properties of a block device.
    pub(super) fn of(&mut self, major: &str, minor: &str) -> [&str; 5] {
        self.key.clear();
        for part in ["b", major, ":", minor] {
            self.key.push_str(part);
        }
        if !self.known.contains_key(&self.key) {
            self.known.insert(self.key.clone(), read(&self.directory.join(&self.key)));
        }
        match self.known.get(&self.key) {
            Some(values) => values.each_ref().map(String::as_str),
            None => Default::default(),
        }
    }
}

/// Nothing is known where there is no udev, such as in a container.
fn read(path: &Path) -> Values {
    match std::fs::read(path) {
        Ok(bytes) if bytes.len() <= FILE_SIZE_MAX_BYTES => KEYS.map(|keys| find(&bytes, keys)),
        _ => Values::default(),
    }
}

fn find(bytes: &[u8], keys: &[&[u8]]) -> String {
    let value_of = |key: &&[u8]| {
        let properties = bytes.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"E:"));
        properties.filter_map(|line| split_once(line, b'=')).find(|(name, _)| name == key)
    };
    keys.iter().find_map(value_of).map(|(_, value)| text(value).into_owned()).unwrap_or_default()
}
