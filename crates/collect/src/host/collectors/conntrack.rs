//! `/proc/sys/net/netfilter/nf_conntrack_*`: connections that the firewall follows (the kernel's
//! `Documentation/networking/nf_conntrack-sysctl.rst`). Absent until the module is loaded.

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::samples::Samples;

const ENTRIES: MetricDesc =
    MetricDesc::gauge("node_nf_conntrack_entries", "Connections that the firewall follows now.");
const LIMIT: MetricDesc =
    MetricDesc::gauge("node_nf_conntrack_entries_limit", "Connections that the firewall can follow.");

pub(in crate::host) static METRICS: &[MetricDesc] = &[ENTRIES, LIMIT];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("sys/net/netfilter");
    Box::new(Conntrack {
        entries: KeptFile::new(directory.join("nf_conntrack_count")),
        limit: KeptFile::new(directory.join("nf_conntrack_max")),
    })
}

#[derive(Debug)]
struct Conntrack {
    entries: KeptFile,
    limit: KeptFile,
}

impl Collector for Conntrack {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        out.emit(&ENTRIES, &[], self.entries.read_number()? as f64);
        out.emit(&LIMIT, &[], self.limit.read_number()? as f64);
        Ok(())
    }
}
