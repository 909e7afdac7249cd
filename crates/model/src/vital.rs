//! Descriptions of metrics that Sextant itself produces, and its own vital figures.

use crate::{Metadata, MetricKind};

/// One metric that a collector or a part of Sextant may emit. This row is the only place that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricDesc {
    /// The metric's name, with its base unit as suffix.
    pub name: &'static str,
    /// Its type.
    pub kind: MetricKind,
    /// What it measures, one sentence for people.
    pub help: &'static str,
}

impl MetricDesc {
    /// A counter.
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: MetricKind::Counter, help }
    }

    /// A gauge.
    pub const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: MetricKind::Gauge, help }
    }

    /// The metadata that this description gives its metric.
    pub fn metadata(&self) -> Metadata {
        Metadata::new(self.kind, self.help)
    }
}

/// One figure about Sextant itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Vital {
    /// Which metric it belongs to.
    pub desc: &'static MetricDesc,
    /// Labels beside the metric's name.
    pub labels: Vec<(&'static str, String)>,
    /// The value now.
    pub value: f64,
}

impl Vital {
    /// A figure without labels.
    pub const fn plain(desc: &'static MetricDesc, value: f64) -> Self {
        Self { desc, labels: Vec::new(), value }
    }
}

/// A part of Sextant that knows figures about itself. They are shown at `/metrics` and stored as series.
pub trait VitalSource: Send + Sync {
    /// Adds the present figures to `out`; must not block for long.
    fn vitals(&self, out: &mut Vec<Vital>);
}
