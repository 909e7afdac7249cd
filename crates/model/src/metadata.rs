//! What a metric says about itself.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The type of a metric, as exposition formats name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricKind {
    /// Only ever rises, or starts again from zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets, sum and count.
    Histogram,
    /// A histogram whose buckets may fall.
    GaugeHistogram,
    /// Quantiles, sum and count.
    Summary,
    /// Labels that describe the target; the value is always 1.
    Info,
    /// One series per state, 1 where it holds.
    StateSet,
    /// Not told.
    #[default]
    Unknown,
}

impl MetricKind {
    /// Every kind with the word for it in Prometheus's formats and API.
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Counter, "counter"),
        (Self::Gauge, "gauge"),
        (Self::Histogram, "histogram"),
        (Self::GaugeHistogram, "gaugehistogram"),
        (Self::Summary, "summary"),
        (Self::Info, "info"),
        (Self::StateSet, "stateset"),
        (Self::Unknown, "unknown"),
    ];

    /// The word for this kind in Prometheus's formats and API.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, word)| word)
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MetricKind {
    type Err = ();

    /// The kind of a word; `untyped` is an older word for `unknown`.
    fn from_str(word: &str) -> Result<Self, ()> {
        if word == "untyped" {
            return Ok(Self::Unknown);
        }
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind).ok_or(())
    }
}

/// Type, help text and unit of a metric family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Metadata {
    /// The type.
    pub kind: MetricKind,
    /// What it measures, for people; may be empty.
    pub help: Arc<str>,
    /// The unit, such as `seconds`; may be empty.
    pub unit: Arc<str>,
}

impl Metadata {
    /// Metadata with no unit beside the one in the metric's name.
    pub fn new(kind: MetricKind, help: impl Into<Arc<str>>) -> Self {
        Self { kind, help: help.into(), unit: Arc::from("") }
    }
}
