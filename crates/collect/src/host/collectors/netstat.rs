//! `/proc/net/netstat`, `snmp` and `snmp6`: counters of the network protocols (the kernel's
//! `Documentation/networking/snmp_counter.rst`). The fields are those that node_exporter keeps by default.

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, split_once, words};
use crate::host::samples::Samples;

const PREFIX: &str = "node_netstat_";

/// The name behind [`PREFIX`] is the protocol, `_` and the field.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::counter("node_netstat_TcpExt_SyncookiesSent", "SYN cookies sent because a queue was full."),
    MetricDesc::counter("node_netstat_TcpExt_SyncookiesRecv", "Valid SYN cookies received."),
    MetricDesc::counter("node_netstat_TcpExt_SyncookiesFailed", "Invalid SYN cookies received."),
    MetricDesc::counter(
        "node_netstat_TcpExt_ListenOverflows",
        "Connections lost because an accept queue was full.",
    ),
    MetricDesc::counter("node_netstat_TcpExt_ListenDrops", "Connections that a listening socket dropped."),
    MetricDesc::counter("node_netstat_TcpExt_TCPTimeouts", "Retransmission timers that ran out."),
    MetricDesc::counter(
        "node_netstat_TcpExt_TCPRcvQDrop",
        "TCP packets dropped because a receive queue was full.",
    ),
    MetricDesc::counter("node_netstat_TcpExt_TCPOFOQueue", "TCP packets received out of order and queued."),
    MetricDesc::counter("node_netstat_TcpExt_TCPSynRetrans", "SYN packets sent again."),
    MetricDesc::counter("node_netstat_IpExt_InOctets", "Bytes received over IPv4."),
    MetricDesc::counter("node_netstat_IpExt_OutOctets", "Bytes sent over IPv4."),
    MetricDesc::gauge("node_netstat_Ip_Forwarding", "1 if the host forwards IPv4 packets, 2 if not."),
    MetricDesc::counter("node_netstat_Icmp_InMsgs", "ICMP messages received."),
    MetricDesc::counter("node_netstat_Icmp_InErrors", "ICMP messages received with an error."),
    MetricDesc::counter("node_netstat_Icmp_OutMsgs", "ICMP messages sent."),
    MetricDesc::counter("node_netstat_Tcp_ActiveOpens", "TCP connections opened by this host."),
    MetricDesc::counter("node_netstat_Tcp_PassiveOpens", "TCP connections opened by other hosts."),
    MetricDesc::gauge("node_netstat_Tcp_CurrEstab", "TCP connections that are established."),
    MetricDesc::counter("node_netstat_Tcp_InSegs", "TCP segments received."),
    MetricDesc::counter("node_netstat_Tcp_OutSegs", "TCP segments sent."),
    MetricDesc::counter("node_netstat_Tcp_RetransSegs", "TCP segments sent again."),
    MetricDesc::counter("node_netstat_Tcp_InErrs", "TCP segments received with an error."),
    MetricDesc::counter("node_netstat_Tcp_OutRsts", "TCP resets sent."),
    MetricDesc::counter("node_netstat_Udp_InDatagrams", "UDP datagrams delivered."),
    MetricDesc::counter(
        "node_netstat_Udp_NoPorts",
        "UDP datagrams received for ports on which nobody listens.",
    ),
    MetricDesc::counter("node_netstat_Udp_InErrors", "UDP datagrams that could not be delivered."),
    MetricDesc::counter("node_netstat_Udp_OutDatagrams", "UDP datagrams sent."),
    MetricDesc::counter(
        "node_netstat_Udp_RcvbufErrors",
        "UDP datagrams lost because a receive buffer was full.",
    ),
    MetricDesc::counter(
        "node_netstat_Udp_SndbufErrors",
        "UDP datagrams lost because a send buffer was full.",
    ),
    MetricDesc::counter("node_netstat_UdpLite_InErrors", "UDP-Lite datagrams that could not be delivered."),
    MetricDesc::counter("node_netstat_Ip6_InOctets", "Bytes received over IPv6."),
    MetricDesc::counter("node_netstat_Ip6_OutOctets", "Bytes sent over IPv6."),
    MetricDesc::counter("node_netstat_Icmp6_InMsgs", "ICMPv6 messages received."),
    MetricDesc::counter("node_netstat_Icmp6_InErrors", "ICMPv6 messages received with an error."),
    MetricDesc::counter("node_netstat_Icmp6_OutMsgs", "ICMPv6 messages sent."),
    MetricDesc::counter("node_netstat_Udp6_InDatagrams", "UDP datagrams delivered over IPv6."),
    MetricDesc::counter(
        "node_netstat_Udp6_NoPorts",
        "UDP datagrams over IPv6 for ports on which nobody listens.",
    ),
    MetricDesc::counter("node_netstat_Udp6_InErrors", "UDP datagrams over IPv6 that could not be delivered."),
    MetricDesc::counter("node_netstat_Udp6_OutDatagrams", "UDP datagrams sent over IPv6."),
    MetricDesc::counter(
        "node_netstat_Udp6_RcvbufErrors",
        "UDP datagrams over IPv6 lost to full receive buffers.",
    ),
    MetricDesc::counter(
        "node_netstat_Udp6_SndbufErrors",
        "UDP datagrams over IPv6 lost to full send buffers.",
    ),
    MetricDesc::counter(
        "node_netstat_UdpLite6_InErrors",
        "UDP-Lite datagrams over IPv6 that could not be delivered.",
    ),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    let directory = environment.procfs.join("net");
    Box::new(NetStat {
        tables: ["netstat", "snmp"].map(|name| KeptFile::new(directory.join(name))),
        list: KeptFile::new(directory.join("snmp6")),
        headings: Vec::new(),
    })
}

