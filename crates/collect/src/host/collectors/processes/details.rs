//! Open files, reads and writes of the processes of stored groups (proc_pid_io(5), proc_pid_fd(5)).

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::path::Path;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{Mode, OFlags, RawDir};

use super::groups::{Group, GroupDetails, Groups, Pid};
use super::scan::open_directory;
use crate::host::parse::{lines, number};

/// How often these figures are read.
const EVERY_SECONDS: f64 = 5.0;
/// Processes that are looked at together; groups that do not fit have no such figures.
const PROCESSES_MAX: usize = 256;
/// Open files of one process that are counted; beyond, nothing is said.
const OPEN_FDS_MAX: u64 = 10_000;

/// What is remembered between readings.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// Uptime at the last reading, in seconds.
    last_reading: Option<f64>,
    io: HashMap<Pid, Io>,
}

/// The reading before the present one.
#[derive(Debug)]
struct Before {
    io: HashMap<Pid, Io>,
    /// Seconds since then.
    elapsed: f64,
    /// When it was, in ticks after boot.
    ticks: u64,
}

impl Before {
    /// What the process had moved by then: nothing if it began later; unknown if it was not looked at.
    fn io_of(&self, pid: &Pid) -> Option<Io> {
        let is_younger = pid.started_ticks >= self.ticks;
        self.io.get(pid).copied().or_else(|| is_younger.then(Io::default))
    }
}

/// Bytes that a process had read from and written to disks so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Io {
    read_bytes: u64,
    written_bytes: u64,
}

impl Details {
    /// Reads the figures of stored groups if it is time. `now` is the uptime in seconds.
    pub(super) fn refresh(&mut self, now: f64, ticks_per_second: f64, procfs: &Path, groups: &mut Groups) {
        let last = self.last_reading.filter(|then| *then < now);
        if last.is_some_and(|then| now - then < EVERY_SECONDS) {
            return;
        }
        let Ok(directory) = open_directory(procfs) else { return };
        let io = std::mem::take(&mut self.io);
        let before =
            last.map(|then| Before { io, elapsed: now - then, ticks: (then * ticks_per_second) as u64 });
        self.last_reading = Some(now);
        let mut budget = PROCESSES_MAX;
        for group in groups.shown_mut() {
            group.details = match budget.checked_sub(group.pids.len()) {
                Some(rest) => {
                    budget = rest;
                    self.read_group(directory.as_fd(), group, before.as_ref())
                }
                None => GroupDetails::default(),
            };
        }
    }

    fn read_group(&mut self, procfs: BorrowedFd<'_>, group: &Group, before: Option<&Before>) -> GroupDetails {
        let open_fds = group.pids.iter().map(|pid| count_fds(procfs, *pid)).sum();
        let mut moved = Some(Io::default());
        for pid in &group.pids {
            let now = read_io(procfs, *pid);
            if let Some(now) = now {
                self.io.insert(*pid, now);
            }
            let then = before.and_then(|before| before.io_of(pid));
            moved = moved.zip(now).zip(then).map(|((sum, now), then)| sum.plus(now.since(&then)));
        }
        let per_second = |bytes: fn(Io) -> u64| Some(bytes(moved?) as f64 / before?.elapsed);
        GroupDetails {
            open_fds,
            read_bytes_per_second: per_second(|io| io.read_bytes),
            written_bytes_per_second: per_second(|io| io.written_bytes),
        }
    }
}

impl Io {
    fn since(self, before: &Self) -> Self {
        Self {
            read_bytes: self.read_bytes.saturating_sub(before.read_bytes),
            written_bytes: self.written_bytes.saturating_sub(before.written_bytes),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            read_bytes: self.read_bytes.saturating_add(other.read_bytes),
            written_bytes: self.written_bytes.saturating_add(other.written_bytes),
        }
    }
}

fn read_io(procfs: BorrowedFd<'_>, pid: Pid) -> Option<Io> {
    let path = format!("{}/io", pid.number);
    let file = rustix::fs::openat(procfs, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut buffer = [0; 512];
    let len = rustix::io::read(&file, &mut buffer).ok()?;
    parse_io(buffer.get(..len)?)
}

fn parse_io(text: &[u8]) -> Option<Io> {
    let value = |key: &[u8]| lines(text).find_map(|line| number(line.strip_prefix(key)?.trim_ascii()));
    Some(Io { read_bytes: value(b"read_bytes:")?, written_bytes: value(b"write_bytes:")? })
}

fn count_fds(procfs: BorrowedFd<'_>, pid: Pid) -> Option<u64> {
    let path = format!("{}/fd", pid.number);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = rustix::fs::openat(procfs, path, flags, Mode::empty()).ok()?;
    let mut buffer = [MaybeUninit::uninit(); 8 << 10];
    let mut entries = RawDir::new(directory, &mut buffer);
    let mut count = 0;
    while let Some(entry) = entries.next() {
        let is_descriptor = number(entry.ok()?.file_name().to_bytes()).is_some();
        count += u64::from(is_descriptor);
        if count > OPEN_FDS_MAX {
            return None;
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests;
