//! `/proc/net/dev`: traffic of network interfaces (proc_pid_net(5)).

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, split_once, text, words};
use crate::host::samples::Samples;

/// In the order of the file's columns.
pub(in crate::host) static METRICS: &[MetricDesc] = &[
    MetricDesc::counter("node_network_receive_bytes_total", "Bytes received."),
    MetricDesc::counter("node_network_receive_packets_total", "Packets received."),
    MetricDesc::counter("node_network_receive_errs_total", "Packets received with an error."),
    MetricDesc::counter("node_network_receive_drop_total", "Packets received but dropped."),
    MetricDesc::counter(
        "node_network_receive_fifo_total",
        "Packets lost because the receive queue was full.",
    ),
    MetricDesc::counter("node_network_receive_frame_total", "Packets received with a framing error."),
    MetricDesc::counter("node_network_receive_compressed_total", "Compressed packets received."),
    MetricDesc::counter("node_network_receive_multicast_total", "Multicast packets received."),
    MetricDesc::counter("node_network_transmit_bytes_total", "Bytes sent."),
    MetricDesc::counter("node_network_transmit_packets_total", "Packets sent."),
    MetricDesc::counter("node_network_transmit_errs_total", "Packets not sent because of an error."),
    MetricDesc::counter("node_network_transmit_drop_total", "Packets dropped instead of sent."),
    MetricDesc::counter(
        "node_network_transmit_fifo_total",
        "Packets lost because the send queue ran dry or over.",
    ),
    MetricDesc::counter("node_network_transmit_colls_total", "Collisions while sending."),
    MetricDesc::counter("node_network_transmit_carrier_total", "Losses of the carrier while sending."),
    MetricDesc::counter("node_network_transmit_compressed_total", "Compressed packets sent."),
];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(NetDev {
        file: KeptFile::new(environment.procfs.join("net/dev")),
        exclude: environment.exclude.networks.clone(),
    })
}

#[derive(Debug)]
struct NetDev {
    file: KeptFile,
    exclude: regex::Regex,
}

impl Collector for NetDev {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        // Two lines of headings come first; they have no colon.
        for line in lines(self.file.read()?) {
            let Some((device, columns)) = split_once(line, b':') else { continue };
            let device = text(device.trim_ascii());
            if self.exclude.is_match(&device) {
                continue;
            }
            for (desc, word) in METRICS.iter().zip(words(columns)) {
                if let Some(value) = number(word) {
                    out.emit(desc, &[("device", &device)], value as f64);
                }
            }
        }
        Ok(())
    }
}
