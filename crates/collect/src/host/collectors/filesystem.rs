//! `/proc/1/mounts` and statvfs(3): space and inodes of mounted file systems.
//!
//! statvfs hangs for as long as a network file system's server does not answer. It is therefore asked on threads
//! of its own (see [`prober`]); a file system that does not answer in time gets `node_filesystem_device_error`
//! 1 and no values until it answers again.

mod mounts;
mod prober;

use std::path::{Path, PathBuf};

use model::{MetricDesc, Timestamp};

use self::mounts::{Mount, parse};
use self::prober::{Answer, Prober};
use crate::host::collector::{CollectError, Collector};
use crate::host::config::Exclude;
use crate::host::environment::{Environment, FileSystemUsage};
use crate::host::file::KeptFile;
use crate::host::samples::Samples;

const SIZE: MetricDesc =
    MetricDesc::gauge("node_filesystem_size_bytes", "All space of the file system, in bytes.");
const FREE: MetricDesc = MetricDesc::gauge(
    "node_filesystem_free_bytes",
    "Free space of the file system, in bytes, including what is reserved for root.",
);
const AVAIL: MetricDesc = MetricDesc::gauge(
    "node_filesystem_avail_bytes",
    "Space of the file system that anybody can use, in bytes.",
);
const FILES: MetricDesc = MetricDesc::gauge("node_filesystem_files", "All inodes of the file system.");
const FILES_FREE: MetricDesc =
    MetricDesc::gauge("node_filesystem_files_free", "Free inodes of the file system.");
const READ_ONLY: MetricDesc =
    MetricDesc::gauge("node_filesystem_readonly", "1 if the file system is mounted read-only, 0 if not.");
const DEVICE_ERROR: MetricDesc = MetricDesc::gauge(
    "node_filesystem_device_error",
    "1 if the file system does not tell its size or does not answer in time, 0 if it does.",
);

pub(in crate::host) static METRICS: &[MetricDesc] =
    &[SIZE, FREE, AVAIL, FILES, FILES_FREE, READ_ONLY, DEVICE_ERROR];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(FileSystems {
        init: KeptFile::new(environment.procfs.join("1/mounts")),
        own: KeptFile::new(environment.procfs.join("self/mounts")),
        rootfs: environment.rootfs.clone(),
        exclude: environment.exclude.clone(),
        prober: Prober::new(environment.filesystem_usage),
    })
}

#[derive(Debug)]
struct FileSystems {
    /// What the first process sees: in a container that shares the host's process ids, the host's mounts.
    init: KeptFile,
    /// What this process sees, where it may not look at the first one.
    own: KeptFile,
    rootfs: PathBuf,
    exclude: Exclude,
    prober: Prober,
}

impl Collector for FileSystems {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        self.prober.begin();
        let text = match self.init.read() {
            Ok(text) => text,
            Err(_) => self.own.read()?,
        };
        for mount in parse(text, &self.exclude) {
            let path = inside(&self.rootfs, &mount.point);
            match self.prober.ask(&path)? {
                Answer::Usage(usage) => emit(&mount, &usage, out),
                Answer::Error | Answer::NoneYet => out.emit(&DEVICE_ERROR, &mount.labels(), 1.0),
            }
        }
        Ok(())
    }
}

fn inside(root: &Path, absolute: &str) -> PathBuf {
    root.join(absolute.trim_start_matches('/'))
}

fn emit(mount: &Mount, usage: &FileSystemUsage, out: &mut Samples<'_>) {
    let labels = mount.labels();
    out.emit(&SIZE, &labels, usage.size_bytes as f64);
    out.emit(&FREE, &labels, usage.free_bytes as f64);
    out.emit(&AVAIL, &labels, usage.avail_bytes as f64);
    out.emit(&FILES, &labels, usage.files as f64);
    out.emit(&FILES_FREE, &labels, usage.files_free as f64);
    let is_read_only = mount.is_read_only || usage.is_read_only;
    out.emit(&READ_ONLY, &labels, if is_read_only { 1.0 } else { 0.0 });
    out.emit(&DEVICE_ERROR, &labels, 0.0);
}

#[cfg(test)]
mod tests;
