//! The calls that read parts, take room on the disk or force data onto it, in one place, so that tests can make them fail.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A file that is written from its beginning.
#[derive(Debug)]
pub(crate) struct NewFile(File);

impl NewFile {
    /// Makes the file, or empties it.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        File::create(path).map(Self)
    }

    /// Forces content and length onto the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        before_sync()?;
        self.0.sync_all()
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = room_for(bytes.len());
        match bytes.get(..room) {
            Some([]) | None if !bytes.is_empty() => Err(io::ErrorKind::StorageFull.into()),
            fitting => self.0.write(fitting.unwrap_or_default()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Fills the buffer from an offset of the file.
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    before_read()?;
    file.read_exact_at(buffer, offset)
}

/// Writes all bytes at an offset. A full disk may take some of them.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let (fitting, rest) = bytes.split_at(room_for(bytes.len()));
    file.write_all_at(fitting, offset)?;
    if rest.is_empty() { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
}

/// Forces a file's content onto the disk.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    before_sync()?;
    file.sync_data()
}

/// How many of these bytes the disk takes.
#[cfg(not(test))]
fn room_for(bytes: usize) -> usize {
    bytes
}

#[cfg(not(test))]
fn before_sync() -> io::Result<()> {
    Ok(())
}

#[cfg(not(test))]
fn before_read() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
use faults::{before_read, before_sync, room_for};

/// Faults of the disk, as the thread that sets them sees it.
#[cfg(test)]
pub(crate) mod faults {
    use std::cell::Cell;
    use std::io;

    thread_local! {
        static SYNC_FAILS: Cell<bool> = const { Cell::new(false) };
        static READ_FAILS: Cell<bool> = const { Cell::new(false) };
        static ROOM: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Whether syncing fails.
    pub(crate) fn fail_sync(fails: bool) {
        SYNC_FAILS.set(fails);
    }

    /// Whether reading parts fails.
    pub(crate) fn fail_read(fails: bool) {
        READ_FAILS.set(fails);
    }

    /// How many bytes the disk takes from now on; nothing for no limit.
    pub(crate) fn set_room(bytes: Option<usize>) {
        ROOM.set(bytes);
    }

    pub(super) fn room_for(bytes: usize) -> usize {
        let Some(room) = ROOM.get() else { return bytes };
        let taken = room.min(bytes);
        ROOM.set(Some(room - taken));
        taken
    }

    pub(super) fn before_sync() -> io::Result<()> {
        fault(SYNC_FAILS.get())
    }

    pub(super) fn before_read() -> io::Result<()> {
        fault(READ_FAILS.get())
    }

    fn fault(fails: bool) -> io::Result<()> {
        if fails { Err(io::Error::other("an injected fault")) } else { Ok(()) }
    }
}
