//! Processes grouped by name, and which groups are among the busiest.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::stat::{Stat, group_name};
use crate::host::parse::text;

/// How long a group is stored after it was last among the busiest.
const LINGER_SECONDS: f64 = 60.0;
/// Groups stored at once, as a multiple of how many count as busiest.
const SHOWN_PER_TOP: usize = 4;

/// All processes of one name.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) name: Box<str>,
    /// CPU time since the last look.
    pub(super) cpu_ticks: u64,
    pub(super) resident_pages: u64,
    pub(super) threads: u64,
    pub(super) pids: Vec<Pid>,
    pub(super) details: GroupDetails,
    /// Uptime when it was last among the busiest, in seconds.
    last_top: Option<f64>,
    is_shown: bool,
}

/// A process's identity: numbers are used again, but not with the same start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pid {
    pub(super) number: u64,
    pub(super) started_ticks: u64,
}

/// Figures that are read more rarely; nothing where a process of the group does not allow it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GroupDetails {
    pub(super) open_fds: Option<u64>,
    pub(super) read_bytes_per_second: Option<f64>,
    pub(super) written_bytes_per_second: Option<f64>,
}

#[derive(Debug)]
pub(super) struct Groups {
    /// How many groups count as busiest, by CPU and by memory each.
    top: usize,
    groups: Vec<Group>,
    by_name: HashMap<Box<[u8]>, usize>,
}

impl Groups {
    pub(super) fn new(top: usize) -> Self {
        Self { top, groups: Vec::new(), by_name: HashMap::new() }
    }

    /// Begins a look: keeps what is remembered of groups that had a process, forgets the others.
    pub(super) fn clear(&mut self) {
        let has_gone = |group: &Group| group.pids.is_empty();
        if self.groups.iter().any(has_gone) {
            self.groups.retain(|group| !has_gone(group));
            // Names that are not UTF-8 have no way back to their bytes; they are found anew.
            self.by_name.clear();
            for (at, group) in self.groups.iter().enumerate() {
                self.by_name.insert(group.name.as_bytes().into(), at);
            }
        }
        for group in &mut self.groups {
            group.cpu_ticks = 0;
            group.resident_pages = 0;
            group.threads = 0;
            group.pids.clear();
        }
    }

    pub(super) fn add(&mut self, pid: u64, stat: &Stat<'_>, cpu_ticks: u64) {
        let at = self.find(group_name(stat));
        let Some(group) = self.groups.get_mut(at) else { return };
        group.cpu_ticks = group.cpu_ticks.saturating_add(cpu_ticks);
        group.resident_pages = group.resident_pages.saturating_add(stat.resident_pages);
        group.threads = group.threads.saturating_add(stat.threads);
        group.pids.push(Pid { number: pid, started_ticks: stat.started_ticks });
    }

    fn find(&mut self, name: &[u8]) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        // Different bytes may become the same text, which must be one group.
        let label = text(name);
        let known = self.groups.iter().position(|group| *group.name == *label);
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group { name: label.into(), ..Group::default() });
            self.groups.len() - 1
        });
        self.by_name.insert(name.into(), at);
        at
    }

    /// Decides which groups are stored, after all processes were added at `now` (uptime in seconds).
    pub(super) fn rank(&mut self, now: f64) {
        self.mark_top(now, |group| group.cpu_ticks);
        self.mark_top(now, |group| group.resident_pages);
        let mut recent: Vec<(f64, usize)> = Vec::new();
        for (at, group) in self.groups.iter_mut().enumerate() {
            let last_top = group.last_top.filter(|then| now - then <= LINGER_SECONDS);
            group.is_shown = false;
            if let Some(last_top) = last_top.filter(|_| !group.pids.is_empty()) {
                recent.push((last_top, at));
            }
        }
        recent.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        for (_, at) in recent.into_iter().take(self.top.saturating_mul(SHOWN_PER_TOP)) {
            self.groups[at].is_shown = true;
        }
        for group in self.groups.iter_mut().filter(|group| !group.is_shown) {
            group.details = GroupDetails::default();
        }
        self.sort();
    }

    fn mark_top(&mut self, now: f64, value: fn(&Group) -> u64) {
        let mut order: Vec<usize> =
            (0..self.groups.len()).filter(|at| value(&self.groups[*at]) > 0).collect();
        order.sort_unstable_by_key(|at| Reverse(value(&self.groups[*at])));
        for at in order.into_iter().take(self.top) {
            self.groups[at].last_top = Some(now);
        }
    }

    /// By name, so that series come in the same order at each look.
    fn sort(&mut self) {
        if self.groups.is_sorted_by(|a, b| a.name <= b.name) {
            return;
        }
        let mut from: Vec<usize> = (0..self.groups.len()).collect();
        from.sort_unstable_by(|a, b| self.groups[*a].name.cmp(&self.groups[*b].name));
        let mut to = vec![0; from.len()];
        from.iter().enumerate().for_each(|(new, old)| to[*old] = new);
        self.by_name.values_mut().for_each(|at| *at = to[*at]);
        self.groups.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    }

    /// The groups that are stored, by name.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.is_shown)
    }

    /// The groups that are stored, by name.
    pub(super) fn shown_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        self.groups.iter_mut().filter(|group| group.is_shown)
    }
}

#[cfg(test)]
mod tests;
