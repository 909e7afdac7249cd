//! `/proc/stat`: CPU time by mode, and counts of what the kernel did (proc_stat(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, text, words};
use crate::host::samples::Samples;

const CPU: MetricDesc =
    MetricDesc::counter("node_cpu_seconds_total", "Seconds that each CPU spent in each mode.");
const GUEST: MetricDesc = MetricDesc::counter(
    "node_cpu_guest_seconds_total",
    "Seconds that each CPU spent running guests; they are part of the modes user and nice as well.",
);
const INTERRUPTS: MetricDesc = MetricDesc::counter("node_intr_total", "Interrupts serviced.");
const SOFTIRQS: MetricDesc =
    MetricDesc::counter("node_softirqs_total", "Soft interrupts serviced, by vector.");
const CONTEXT_SWITCHES: MetricDesc = MetricDesc::counter("node_context_switches_total", "Context switches.");
const FORKS: MetricDesc = MetricDesc::counter("node_forks_total", "Processes and threads created.");
const BOOT_TIME: MetricDesc =
    MetricDesc::gauge("node_boot_time_seconds", "When the host was booted, in seconds since the Unix epoch.");
const RUNNING: MetricDesc = MetricDesc::gauge("node_procs_running", "Threads that run or wait for a CPU.");
const BLOCKED: MetricDesc =
    MetricDesc::gauge("node_procs_blocked", "Threads that wait for input or output to complete.");

pub(in crate::host) static METRICS: &[MetricDesc] =
    &[CPU, GUEST, INTERRUPTS, SOFTIRQS, CONTEXT_SWITCHES, FORKS, BOOT_TIME, RUNNING, BLOCKED];

/// Columns of a `cpu` line, in the kernel's order.
const MODES: [&str; 8] = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
/// The columns behind them.
const GUEST_MODES: [&str; 2] = ["user", "nice"];
/// Columns of the `softirq` line behind the total, in the kernel's order.
const VECTORS: [&str; 10] =
    ["hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer", "rcu"];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Stat {
        file: KeptFile::new(environment.procfs.join("stat")),
        ticks: environment.ticks_per_second as f64,
    })
}

#[derive(Debug)]
struct Stat {
    file: KeptFile,
    /// Steps of CPU time per second.
    ticks: f64,
}

impl Collector for Stat {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let mut cpus = 0;
        for line in lines(self.file.read()?) {
            let mut words = words(line);
            let Some(key) = words.next() else { continue };
            match key {
                b"intr" => emit_first(words, &INTERRUPTS, out),
                b"ctxt" => emit_first(words, &CONTEXT_SWITCHES, out),
                b"btime" => emit_first(words, &BOOT_TIME, out),
                b"processes" => emit_first(words, &FORKS, out),
                b"procs_running" => emit_first(words, &RUNNING, out),
                b"procs_blocked" => emit_first(words, &BLOCKED, out),
                b"softirq" => emit_softirqs(words, out),
                _ => match key.strip_prefix(b"cpu") {
                    Some(cpu) if number(cpu).is_some() => {
                        cpus += 1;
                        emit_cpu(&text(cpu), words, self.ticks, out);
                    }
                    _ => {}
                },
            }
        }
        if cpus == 0 { Err(CollectError::malformed(self.file.path(), "a line of a CPU")) } else { Ok(()) }
    }
}

/// Old kernels have fewer columns; those missing give no series.
fn emit_cpu<'a>(cpu: &str, mut words: impl Iterator<Item = &'a [u8]>, ticks: f64, out: &mut Samples<'_>) {
    let columns = MODES.iter().map(|mode| (&CPU, mode));
    for (desc, mode) in columns.chain(GUEST_MODES.iter().map(|mode| (&GUEST, mode))) {
        let Some(word) = words.next() else { return };
        if let Some(value) = number(word) {
            out.emit(desc, &[("cpu", cpu), ("mode", mode)], value as f64 / ticks);
        }
    }
}

fn emit_first<'a>(mut words: impl Iterator<Item = &'a [u8]>, desc: &MetricDesc, out: &mut Samples<'_>) {
    if let Some(value) = words.next().and_then(number) {
        out.emit(desc, &[], value as f64);
    }
}

fn emit_softirqs<'a>(words: impl Iterator<Item = &'a [u8]>, out: &mut Samples<'_>) {
    for (vector, word) in VECTORS.iter().zip(words.skip(1)) {
        if let Some(value) = number(word) {
            out.emit(&SOFTIRQS, &[("vector", vector)], value as f64);
        }
    }
}
