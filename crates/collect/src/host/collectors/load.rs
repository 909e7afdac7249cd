//! `/proc/loadavg`: load averages (proc_loadavg(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{decimal, lines, words};
use crate::host::samples::Samples;

/// In the order of the file's columns.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::gauge("node_load1", "Threads that run, wait for a CPU or wait for disks: mean of 1 minute."),
    MetricDesc::gauge("node_load5", "Threads that run, wait for a CPU or wait for disks: mean of 5 minutes."),
    MetricDesc::gauge(
        "node_load15",
        "Threads that run, wait for a CPU or wait for disks: mean of 15 minutes.",
    ),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Load { file: KeptFile::new(environment.procfs.join("loadavg")) })
}

#[derive(Debug)]
struct Load {
    file: KeptFile,
}

impl Collector for Load {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let line = lines(self.file.read()?).next().unwrap_or_default();
        let values: Vec<f64> = words(line).take(METRICS.len()).map_while(decimal).collect();
        if values.len() < METRICS.len() {
            return Err(CollectError::malformed(self.file.path(), "three load averages"));
        }
        for (desc, value) in METRICS.iter().zip(values) {
            out.emit(desc, &[], value);
        }
        Ok(())
    }
}
