//! `/proc/net/softnet_stat`: packets handled by each CPU. One line per CPU, columns in hexadecimal: packets
//! handled, dropped because the backlog was full, times that the time slice ran out; since Linux 5.10 the
//! thirteenth column is the CPU's number (the kernel's `net/core/net-procfs.c`).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{hex_digits, lines, words};
use crate::host::samples::Samples;

/// In the order of the first columns.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::counter("node_softnet_processed_total", "Packets that each CPU handled."),
    MetricDesc::counter("node_softnet_dropped_total", "Packets dropped because a CPU's backlog was full."),
    MetricDesc::counter(
        "node_softnet_times_squeezed_total",
        "Times that packets were left when the time was up.",
    ),
];

/// The column of the CPU's number, from 0.
const CPU_COLUMN: usize = 12;

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(SoftNet { file: KeptFile::new(environment.procfs.join("net/softnet_stat")) })
}

#[derive(Debug)]
struct SoftNet {
    file: KeptFile,
}

impl Collector for SoftNet {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for (index, line) in lines(self.file.read()?).enumerate() {
            // Where CPUs are offline, their lines are missing: only newer kernels say which is which.
            let cpu = match words(line).nth(CPU_COLUMN) {
                Some(word) => hex_digits(word),
                None => u64::try_from(index).ok(),
            };
            let Some(cpu) = cpu.map(|cpu| cpu.to_string()) else { continue };
            for (desc, word) in METRICS.iter().zip(words(line)) {
                if let Some(value) = hex_digits(word) {
                    out.emit(desc, &[("cpu", &cpu)], value as f64);
                }
            }
        }
        Ok(())
    }
}
