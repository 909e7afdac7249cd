//! What tests of collectors need: fixture trees as hosts, and samples as text.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Batch, ManualClock, MetricKind, Timestamp, format_value, is_stale_nan};

use super::collector::{CollectError, Collector, CollectorRow};
use super::config::HostConfig;
use super::environment::{Environment, FileSystemUsage};
use super::samples::{Identity, Samples, SeriesCache};
use super::table::COLLECTORS;

/// The time of all fixture collections.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_250);

/// The fixture trees.
pub(super) const TREES: [&str; 2] = ["linux-3.10", "linux-6.18"];

pub(super) fn tree(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/host").join(name)
}

/// The host that a directory tree describes.
pub(super) fn environment(root: &Path) -> Environment {
    let config = HostConfig {
        procfs: root.join("proc"),
        sysfs: root.join("sys"),
        rootfs: root.to_owned(),
        process_top: 3,
        ..HostConfig::default()
    };
    Environment {
        ticks_per_second: 100,
        page_size_bytes: 4096,
        filesystem_usage,
        ..Environment::new(&config, Arc::new(ManualClock::at(NOW))).unwrap()
    }
}

/// A size for each path; one path refuses.
fn filesystem_usage(path: &Path) -> io::Result<FileSystemUsage> {
    let length = path.file_name().map_or(0, |name| name.len()) as u64;
    match path.ends_with("refused") {
        true => Err(io::ErrorKind::PermissionDenied.into()),
        false => Ok(FileSystemUsage {
            size_bytes: 1000 + length,
            free_bytes: 500,
            avail_bytes: 400,
            files: 100,
            files_free: 90,
            is_read_only: false,
        }),
    }
}

pub(super) fn row(name: &str) -> &'static CollectorRow {
    COLLECTORS.iter().find(|row| row.name == name).unwrap()
}

/// One collector with its series.
pub(super) struct Bench {
    collector: Box<dyn Collector>,
    cache: SeriesCache,
    identity: Identity,
}

impl Bench {
    pub(super) fn new(row: &'static CollectorRow, environment: &Environment) -> Self {
        Self {
            collector: (row.build)(environment),
            cache: SeriesCache::new(row.metrics),
            identity: Identity { job: "node".to_owned(), instance: "here".to_owned() },
        }
    }

    /// Collects at [`NOW`]. A metric that is not declared fails the test.
    #[track_caller]
    pub(super) fn collect(&mut self) -> (Batch, Result<(), CollectError>) {
        let mut batch = Batch::new();
        let mut samples = Samples::new(NOW, &self.identity, &mut self.cache, &mut batch);
        let outcome = self.collector.collect(NOW, &mut samples);
        assert_eq!(samples.end(), None, "a metric that the collector's row does not list");
        assert!(batch.rows.iter().all(|row| row.sample.timestamp == NOW));
        (batch, outcome)
    }

    /// What [`Bench::collect`] gives, as lines.
    #[track_caller]
    pub(super) fn lines(&mut self) -> Vec<String> {
        self.collect().0.rows.iter().map(line).collect()
    }
}

/// A sample without the labels that all have.
fn line(row: &model::Row) -> String {
    assert_eq!((row.labels.get("instance"), row.labels.get("job")), (Some("here"), Some("node")));
    let labels = row.labels.retain(|name| name != "instance" && name != "job");
    let value = row.sample.value;
    let value = if is_stale_nan(value) { "stale".to_owned() } else { format_value(value) };
    format!("{labels} {value}")
}

/// Samples with help and type, in the manner of the exposition format, and the error if there was one.
pub(super) fn exposition(batch: &Batch, outcome: &Result<(), CollectError>, root: &Path) -> String {
    let mut text = String::new();
    let mut rows: Vec<&model::Row> = batch.rows.iter().collect();
    rows.sort_by_key(|row| {
        batch.metadata.iter().position(|(name, _)| Some(&**name) == row.labels.metric_name())
    });
    let mut last = None;
    for row in rows {
        let name = row.labels.metric_name().unwrap();
        if last != Some(name) {
            let metadata = &batch.metadata.iter().find(|(known, _)| **known == *name).unwrap().1;
            assert!(!metadata.help.is_empty() && metadata.kind != MetricKind::Unknown);
            text += &format!("# HELP {name} {}\n# TYPE {name} {}\n", metadata.help, metadata.kind);
            last = Some(name);
        }
        text += &format!("{}\n", line(row));
    }
    if let Err(error) = outcome {
        text += &format!("error: {}\n", error.to_string().replace(&root.display().to_string(), ""));
    }
    text
}

/// Copies a fixture tree to where a test may change it.
pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
