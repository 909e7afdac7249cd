//! Metadata of metric families.
//!
//! `METADATA` has the frame of the manifest with the magic `SXTMETA\n`; its body is a count, then family, kind,
//! help and unit as texts. It is written before the log segments that hold newer metadata are removed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use model::Metadata;

use crate::codec::{Cursor, Malformed, metadata, put_metadata, put_varint};
use crate::files;
use crate::manifest::{seal, unseal};

pub(crate) const MAGIC: &[u8; 8] = b"SXTMETA\n";
const VERSION: u16 = 1;

/// More families than this are not remembered; their samples are.
const FAMILIES_MAX: usize = 1 << 18;
/// Nor a family whose texts have more bytes than this together, as a record of the log must hold it,
const FAMILY_BYTES_MAX: usize = 1 << 20;
/// nor new ones when those that are known have this many: the file is written as a whole.
const BYTES_MAX: usize = 64 << 20;

/// What is known of metric families.
#[derive(Debug, Default)]
pub(crate) struct Families {
    known: BTreeMap<Arc<str>, Metadata>,
    /// Of all texts.
    bytes: usize,
    /// Whether something changed since the file was written.
    pub(crate) changed: bool,
}

impl Families {
    /// Those of the file; none if there is no file.
    pub(crate) fn read(path: &Path) -> io::Result<Result<Self, Malformed>> {
        match fs::read(path) {
            Ok(bytes) => Ok(unseal(MAGIC, &bytes).and_then(|(version, body)| match version {
                VERSION => Self::decode(body),
                _ => Err(Malformed("the file has another format version")),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ok(Self::default())),
            Err(error) => Err(error),
        }
    }

    fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(body);
        let count = cursor.count(4)?;
        let known: BTreeMap<_, _> = (0..count).map(|_| metadata(&mut cursor)).collect::<Result<_, _>>()?;
        let bytes = known.iter().map(|(family, metadata)| Self::bytes(family, metadata)).sum();
        Ok(Self { known, bytes, changed: false })
    }

    /// The content of the file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put_varint(&mut body, self.known.len() as u64);
        self.known.iter().for_each(|(family, metadata)| put_metadata(&mut body, family, metadata));
        seal(MAGIC, VERSION, &body)
    }

    pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
        files::replace(path, content).map_err(|error| error.source)
    }

    /// Whether telling this would change anything.
    pub(crate) fn is_news(&self, family: &str, metadata: &Metadata) -> bool {
        let (known, bytes) = (self.known.get(family), Self::bytes(family, metadata));
        if known == Some(metadata) || bytes > FAMILY_BYTES_MAX {
            return false;
        }
        let before = known.map_or(0, |known| Self::bytes(family, known));
        let fits = self.bytes.saturating_sub(before) + bytes <= BYTES_MAX;
        fits && (known.is_some() || self.known.len() < FAMILIES_MAX)
    }

    /// Bytes of a family's texts.
    pub(crate) fn bytes(family: &str, metadata: &Metadata) -> usize {
        family.len() + metadata.help.len() + metadata.unit.len() + 16
    }

    pub(crate) fn tell(&mut self, family: &Arc<str>, metadata: &Metadata) {
        if self.is_news(family, metadata) {
            let before = self.known.insert(family.clone(), metadata.clone());
            self.bytes -= before.map_or(0, |before| Self::bytes(family, &before));
            self.bytes += Self::bytes(family, metadata);
            self.changed = true;
        }
    }

    /// One family, or all, sorted.
    pub(crate) fn get(&self, family: Option<&str>) -> Vec<(Arc<str>, Metadata)> {
        let pair = |(name, metadata): (&Arc<str>, &Metadata)| (name.clone(), metadata.clone());
        match family {
            Some(family) => self.known.get_key_value(family).map(pair).into_iter().collect(),
            None => self.known.iter().map(pair).collect(),
        }
    }
}
