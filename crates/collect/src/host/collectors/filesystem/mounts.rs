//! The list of mounts (fstab(5) describes the columns).

use crate::host::config::Exclude;
use crate::host::parse::{lines, text, words};

/// A host with more mounts than this has a runaway; the rest is left out.
const MOUNTS_MAX: usize = 2000;

/// One mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) device: String,
    pub(super) point: String,
    pub(super) kind: String,
    pub(super) is_read_only: bool,
}

impl Mount {
    pub(super) fn labels(&self) -> [(&'static str, &str); 3] {
        [("device", &self.device), ("fstype", &self.kind), ("mountpoint", &self.point)]
    }
}

/// The mounts that are not excluded. Of several at one mount point, only the last can be reached.
pub(super) fn parse(text: &[u8], exclude: &Exclude) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    for mount in lines(text).filter_map(parse_line) {
        let is_excluded =
            exclude.filesystem_types.is_match(&mount.kind) || exclude.mount_points.is_match(&mount.point);
        mounts.retain(|known| known.point != mount.point);
        if !is_excluded && mounts.len() < MOUNTS_MAX {
            mounts.push(mount);
        }
    }
    mounts
}

fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut words = words(line);
    let (device, point, kind, options) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Mount {
        device: unescape(device),
        point: unescape(point),
        kind: unescape(kind),
        is_read_only: options.split(|byte| *byte == b',').any(|option| option == b"ro"),
    })
}

/// Undoes the kernel's escapes: space, tab, newline, `\` and `#` are written as `\` and three octal digits.
fn unescape(word: &[u8]) -> String {
    let mut plain = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, behind)) = rest.split_first() {
        match escaped(rest) {
            Some(byte) => {
                plain.push(byte);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                plain.push(*first);
                rest = behind;
            }
        }
    }
    text(&plain).into_owned()
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    let [b'\\', digits @ ..] = bytes.get(..4)? else { return None };
    let value =
        digits.iter().try_fold(0_u32, |value, byte| Some(value * 8 + char::from(*byte).to_digit(8)?))?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests;
