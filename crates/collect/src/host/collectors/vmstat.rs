//! `/proc/vmstat`: paging, swapping, page faults and kills for want of memory (proc_vmstat(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, split_once};
use crate::host::samples::Samples;

const PREFIX: &str = "node_vmstat_";

/// The name behind [`PREFIX`] is the key in the file.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::counter("node_vmstat_pgpgin", "Kibibytes read from disks into memory."),
    MetricDesc::counter("node_vmstat_pgpgout", "Kibibytes written from memory to disks."),
    MetricDesc::counter("node_vmstat_pswpin", "Pages brought in from swap."),
    MetricDesc::counter("node_vmstat_pswpout", "Pages sent out to swap."),
    MetricDesc::counter("node_vmstat_pgfault", "Page faults."),
    MetricDesc::counter("node_vmstat_pgmajfault", "Page faults that needed a read from disk."),
    MetricDesc::counter("node_vmstat_oom_kill", "Processes killed because memory ran out."),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(VmStat { file: KeptFile::new(environment.procfs.join("vmstat")) })
}

#[derive(Debug)]
struct VmStat {
    file: KeptFile,
}

impl Collector for VmStat {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let mut is_empty = true;
        for line in lines(self.file.read()?) {
            // Of some 200 lines, few are wanted.
            let Some((key, value)) = split_once(line, b' ') else { continue };
            if !matches!(key.first(), Some(b'p' | b'o')) {
                continue;
            }
            let desc = METRICS.iter().find(|desc| desc.name.as_bytes().get(PREFIX.len()..) == Some(key));
            if let (Some(desc), Some(value)) = (desc, number(value)) {
                is_empty = false;
                out.emit(desc, &[], value as f64);
            }
        }
        if is_empty { Err(CollectError::malformed(self.file.path(), "a known key")) } else { Ok(()) }
    }
}
