//! `/proc/diskstats`: disks (the kernel's `Documentation/admin-guide/iostats.rst`), and what udev knows of them.

mod udev;

use model::{MetricDesc, Timestamp};

use self::udev::Properties;
use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::file::KeptFile;
use crate::host::parse::{lines, number, text, words};
use crate::host::samples::Samples;

/// What the kernel counts in a column.
#[derive(Clone, Copy, Debug)]
enum Unit {
    One,
    /// 512 bytes, whatever the disk's own sectors are.
    Sector,
    Millisecond,
}

impl Unit {
    /// A value in the metric's base unit.
    fn to_base(self, value: u64) -> f64 {
        match self {
            Self::One => value as f64,
            Self::Sector => value as f64 * 512.0,
            Self::Millisecond => value as f64 / 1000.0,
        }
    }
}

/// A metric and the unit of its column.
type Column = (MetricDesc, Unit);

const fn counter(name: &'static str, help: &'static str, unit: Unit) -> Column {
    (MetricDesc::counter(name, help), unit)
}

/// The file's columns behind major number, minor number and name. Kernels before 4.18 end before discards,
/// those before 5.5 before flushes.
const COLUMNS: [Column; 17] = [
    counter("node_disk_reads_completed_total", "Reads completed.", Unit::One),
    counter("node_disk_reads_merged_total", "Reads that were merged with others.", Unit::One),
    counter("node_disk_read_bytes_total", "Bytes read.", Unit::Sector),
    counter(
        "node_disk_read_time_seconds_total",
        "Time that all reads took together, in seconds.",
        Unit::Millisecond,
    ),
    counter("node_disk_writes_completed_total", "Writes completed.", Unit::One),
    counter("node_disk_writes_merged_total", "Writes that were merged with others.", Unit::One),
    counter("node_disk_written_bytes_total", "Bytes written.", Unit::Sector),
    counter(
        "node_disk_write_time_seconds_total",
        "Time that all writes took together, in seconds.",
        Unit::Millisecond,
    ),
    (MetricDesc::gauge("node_disk_io_now", "Requests in progress."), Unit::One),
    counter(
        "node_disk_io_time_seconds_total",
        "Time in which requests were in progress, in seconds.",
        Unit::Millisecond,
    ),
    counter(
        "node_disk_io_time_weighted_seconds_total",
        "Time in which requests were in progress, times their number, in seconds.",
        Unit::Millisecond,
    ),
    counter("node_disk_discards_completed_total", "Discards completed.", Unit::One),
    counter("node_disk_discards_merged_total", "Discards that were merged with others.", Unit::One),
    counter("node_disk_discarded_sectors_total", "Sectors of 512 bytes discarded.", Unit::One),
    counter(
        "node_disk_discard_time_seconds_total",
        "Time that all discards took together, in seconds.",
        Unit::Millisecond,
    ),
    counter("node_disk_flush_requests_total", "Flushes completed.", Unit::One),
    counter(
        "node_disk_flush_requests_time_seconds_total",
        "Time that all flushes took together, in seconds.",
        Unit::Millisecond,
    ),
];

const INFO: MetricDesc = MetricDesc::gauge("node_disk_info", "What udev knows of each disk; always 1.");

pub(in crate::host) static METRICS: &[MetricDesc] = &{
    let mut metrics = [INFO; COLUMNS.len() + 1];
    let mut at = 0;
    while at < COLUMNS.len() {
        metrics[at] = COLUMNS[at].0;
        at += 1;
    }
    metrics
};

/// What the oldest kernel writes; shorter lines are partitions of still older ones.
const COLUMNS_MIN: usize = 11;

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(Disk {
        file: KeptFile::new(environment.procfs.join("diskstats")),
        exclude: environment.exclude.disks.clone(),
        properties: Properties::new(environment.rootfs.join("run/udev/data")),
    })
}

#[derive(Debug)]
struct Disk {
    file: KeptFile,
    exclude: regex::Regex,
    properties: Properties,
}

impl Collector for Disk {
    fn collect(&mut self, at: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        self.properties.begin(at);
        for line in lines(self.file.read()?) {
            let mut words = words(line);
            let (Some(major), Some(minor), Some(device)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let (major, minor, device) = (text(major), text(minor), text(device));
            if words.clone().count() < COLUMNS_MIN || self.exclude.is_match(&device) {
                continue;
            }
            for ((desc, unit), word) in COLUMNS.iter().zip(words) {
                if let Some(value) = number(word) {
                    out.emit(desc, &[("device", &device)], unit.to_base(value));
                }
            }
            emit_info(&mut self.properties, &major, &minor, &device, out);
        }
        Ok(())
    }
}

fn emit_info(properties: &mut Properties, major: &str, minor: &str, device: &str, out: &mut Samples<'_>) {
    let [model, path, revision, serial, wwn] = properties.of(major, minor);
    let labels = [
        ("device", device),
        ("major", major),
        ("minor", minor),
        ("model", model),
        ("path", path),
        ("revision", revision),
        ("serial", serial),
        ("wwn", wwn),
    ];
    out.emit(&INFO, &labels, 1.0);
}
