//! What a collector is.

use std::path::{Path, PathBuf};

use model::{Duration, MetricDesc, Timestamp};

use super::environment::Environment;
use super::samples::Samples;

/// A source of metrics of this host. `docs/add-a-collector.md` says how to add one.
pub trait Collector: Send {
    /// Emits the present values. Called once per interval by one thread, never concurrently; must not block
    /// for long. Partial results are fine, wrong ones are not: what was emitted before an error is stored.
    fn collect(&mut self, at: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError>;
}

/// One collector. This row is the only place that names it.
#[derive(Clone, Copy, Debug)]
pub struct CollectorRow {
    /// The name in the configuration and in the label `collector`.
    pub name: &'static str,
    /// What it tells, one sentence for people.
    pub help: &'static str,
    /// The shortest time between two collections; zero means at every tick of the host's interval.
    pub every: Duration,
    /// Whether it runs unless the configuration says otherwise.
    pub default_enabled: bool,
    /// Every metric that it may emit; anything else is refused.
    pub metrics: &'static [MetricDesc],
    /// Makes one.
    pub build: fn(&Environment) -> Box<dyn Collector>,
}

/// Why a collector, or the collection as a whole, cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The kernel does not offer this file: a feature that is not built in, or a module that is not loaded.
    #[error("this host has no `{}`", path.display())]
    Absent {
        /// The file or directory.
        path: PathBuf,
    },
    /// A file exists but cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A file is longer than any that the kernel writes.
    #[error("`{}` is longer than {limit_bytes} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// What is read at most.
        limit_bytes: usize,
    },
    /// A file does not hold what it should.
    #[error("cannot find {wanted} in `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// So many file systems do not answer that no more are asked.
    #[error("{count} file systems do not answer; no others are asked until one does")]
    FileSystemsHang {
        /// How many.
        count: usize,
    },
    /// A collector emitted a metric that its row does not list: a defect of the collector.
    #[error("metric `{metric}` is not in the collector's list")]
    Undeclared {
        /// The metric's name.
        metric: &'static str,
    },
    /// The configuration switches a collector that does not exist.
    #[error("collectors: there is no collector `{name}`; there are {known}")]
    UnknownCollector {
        /// The name as configured.
        name: String,
        /// All names.
        known: String,
    },
    /// A pattern in the configuration is not a regular expression.
    #[error("exclude.{key}: not a regular expression")]
    Pattern {
        /// The configuration key.
        key: &'static str,
        /// Why not.
        #[source]
        source: regex::Error,
    },
    /// The configured interval is too short or too long.
    #[error("interval: {interval} is not between {min} and {max}")]
    Interval {
        /// As configured.
        interval: Duration,
        /// The shortest allowed.
        min: Duration,
        /// The longest allowed.
        max: Duration,
    },
    /// A thread cannot be started.
    #[error("cannot start the thread `{name}`")]
    Thread {
        /// The thread's name.
        name: &'static str,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl CollectError {
    /// A failure to open or read; a file that does not exist is [`CollectError::Absent`].
    pub(super) fn read(path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Absent { path: path.to_owned() },
            _ => Self::Read { path: path.to_owned(), source },
        }
    }

    pub(super) fn malformed(path: &Path, wanted: &'static str) -> Self {
        Self::Malformed { path: path.to_owned(), wanted }
    }
}
