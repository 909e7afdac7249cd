//! Telling a damaged file from one that cannot be read, and setting it aside.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::CatalogError;

/// Files that SQLite keeps beside the catalog, by suffix; the first is the catalog itself.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];
/// Damaged files that are kept; beyond that, something else is wrong.
const SET_ASIDE_MAX: u32 = 1000;

/// Fails as SQLite does for a damaged file, if the file's structure does not hold together.
pub(crate) fn check(connection: &Connection) -> rusqlite::Result<()> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(corrupt, Some(verdict)))
}

/// Whether the file's content is at fault, not access to it.
pub(crate) fn is_damage(error: &CatalogError) -> bool {
    let (CatalogError::Open { source, .. } | CatalogError::Query { source, .. }) = error else {
        return false;
    };
    matches!(source.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

/// Renames the file and those beside it, and says what the file is called now.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf, CatalogError> {
    let named = |base: &Path, suffix: &str| {
        let mut name = OsString::from(base);
        name.push(suffix);
        PathBuf::from(name)
    };
    let error = |source| CatalogError::SetAside { file: path.display().to_string(), source };
    let free = (1..SET_ASIDE_MAX).map(|n| named(path, &format!(".damaged-{n}"))).find(|name| !name.exists());
    let target = free.ok_or_else(|| error(std::io::ErrorKind::AlreadyExists.into()))?;
    for suffix in SUFFIXES {
        match std::fs::rename(named(path, suffix), named(&target, suffix)) {
            Ok(()) => {}
            // Only the catalog itself is always there.
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
            Err(source) => return Err(error(source)),
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use crate::Catalog;

    #[test]
    fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
        let damages: [fn(&mut Vec<u8>); 3] = [
            |bytes| bytes.fill(0x5a),
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| bytes[4096..8192].fill(0xff),
        ];
        for damage in damages {
            let dir = tempfile::TempDir::new().unwrap();
            let path = dir.path().join("catalog.sqlite");
            let catalog = Catalog::open(&path).unwrap();
            catalog.set_mark("m", Timestamp::from_millis(1)).unwrap();
            assert_eq!(catalog.set_aside(), None);
            drop(catalog);
            let mut bytes = std::fs::read(&path).unwrap();
            damage(&mut bytes);
            std::fs::write(&path, bytes).unwrap();

            let catalog = Catalog::open(&path).unwrap();
            assert_eq!(catalog.set_aside(), Some(dir.path().join("catalog.sqlite.damaged-1").as_path()));
            assert_eq!(catalog.mark("m").unwrap(), None);
            drop(catalog);
            assert_eq!(Catalog::open(&path).unwrap().set_aside(), None);
        }
    }
}