#[derive(Debug)]
struct NetStat {
    /// Files of line pairs: headings, then values.
    tables: [KeptFile; 2],
    /// A file of one field per line; absent without IPv6.
    list: KeptFile,
    /// Headings seen so far. They change only with the kernel.
    headings: Vec<Headings>,
}

/// A line of headings and where the wanted columns are.
#[derive(Debug)]
struct Headings {
    line: Vec<u8>,
    /// Column and row of [`METRICS`], by column.
    wanted: Vec<(usize, usize)>,
}

impl Collector for NetStat {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for file in &mut self.tables {
            let mut lines = lines(file.read()?);
            while let (Some(heading), Some(values)) = (lines.next(), lines.next()) {
                emit_pair(known(&mut self.headings, heading), values, out);
            }
        }
        match self.list.read() {
            Ok(text) => emit_list(text, out),
            Err(CollectError::Absent { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn known<'a>(headings: &'a mut Vec<Headings>, line: &[u8]) -> &'a Headings {
    let at = headings.iter().position(|known| known.line == line).unwrap_or_else(|| {
        headings.push(Headings::of(line));
        headings.len() - 1
    });
    &headings[at]
}

impl Headings {
    fn of(line: &[u8]) -> Self {
        let mut words = words(line);
        let protocol = words.next().and_then(|word| word.strip_suffix(b":")).unwrap_or_default();
        let wanted = words.enumerate().filter_map(|(column, field)| Some((column, find(protocol, field)?)));
        Self { wanted: wanted.collect(), line: line.to_vec() }
    }

    fn protocol(&self) -> &[u8] {
        words(&self.line).next().unwrap_or_default()
    }
}

fn emit_pair(headings: &Headings, line: &[u8], out: &mut Samples<'_>) {
    let mut words = words(line);
    if words.next() != Some(headings.protocol()) {
        return;
    }
    let mut wanted = headings.wanted.iter().peekable();
    for (column, word) in words.enumerate() {
        let Some((_, metric)) = wanted.next_if(|(at, _)| *at == column) else { continue };
        if let Some(value) = number(word) {
            out.emit(&METRICS[*metric], &[], value as f64);
        }
    }
}

fn emit_list(text: &[u8], out: &mut Samples<'_>) {
    for line in lines(text) {
        let mut words = words(line);
        let (Some(key), Some(value)) = (words.next(), words.next().and_then(number)) else { continue };
        // `Udp6InErrors` is the field `InErrors` of `Udp6`.
        let Some((protocol, field)) = split_once(key, b'6') else { continue };
        let metric = key.get(..=protocol.len()).and_then(|protocol| find(protocol, field));
        if let Some(metric) = metric {
            out.emit(&METRICS[metric], &[], value as f64);
        }
    }
}

/// The row of a field.
fn find(protocol: &[u8], field: &[u8]) -> Option<usize> {
    METRICS.iter().position(|desc| {
        let name = desc.name.as_bytes().get(PREFIX.len()..).unwrap_or_default();
        name.len() == protocol.len() + 1 + field.len()
            && name.starts_with(protocol)
            && name.ends_with(field)
            && name[protocol.len()] == b'_'
    })
}
