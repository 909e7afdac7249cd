//! `/proc/pressure/*`: pressure stall information (the kernel's `Documentation/accounting/psi.rst`).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, words};
use crate::host::samples::Samples;

const CPU_WAITING: MetricDesc = MetricDesc::counter(
    "node_pressure_cpu_waiting_seconds_total",
    "Time in which at least one task waited for a CPU, in seconds.",
);
const IO_WAITING: MetricDesc = MetricDesc::counter(
    "node_pressure_io_waiting_seconds_total",
    "Time in which at least one task waited for input or output, in seconds.",
);
const IO_STALLED: MetricDesc = MetricDesc::counter(
    "node_pressure_io_stalled_seconds_total",
    "Time in which all tasks that could run waited for input or output, in seconds.",
);
const MEMORY_WAITING: MetricDesc = MetricDesc::counter(
    "node_pressure_memory_waiting_seconds_total",
    "Time in which at least one task waited for memory, in seconds.",
);
const MEMORY_STALLED: MetricDesc = MetricDesc::counter(
    "node_pressure_memory_stalled_seconds_total",
    "Time in which all tasks that could run waited for memory, in seconds.",
);
const IRQ_STALLED: MetricDesc = MetricDesc::counter(
    "node_pressure_irq_stalled_seconds_total",
    "Time in which all tasks that could run waited for interrupts to be handled, in seconds.",
);

pub(in crate::host) static METRICS: &[MetricDesc] =
    &[CPU_WAITING, IO_WAITING, IO_STALLED, MEMORY_WAITING, MEMORY_STALLED, IRQ_STALLED];

/// File, metric of the line `some`, metric of the line `full`. The CPU's `full` line means nothing for a whole
/// host; interrupts have no `some` line.
static RESOURCES: &[(&str, Option<&MetricDesc>, Option<&MetricDesc>)] = &[
    ("cpu", Some(&CPU_WAITING), None),
    ("io", Some(&IO_WAITING), Some(&IO_STALLED)),
    ("memory", Some(&MEMORY_WAITING), Some(&MEMORY_STALLED)),
    ("irq", None, Some(&IRQ_STALLED)),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("pressure");
    Box::new(Pressure {
        files: RESOURCES.iter().map(|(name, ..)| KeptFile::new(directory.join(name))).collect(),
    })
}

#[derive(Debug)]
struct Pressure {
    /// One per row of [`RESOURCES`].
    files: Vec<KeptFile>,
}

impl Collector for Pressure {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for ((name, some, full), file) in RESOURCES.iter().zip(&mut self.files) {
            let text = match file.read() {
                Ok(text) => text,
                // Kernels before 6.1 or without interrupt accounting.
                Err(CollectError::Absent { .. }) if *name == "irq" => continue,
                Err(error) => return Err(error),
            };
            for line in lines(text) {
                let desc = if line.starts_with(b"some ") { some } else { full };
                if let (Some(desc), Some(micros)) = (desc, total_micros(line)) {
                    out.emit(desc, &[], micros as f64 / 1e6);
                }
            }
        }
        Ok(())
    }
}

fn total_micros(line: &[u8]) -> Option<u64> {
    words(line).find_map(|word| number(word.strip_prefix(b"total=")?))
}
