//! Names in the data directory, and files that appear whole or not at all.
//!
//! ```text
//! DIR/LOCK         held while a store is open; holds the process number
//! DIR/MANIFEST     which parts make up the store, and which log segments they do not cover
//! DIR/METADATA     kind, help and unit of metric families
//! DIR/log/         segments of the write-ahead log
//! DIR/parts/       immutable parts
//! DIR/quarantine/  files that could not be used, moved aside
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::disk::NewFile;

/// What a file that is still being written is called.
pub(crate) const UNFINISHED: &str = "tmp";

/// The places in a data directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) root: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) parts: PathBuf,
    pub(crate) quarantine: PathBuf,
}

impl Layout {
    pub(crate) fn of(root: &Path) -> Self {
        let (log, parts, quarantine) = (root.join("log"), root.join("parts"), root.join("quarantine"));
        Self { root: root.to_owned(), log, parts, quarantine }
    }

    /// Makes the directories.
    pub(crate) fn create(&self) -> io::Result<()> {
        [&self.root, &self.log, &self.parts, &self.quarantine]
            .into_iter()
            .try_for_each(fs::create_dir_all)?;
        sync_dir(&self.root)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("LOCK")
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("MANIFEST")
    }

    pub(crate) fn metadata(&self) -> PathBuf {
        self.root.join("METADATA")
    }
}

/// Forces a directory's entries onto the disk.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// A file could not be replaced.
#[derive(Debug)]
pub(crate) struct ReplaceError {
    pub(crate) source: io::Error,
    /// Whether the new content has the name already, and only whether that outlives a crash is open.
    pub(crate) renamed: bool,
}

/// Replaces a file as a whole: after a crash there is the old content or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), ReplaceError> {
    let unfinished = path.with_extension(UNFINISHED);
    let write = || {
        let mut file = NewFile::create(&unfinished)?;
        file.write_all(content)?;
        file.sync()?;
        fs::rename(&unfinished, path)
    };
    write().map_err(|source| {
        // Half a file is in the way if the disk is full.
        let _ = fs::remove_file(&unfinished);
        ReplaceError { source, renamed: false }
    })?;
    let synced = path.parent().map_or(Ok(()), sync_dir);
    synced.map_err(|source| ReplaceError { source, renamed: true })
}

/// Gives a finished and synced file its name.
pub(crate) fn publish(unfinished: &Path, path: &Path) -> io::Result<()> {
    fs::rename(unfinished, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Moves an unusable file aside, under a name that is free there. Returns where it lies now.
pub(crate) fn quarantine(path: &Path, quarantine: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let candidates = (0_u32..1000).map(|n| match n {
        0 => quarantine.join(&*name),
        n => quarantine.join(format!("{name}.{n}")),
    });
    let target = candidates.into_iter().find(|candidate| !candidate.exists());
    let moved = target.filter(|target| fs::rename(path, target).is_ok());
    let place = moved.unwrap_or_else(|| path.to_owned());
    tracing::error!(path = %path.display(), now = %place.display(), "set aside a damaged file");
    place
}
