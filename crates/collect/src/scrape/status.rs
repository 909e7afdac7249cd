//! What is known about targets, for people.

use std::sync::Arc;

use model::{Duration, Labels, Metadata, Timestamp};

/// All targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets {
    /// Those that are scraped, by job, then labels.
    pub active: Vec<TargetStatus>,
    /// Those that relabelling dropped.
    pub dropped: Vec<DroppedTarget>,
}

/// A target and how its last scrape went.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetStatus {
    /// Labels before relabelling, `__address__` and the like included.
    pub discovered_labels: Labels,
    /// Labels that its series get.
    pub labels: Labels,
    /// The job's name in the configuration.
    pub scrape_pool: String,
    /// What is fetched, without user and password.
    pub scrape_url: String,
    /// What is fetched, as seen from elsewhere, without user and password.
    pub global_url: String,
    /// Why the last scrape failed; empty if it did not.
    pub last_error: String,
    /// When the last scrape began.
    pub last_scrape: Option<Timestamp>,
    /// How long it took.
    pub last_scrape_duration_seconds: f64,
    /// Whether it went well.
    pub health: Health,
    /// How often it is scraped.
    pub scrape_interval: Duration,
    /// How long a scrape may take.
    pub scrape_timeout: Duration,
}

/// A target that is not scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedTarget {
    /// Labels before relabelling.
    pub discovered_labels: Labels,
    /// The job's name in the configuration.
    pub scrape_pool: String,
}

/// What one target says about one of its metric families.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetMetadata {
    /// The target's labels.
    pub target: Labels,
    /// The family.
    pub metric: Arc<str>,
    /// Type, help, unit.
    pub metadata: Metadata,
}

/// How the last scrape went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Health {
    /// Well.
    Up,
    /// It failed.
    Down,
    /// There was none yet.
    #[default]
    Unknown,
}

impl Health {
    pub(super) const ALL: [Self; 3] = [Self::Up, Self::Down, Self::Unknown];

    /// The word for it in Prometheus's API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}
