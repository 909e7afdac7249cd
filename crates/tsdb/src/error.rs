//! Why a store cannot be opened.

use std::io;
use std::path::{Path, PathBuf};

use model::store::StoreError;

/// Why a store cannot be opened. Damaged data is no reason: it is reported by [`Recovery`](crate::Recovery).
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another store of this process, has the directory open.
    #[error("the data directory `{}` is in use{}", dir.display(), by_whom(*pid))]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// The process that holds it, where it is known.
        pid: Option<u32>,
    },
    /// The directory cannot be created or written.
    #[error("the data directory `{}` is not writable", dir.display())]
    NotWritable {
        /// The directory.
        dir: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// A file was written by a newer version of Sextant.
    #[error("`{}` has format version {found}; this program reads versions up to {known}", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u16,
        /// The newest version this program reads.
        known: u16,
    },
    /// Reading or writing failed.
    #[error("cannot {action} in the data directory `{}`", dir.display())]
    Io {
        /// The directory.
        dir: PathBuf,
        /// What was tried.
        action: String,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
}

fn by_whom(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" by process {pid}"))
}

/// A failed operation on a file, for the contract's error.
pub(crate) fn io_error(action: &str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let action = format!("{action} `{}`", path.display());
    move |source| StoreError::Io { action, source }
}
