//! Scraping: Prometheus's `scrape_configs`, from YAML to samples at the intake.
//!
//! [`ScrapeConfig`] is what the YAML says; [`Scraper`] keeps one task per target that fetches, parses, relabels
//! and hands over one batch per scrape. What one scrape makes of an answer is pure and lives apart from the
//! network, so that it is tested without one.
//!
//! Invariants:
//! - a scrape is all or nothing: an answer that is late, too large, malformed or over a limit stores no sample
//!   of the target, only `up 0` and the staleness markers of what was there before;
//! - a series that vanishes gets exactly one staleness marker, and none at a shutdown, because the process
//!   that follows goes on with the series;
//! - one slow target delays no other;
//! - secrets show as `<secret>` wherever a configuration is printed.
//!
//! Limits: no protobuf, no native histograms, no exemplars; targets come from `static_configs` alone.

mod append;
mod cache;
mod check;
mod client;
mod config;
mod error;
mod job;
mod protocol;
mod relabel;
mod report;
mod scraper;
mod status;
mod target;
mod target_loop;

pub use check::ScrapeConfigError;
pub use config::{
    Authorization, BasicAuth, ByteSize, GlobalConfig, Scheme, ScrapeConfig, Secret, StaticConfig, TlsConfig,
    Unsupported,
};
pub use protocol::ScrapeProtocol;
pub use relabel::{RelabelAction, RelabelConfig, RelabelRegex};
pub use scraper::{Prepared, Scraper};
pub use status::{DroppedTarget, Health, TargetMetadata, TargetStatus, Targets};
