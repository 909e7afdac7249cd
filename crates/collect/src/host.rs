//! Collectors of the local host, from procfs and sysfs, once a second by default.
//!
//! Metric names, labels and units are those of Prometheus's node_exporter wherever it has the metric, so that
//! existing dashboards and rules work; what only Sextant has begins with `sextant_`.
//!
//! Invariants:
//! - One row of [`COLLECTORS`] per collector; a collector emits only metrics of its row.
//! - Counters keep the kernel's raw cumulative value.
//! - A line or file that was cut off, or a number that does not fit, gives no sample rather than a wrong one.
//! - A series that a collector no longer emits ends with a staleness marker; a stop of Sextant writes none, so
//!   that a restart continues the series.
//! - One failing collector costs only its own series and says so in `node_scrape_collector_success`.
//!
//! Limits: one thread, plus one that asks file systems for their sizes, because that may hang for ever.
//! Reading order: [`HostConfig`], [`Collector`], [`COLLECTORS`], [`Samples`], [`Host`].

mod collection;
mod collector;
mod collectors;
mod config;
mod environment;
mod file;
mod parse;
mod runner;
mod samples;
mod table;
#[cfg(test)]
mod testing;

pub use collection::{Collected, collect_once};
pub use collector::{CollectError, Collector, CollectorRow};
pub use config::{ExcludeConfig, HostConfig};
pub use environment::{Environment, FileSystemUsage};
pub use runner::Host;
pub use samples::Samples;
pub use table::COLLECTORS;
