//! A look at all processes.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::path::Path;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, RawDir};

use super::groups::Groups;
use super::stat::{self, Stat};
use crate::host::collector::CollectError;
use crate::host::parse::number;

/// Beyond this many processes the rest is not looked at.
const PROCESSES_MAX: u64 = 100_000;
/// The line of a process has less than 400 bytes.
const STAT_SIZE_MAX_BYTES: usize = 1024;
const DIRECTORY_BUFFER_BYTES: usize = 32 << 10;

/// What is remembered of processes between looks.
#[derive(Debug, Default)]
pub(super) struct Scan {
    known: HashMap<u64, Known>,
    looks: u64,
    path: String,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    started_ticks: u64,
    cpu_ticks: u64,
    /// The look that saw it last.
    look: u64,
}

/// Figures of all processes together.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) processes: u64,
    pub(super) threads: u64,
    /// Processes by the letter of their state.
    states: [u64; 128],
}

impl Totals {
    /// States in which there is a process, with their number.
    pub(super) fn states(&self) -> impl Iterator<Item = (String, u64)> {
        let letters = (0_u8..128).zip(self.states).filter(|(_, count)| *count > 0);
        letters.map(|(letter, count)| (char::from(letter).to_string(), count))
    }

    fn add(&mut self, stat: &Stat<'_>) {
        self.processes += 1;
        self.threads = self.threads.saturating_add(stat.threads);
        if let Some(count) = self.states.get_mut(usize::from(stat.state)) {
            *count += 1;
        }
    }
}

impl Scan {
    /// Looks at every process below `procfs` and adds it to its group. `last_look_ticks` is the time of the last
    /// look after boot.
    pub(super) fn run(
        &mut self,
        procfs: &Path,
        last_look_ticks: Option<u64>,
        groups: &mut Groups,
    ) -> Result<Totals, CollectError> {
        let failed = |source: rustix::io::Errno| CollectError::read(procfs, source.into());
        let directory = open_directory(procfs).map_err(failed)?;
        let mut buffer = [MaybeUninit::uninit(); DIRECTORY_BUFFER_BYTES];
        let mut entries = RawDir::new(directory.as_fd(), &mut buffer);
        let mut totals = Totals { processes: 0, threads: 0, states: [0; 128] };
        self.looks += 1;
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(failed)?;
            let Some(pid) = number(entry.file_name().to_bytes()) else { continue };
            if totals.processes >= PROCESSES_MAX {
                break;
            }
            let mut text = [0; STAT_SIZE_MAX_BYTES];
            // Processes end while one looks.
            let Some(stat) = self.read(directory.as_fd(), pid, &mut text) else { continue };
            totals.add(&stat);
            let cpu_ticks = self.cpu_since_last_look(pid, &stat, last_look_ticks);
            groups.add(pid, &stat, cpu_ticks);
        }
        let looks = self.looks;
        self.known.retain(|_, known| known.look == looks);
        Ok(totals)
    }

    fn read<'a>(
        &mut self,
        procfs: BorrowedFd<'_>,
        pid: u64,
        text: &'a mut [u8; STAT_SIZE_MAX_BYTES],
    ) -> Option<Stat<'a>> {
        use std::fmt::Write as _;
        self.path.clear();
        write!(self.path, "{pid}/stat").ok()?;
        let file =
            rustix::fs::openat(procfs, self.path.as_str(), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
                .ok()?;
        let len = rustix::io::read(&file, text.as_mut_slice()).ok()?;
        stat::parse(text.get(..len)?)
    }

    /// CPU time since the last look. All of it if the process began after that; none if it is not known why
    /// the process was not seen.
    fn cpu_since_last_look(&mut self, pid: u64, stat: &Stat<'_>, last_look_ticks: Option<u64>) -> u64 {
        let known = Known { started_ticks: stat.started_ticks, cpu_ticks: stat.cpu_ticks, look: self.looks };
        match self.known.insert(pid, known) {
            Some(before) if before.started_ticks == stat.started_ticks => {
                stat.cpu_ticks.saturating_sub(before.cpu_ticks)
            }
            _ if last_look_ticks.is_some_and(|last| stat.started_ticks >= last) => stat.cpu_ticks,
            _ => 0,
        }
    }
}

pub(super) fn open_directory(path: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}
