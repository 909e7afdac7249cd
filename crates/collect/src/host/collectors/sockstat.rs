//! `/proc/net/sockstat` and `sockstat6`: sockets in use (proc_pid_net(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, split_once, words};
use crate::host::samples::Samples;

const PREFIX: &str = "node_sockstat_";
const TCP_MEMORY: MetricDesc =
    MetricDesc::gauge("node_sockstat_TCP_mem_bytes", "Memory of TCP sockets, in bytes.");
const UDP_MEMORY: MetricDesc =
    MetricDesc::gauge("node_sockstat_UDP_mem_bytes", "Memory of UDP sockets, in bytes.");

/// The name behind [`PREFIX`] is the protocol, `_` and the key.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::gauge("node_sockstat_sockets_used", "Sockets in use."),
    MetricDesc::gauge("node_sockstat_TCP_inuse", "TCP sockets in use."),
    MetricDesc::gauge("node_sockstat_TCP_orphan", "TCP sockets that no process holds any more."),
    MetricDesc::gauge("node_sockstat_TCP_tw", "TCP sockets that wait after closing."),
    MetricDesc::gauge("node_sockstat_TCP_alloc", "TCP sockets that are allocated."),
    MetricDesc::gauge("node_sockstat_TCP_mem", "Memory of TCP sockets, in pages."),
    TCP_MEMORY,
    MetricDesc::gauge("node_sockstat_UDP_inuse", "UDP sockets in use."),
    MetricDesc::gauge("node_sockstat_UDP_mem", "Memory of UDP sockets, in pages."),
    UDP_MEMORY,
    MetricDesc::gauge("node_sockstat_UDPLITE_inuse", "UDP-Lite sockets in use."),
    MetricDesc::gauge("node_sockstat_RAW_inuse", "Raw sockets in use."),
    MetricDesc::gauge("node_sockstat_FRAG_inuse", "IPv4 packets that are being put together."),
    MetricDesc::gauge(
        "node_sockstat_FRAG_memory",
        "Memory of IPv4 packets that are being put together, in bytes.",
    ),
    MetricDesc::gauge("node_sockstat_TCP6_inuse", "TCP sockets over IPv6 in use."),
    MetricDesc::gauge("node_sockstat_UDP6_inuse", "UDP sockets over IPv6 in use."),
    MetricDesc::gauge("node_sockstat_UDPLITE6_inuse", "UDP-Lite sockets over IPv6 in use."),
    MetricDesc::gauge("node_sockstat_RAW6_inuse", "Raw sockets over IPv6 in use."),
    MetricDesc::gauge("node_sockstat_FRAG6_inuse", "IPv6 packets that are being put together."),
    MetricDesc::gauge(
        "node_sockstat_FRAG6_memory",
        "Memory of IPv6 packets that are being put together, in bytes.",
    ),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("net");
    Box::new(SockStat {
        ipv4: KeptFile::new(directory.join("sockstat")),
        ipv6: KeptFile::new(directory.join("sockstat6")),
        page_size_bytes: environment.page_size_bytes as f64,
    })
}

#[derive(Debug)]
struct SockStat {
    ipv4: KeptFile,
    /// Absent without IPv6.
    ipv6: KeptFile,
    page_size_bytes: f64,
}

impl Collector for SockStat {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        emit(self.ipv4.read()?, self.page_size_bytes, out);
        match self.ipv6.read() {
            Ok(text) => emit(text, self.page_size_bytes, out),
            Err(CollectError::Absent { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn emit(text: &[u8], page_size_bytes: f64, out: &mut Samples<'_>) {
    for line in lines(text) {
        let Some((protocol, pairs)) = split_once(line, b':') else { continue };
        let mut words = words(pairs);
        while let (Some(key), Some(value)) = (words.next(), words.next()) {
            let (Some(desc), Some(value)) = (find(protocol, key), number(value)) else { continue };
            out.emit(desc, &[], value as f64);
            match (protocol, key) {
                (b"TCP", b"mem") => out.emit(&TCP_MEMORY, &[], value as f64 * page_size_bytes),
                (b"UDP", b"mem") => out.emit(&UDP_MEMORY, &[], value as f64 * page_size_bytes),
                _ => {}
            }
        }
    }
}

fn find(protocol: &[u8], key: &[u8]) -> Option<&'static MetricDesc> {
    METRICS.iter().find(|desc| {
        let name = desc.name.as_bytes().get(PREFIX.len()..).unwrap_or_default();
        name.strip_prefix(protocol).and_then(|rest| rest.strip_prefix(b"_")) == Some(key)
    })
}
