//! `/proc/PID/stat`: one line about a process (proc_pid_stat(5)).

use crate::host::parse::{lines, number, words};

/// What is wanted of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat<'a> {
    /// The command's name, at most 15 bytes; may hold anything, also spaces and parentheses.
    pub(super) name: &'a [u8],
    /// A letter.
    pub(super) state: u8,
    /// Whether it is a thread of the kernel.
    pub(super) is_kernel: bool,
    /// CPU time so far, in user and kernel mode.
    pub(super) cpu_ticks: u64,
    pub(super) threads: u64,
    /// When it began, in ticks after boot. Together with the number it identifies a process.
    pub(super) started_ticks: u64,
    pub(super) resident_pages: u64,
}

/// `PF_KTHREAD` of the kernel's `include/linux/sched.h`.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// The line of a process; nothing if it was cut off or a column is not what it should be.
pub(super) fn parse(text: &[u8]) -> Option<Stat<'_>> {
    let line = lines(text).next()?;
    let open = line.iter().position(|byte| *byte == b'(')?;
    let close = line.iter().rposition(|byte| *byte == b')')?;
    let name = line.get(open + 1..close)?;
    let mut columns = words(line.get(close + 1..)?);
    let state = *columns.next()?.first()?;
    // Columns are numbered from 1; the state is the third.
    let flags = number(columns.nth(5)?)?;
    let user = number(columns.nth(4)?)?;
    let system = number(columns.next()?)?;
    let threads = number(columns.nth(4)?)?;
    let started_ticks = number(columns.nth(1)?)?;
    let resident_pages = number(columns.nth(1)?)?;
    Some(Stat {
        name,
        state,
        is_kernel: flags & KERNEL_THREAD != 0,
        cpu_ticks: user.checked_add(system)?,
        threads,
        started_ticks,
        resident_pages,
    })
}

/// The name of the group of a process: the command's, but one for all kernel threads of a kind, such as
/// `kworker` for `kworker/1:2-events`.
pub(super) fn group_name<'a>(stat: &Stat<'a>) -> &'a [u8] {
    let end = stat.name.iter().position(|byte| *byte == b'/');
    match end {
        Some(end) if stat.is_kernel && end > 0 => stat.name.get(..end).unwrap_or_default(),
        _ => stat.name,
    }
}

#[cfg(test)]
mod tests;
