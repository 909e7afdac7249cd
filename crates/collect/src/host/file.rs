//! Reading small kernel files again and again.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::collector::CollectError;
use super::parse::{lines, number, single_word, text};

/// No file of the kernel that is read here comes near this size, even with thousands of CPUs.
const FILE_SIZE_MAX_BYTES: usize = 16 << 20;
const BUFFER_SIZE_MIN_BYTES: usize = 4096;

/// A file that is opened once, kept open, and read from its start each time: the kernel makes the text anew.
/// The buffer is kept as well.
#[derive(Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
}

impl KeptFile {
    /// Opens nothing yet.
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None, buffer: Vec::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The whole present text. After a failure the next call opens the file anew.
    pub(super) fn read(&mut self) -> Result<&[u8], CollectError> {
        let was_open = self.file.is_some();
        let mut outcome = self.try_read();
        if was_open && outcome.is_err() {
            // The device behind a kept handle may have gone and come back.
            self.file = None;
            outcome = self.try_read();
        }
        match outcome {
            Ok(len) if len > FILE_SIZE_MAX_BYTES => {
                Err(CollectError::TooLong { path: self.path.clone(), limit_bytes: FILE_SIZE_MAX_BYTES })
            }
            Ok(len) => Ok(self.buffer.get(..len).unwrap_or_default()),
            Err(source) => {
                self.file = None;
                Err(CollectError::read(&self.path, source))
            }
        }
    }

    /// The single number that the file holds.
    pub(super) fn read_number(&mut self) -> Result<u64, CollectError> {
        let value = single_word(self.read()?).and_then(number);
        value.ok_or_else(|| CollectError::malformed(&self.path, "a single number"))
    }

    fn try_read(&mut self) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            closed => closed.insert(File::open(&self.path)?),
        };
        read_whole(file, &mut self.buffer)
    }
}

/// Reads from the start into `buffer`, which grows as needed, and returns how much there is. Stops just beyond
/// the limit.
fn read_whole(file: &File, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut len = 0;
    while len <= FILE_SIZE_MAX_BYTES {
        if buffer.len() - len < BUFFER_SIZE_MIN_BYTES / 4 {
            buffer.resize((buffer.len() * 2).max(BUFFER_SIZE_MIN_BYTES), 0);
        }
        match file.read_at(&mut buffer[len..], len as u64) {
            Ok(0) => break,
            Ok(count) => len += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(len)
}

/// The first line of a small file, without surrounding space; nothing if it cannot be read or was cut off.
/// sysfs gives an error for attributes that make no sense at present, so the reason does not matter.
pub(super) fn read_word(path: &Path) -> Option<String> {
    let mut buffer = [0; BUFFER_SIZE_MIN_BYTES];
    let file = File::open(path).ok()?;
    let len = file.read_at(&mut buffer, 0).ok()?;
    let line = lines(buffer.get(..len)?).next()?;
    Some(text(line.trim_ascii()).into_owned())
}

/// The names in a directory, sorted, so that series come in the same order each time.
pub(super) fn directory_names(path: &Path) -> Result<Vec<String>, CollectError> {
    let failed = |source| CollectError::read(path, source);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
