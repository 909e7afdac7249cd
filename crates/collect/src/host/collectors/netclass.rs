//! `/sys/class/net/*`: state and settings of network interfaces (the kernel's
//! `Documentation/ABI/testing/sysfs-class-net`).

use std::path::{Path, PathBuf};

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::{directory_names, read_word};
use crate::host::parse::{hex_number, number};
use crate::host::samples::Samples;

const UP: MetricDesc = MetricDesc::gauge(
    "node_network_up",
    "1 if the interface is up, 0 if it is in any other or an unknown state.",
);
const INFO: MetricDesc =
    MetricDesc::gauge("node_network_info", "Addresses and states of the interface; always 1.");

/// File, metric, and the factor from the file's unit to the metric's. A negative number, such as the speed of
/// an interface that has none, gives no value.
const NUMBERS: [(&str, MetricDesc, f64); 11] = [
    ("carrier", MetricDesc::gauge("node_network_carrier", "1 if there is a link, 0 if not."), 1.0),
    (
        "carrier_changes",
        MetricDesc::counter("node_network_carrier_changes_total", "Times that the link came or went."),
        1.0,
    ),
    (
        "carrier_up_count",
        MetricDesc::counter("node_network_carrier_up_changes_total", "Times that the link came."),
        1.0,
    ),
    (
        "carrier_down_count",
        MetricDesc::counter("node_network_carrier_down_changes_total", "Times that the link went."),
        1.0,
    ),
    ("dormant", MetricDesc::gauge("node_network_dormant", "1 if the link waits for another protocol."), 1.0),
    (
        "flags",
        MetricDesc::gauge("node_network_flags", "The interface's flags, as netdevice(7) lists them."),
        1.0,
    ),
    ("ifindex", MetricDesc::gauge("node_network_iface_id", "The interface's number."), 1.0),
    ("mtu", MetricDesc::gauge("node_network_mtu_bytes", "The largest packet, in bytes."), 1.0),
    (
        "speed",
        MetricDesc::gauge("node_network_speed_bytes", "The link's speed, in bytes per second."),
        125_000.0,
    ),
    (
        "tx_queue_len",
        MetricDesc::gauge("node_network_transmit_queue_length", "The longest send queue, in packets."),
        1.0,
    ),
    ("type", MetricDesc::gauge("node_network_protocol_type", "The link's type, by its ARP number."), 1.0),
];

pub(in crate::host) static METRICS: &[MetricDesc] = &{
    let mut metrics = [UP; NUMBERS.len() + 2];
    metrics[1] = INFO;
    let mut at = 0;
    while at < NUMBERS.len() {
        metrics[at + 2] = NUMBERS[at].1;
        at += 1;
    }
    metrics
};

/// Labels of [`INFO`], which are the files' names. An interface that is down has no duplex.
const INFO_LABELS: [&str; 5] = ["address", "broadcast", "duplex", "ifalias", "operstate"];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(NetClass {
        directory: environment.sysfs.join("class/net"),
        exclude: environment.exclude.networks.clone(),
    })
}

#[derive(Debug)]
struct NetClass {
    directory: PathBuf,
    exclude: regex::Regex,
}

impl Collector for NetClass {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        for device in directory_names(&self.directory)? {
            let directory = self.directory.join(&device);
            // Beside the interfaces lie files such as `bonding_masters`.
            if directory.is_dir() && !self.exclude.is_match(&device) {
                emit(&device, &directory, out);
            }
        }
        Ok(())
    }
}

fn emit(device: &str, directory: &Path, out: &mut Samples<'_>) {
    if let Some(state) = read_word(&directory.join("operstate")) {
        out.emit(&UP, &[("device", device)], if state == "up" { 1.0 } else { 0.0 });
    }
    let values = INFO_LABELS.map(|label| read_word(&directory.join(label)).unwrap_or_default());
    let mut labels = vec![("device", device)];
    labels.extend(INFO_LABELS.iter().zip(&values).map(|(label, value)| (*label, value.as_str())));
    out.emit(&INFO, &labels, 1.0);
    for (file, desc, unit) in &NUMBERS {
        let word = read_word(&directory.join(file));
        let value = word.and_then(|word| number(word.as_bytes()).or_else(|| hex_number(word.as_bytes())));
        if let Some(value) = value {
            out.emit(desc, &[("device", device)], value as f64 * unit);
        }
    }
}
