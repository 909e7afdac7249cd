//! One store per directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};

use crate::error::OpenError;
use crate::files::Layout;

/// The lock on a data directory; given back when dropped, also by the death of the process.
#[derive(Debug)]
pub(crate) struct DirLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl DirLock {
    pub(crate) fn take(layout: &Layout) -> Result<Self, OpenError> {
        let dir = || layout.root.clone();
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(layout.lock());
        let mut file = open.map_err(|source| OpenError::NotWritable { dir: dir(), source })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Locked { dir: dir(), pid: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => {
                return Err(OpenError::Io { dir: dir(), action: "lock `LOCK`".to_owned(), source });
            }
        }
        // Only for people and error messages: the lock holds without it.
        let noted = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        noted.map_err(|source| OpenError::NotWritable { dir: dir(), source })?;
        Ok(Self(file))
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
