//! Whether this program can read all files of a data directory. Only reads.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::files::Layout;
use crate::{OpenError, families, log, manifest, part};

/// Versions above this are refused by name.
const KNOWN_VERSION: u16 = 1;
/// The headers of parts and segments are no longer, in bytes.
const HEADER_BYTES_MAX: u64 = 64;

/// Refuses a directory with a file of a newer format, before anything in it is changed. Files without a sound
/// header say nothing of their version; opening deals with them.
pub(super) fn check(layout: &Layout) -> Result<(), OpenError> {
    let failed = |path: &Path| {
        let (dir, action) = (layout.root.clone(), format!("read `{}`", path.display()));
        move |source| OpenError::Io { dir, action, source }
    };
    let refuse_newer = |path: PathBuf, found: Option<u16>| match found {
        Some(found) if found > KNOWN_VERSION => {
            Err(OpenError::NewerFormat { path, found, known: KNOWN_VERSION })
        }
        _ => Ok(()),
    };
    for (path, magic) in [(layout.manifest(), manifest::MAGIC), (layout.metadata(), families::MAGIC)] {
        let content = start_of(&path, u64::MAX).map_err(failed(&path))?;
        refuse_newer(path, manifest::unseal(magic, &content).ok().map(|(version, _)| version))?;
    }
    for (dir, version) in [
        (&layout.log, log::header_version as fn(&[u8]) -> Option<u16>),
        (&layout.parts, part::header_version),
    ] {
        for entry in fs::read_dir(dir).map_err(failed(dir))? {
            let path = entry.map_err(failed(dir))?.path();
            let start = start_of(&path, HEADER_BYTES_MAX).map_err(failed(&path))?;
            refuse_newer(path, version(&start))?;
        }
    }
    Ok(())
}

/// The beginning of a file; nothing if there is none.
fn start_of(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    if path.is_file() {
        File::open(path)?.take(bytes_max).read_to_end(&mut start)?;
    }
    Ok(start)
}
