//! `/proc/PID/*`: the busiest processes, grouped by the name of their command (proc_pid_stat(5)).
//!
//! Groups come and go with their rank, so all figures are gauges over the time since the last look: a sum of
//! counters over the processes that happen to live would fall whenever one ends. A group is stored while it is
//! among the busiest and for a minute after, so that one at the edge does not flicker; then its series end with
//! a staleness marker.
//!
//! Limits: a look at all processes may cost 0.2 % of one CPU; where there are so many that it would cost more,
//! looks become rarer. What processes did that began and ended between two looks is not seen. Input, output and
//! open files are read every 5 s, only for stored groups, and only if all processes of the group allow it.

mod details;
mod groups;
mod pace;
mod scan;
mod stat;

use std::path::PathBuf;

use model::{MetricDesc, Timestamp};

use self::details::Details;
use self::groups::{Group, Groups};
use self::pace::Pace;
use self::scan::Scan;
use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{decimal, lines, words};
use crate::host::samples::Samples;

const CPU: MetricDesc = MetricDesc::gauge(
    "sextant_process_cpu_ratio",
    "CPU time of the processes with this name since the last look, per second; 1 is one whole CPU.",
);
const MEMORY: MetricDesc = MetricDesc::gauge(
    "sextant_process_resident_memory_bytes",
    "Memory of the processes with this name, in bytes; what they share counts for each.",
);
const COUNT: MetricDesc = MetricDesc::gauge("sextant_process_count", "Processes with this name.");
const THREADS: MetricDesc =
    MetricDesc::gauge("sextant_process_threads", "Threads of the processes with this name.");
const OPEN_FDS: MetricDesc =
    MetricDesc::gauge("sextant_process_open_fds", "Open file descriptors of the processes with this name.");
const READ: MetricDesc = MetricDesc::gauge(
    "sextant_process_read_bytes_per_second",
    "Bytes per second that the processes with this name had read from disks, over about 5 s.",
);
const WRITTEN: MetricDesc = MetricDesc::gauge(
    "sextant_process_written_bytes_per_second",
    "Bytes per second that the processes with this name had written to disks, over about 5 s.",
);
const PIDS: MetricDesc = MetricDesc::gauge("node_processes_pids", "Processes.");
const ALL_THREADS: MetricDesc = MetricDesc::gauge("node_processes_threads", "Threads of all processes.");
const STATE: MetricDesc =
    MetricDesc::gauge("node_processes_state", "Processes in each state, by its letter in proc_pid_stat(5).");

pub(in crate::host) static METRICS: &[MetricDesc] =
    &[CPU, MEMORY, COUNT, THREADS, OPEN_FDS, READ, WRITTEN, PIDS, ALL_THREADS, STATE];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Processes {
        uptime: KeptFile::new(environment.procfs.join("uptime")),
        procfs: environment.procfs.clone(),
        scan: Scan::default(),
        groups: Groups::new(environment.process_top),
        details: Details::default(),
        pace: Pace::default(),
        page_size_bytes: environment.page_size_bytes as f64,
        ticks_per_second: environment.ticks_per_second as f64,
        last_look: None,
    })
}

#[derive(Debug)]
struct Processes {
    /// The clock of all rates: unlike the wall clock it never jumps.
    uptime: KeptFile,
    procfs: PathBuf,
    scan: Scan,
    groups: Groups,
    details: Details,
    pace: Pace,
    page_size_bytes: f64,
    ticks_per_second: f64,
    /// Uptime at the last look, in seconds.
    last_look: Option<f64>,
}

impl Collector for Processes {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let now = self.uptime_seconds()?;
        if !self.pace.is_due(now) {
            out.unchanged();
            return Ok(());
        }
        let pace = self.pace.start();
        let last_look_ticks = self.last_look.map(|then| (then * self.ticks_per_second) as u64);
        self.groups.clear();
        let totals = self.scan.run(&self.procfs, last_look_ticks, &mut self.groups)?;
        self.groups.rank(now);
        self.details.refresh(now, self.ticks_per_second, &self.procfs, &mut self.groups);
        self.pace.finish(pace, now);
        out.emit(&PIDS, &[], totals.processes as f64);
        out.emit(&ALL_THREADS, &[], totals.threads as f64);
        for (state, count) in totals.states() {
            out.emit(&STATE, &[("state", &state)], count as f64);
        }
        let elapsed = self.last_look.replace(now).map(|then| now - then).filter(|seconds| *seconds > 0.0);
        self.emit_groups(elapsed, out);
        Ok(())
    }
}

impl Processes {
    fn uptime_seconds(&mut self) -> Result<f64, CollectError> {
        let line = lines(self.uptime.read()?).next().unwrap_or_default();
        let uptime = words(line).next().and_then(decimal);
        uptime.ok_or_else(|| CollectError::malformed(self.uptime.path(), "the uptime"))
    }

    /// `elapsed` is in seconds, and nothing at the first look.
    fn emit_groups(&self, elapsed: Option<f64>, out: &mut Samples<'_>) {
        for group in self.groups.shown() {
            let labels = [("name", &*group.name)];
            if let Some(elapsed) = elapsed {
                let seconds = group.cpu_ticks as f64 / self.ticks_per_second;
                out.emit(&CPU, &labels, seconds / elapsed);
            }
            out.emit(&MEMORY, &labels, group.resident_pages as f64 * self.page_size_bytes);
            out.emit(&COUNT, &labels, group.pids.len() as f64);
            out.emit(&THREADS, &labels, group.threads as f64);
            emit_details(group, out);
        }
    }
}

fn emit_details(group: &Group, out: &mut Samples<'_>) {
    let labels = [("name", &*group.name)];
    let values = [
        (&OPEN_FDS, group.details.open_fds.map(|count| count as f64)),
        (&READ, group.details.read_bytes_per_second),
        (&WRITTEN, group.details.written_bytes_per_second),
    ];
    for (desc, value) in values {
        if let Some(value) = value {
            out.emit(desc, &labels, value);
        }
    }
}

#[cfg(test)]
mod tests;
