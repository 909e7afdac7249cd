//! `/proc/schedstat`: how long threads ran and waited on each CPU (the kernel's
//! `Documentation/scheduler/sched-stats.rst`). Absent unless the kernel was built with it.

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, text, words};
use crate::host::samples::Samples;

const RUNNING: MetricDesc = MetricDesc::counter(
    "node_schedstat_running_seconds_total",
    "Time that threads ran on each CPU, in seconds.",
);
const WAITING: MetricDesc = MetricDesc::counter(
    "node_schedstat_waiting_seconds_total",
    "Time that threads waited for each CPU, in seconds.",
);
const TIMESLICES: MetricDesc =
    MetricDesc::counter("node_schedstat_timeslices_total", "Times that a thread was put on each CPU.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[RUNNING, WAITING, TIMESLICES];

/// Columns before those wanted, in the format's versions 15 to 17.
const COLUMNS_BEFORE: usize = 6;
/// The metrics of the columns behind, with the unit of each as a share of one.
static COLUMNS: [(&MetricDesc, f64); 3] = [(&RUNNING, 1e9), (&WAITING, 1e9), (&TIMESLICES, 1.0)];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(SchedStat { file: KeptFile::new(environment.procfs.join("schedstat")) })
}

#[derive(Debug)]
struct SchedStat {
    file: KeptFile,
}

impl Collector for SchedStat {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for line in lines(self.file.read()?) {
            let mut words = words(line);
            let Some(cpu) = words.next().and_then(|word| word.strip_prefix(b"cpu")) else { continue };
            let cpu = text(cpu);
            for ((desc, divisor), word) in COLUMNS.iter().zip(words.skip(COLUMNS_BEFORE)) {
                if let Some(value) = number(word) {
                    out.emit(desc, &[("cpu", &cpu)], value as f64 / divisor);
                }
            }
        }
        Ok(())
    }
}
