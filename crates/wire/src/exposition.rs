//! Exposition text: what scrape targets answer, and what `/metrics` shows.
//!
//! Two formats are read: Prometheus's text format 0.0.4 and 1.0.0 (1.0.0 adds quoted UTF-8 names) and
//! OpenMetrics text 1.0. Reading is as forgiving as Prometheus or more (blank lines and runs of blanks pass
//! everywhere), except that everything must be UTF-8, each label may occur once, and OpenMetrics must end with
//! `# EOF`, because only that tells a whole answer from half of one. Exemplars are checked and left out.
//!
//! Invariants: names and values borrow from the text unless they hold escapes; a text that is refused yields
//! nothing at all; work and memory are linear in the size of the text and bounded by [`Limits`].
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>.

mod cursor;
mod encode;
mod families;
mod format;
mod read;

use std::borrow::Cow;
use std::sync::Arc;

use model::{Metadata, Timestamp};

pub use encode::encode;
pub use format::Format;

/// What a text may hold. Its size in bytes is the caller's to limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Samples in the whole text.
    pub samples: usize,
    /// Labels of one sample, its name included.
    pub labels_per_sample: usize,
    /// Metric families with a type, help or unit.
    pub families: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { samples: 1_000_000, labels_per_sample: 1024, families: 100_000 }
    }
}

/// A name and a value; borrowed from the text unless it holds escapes.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition<'a> {
    /// Samples in the order of the text.
    pub samples: Vec<ParsedSample<'a>>,
    /// Type, help and unit by family name as the text gives it, in the order of first mention.
    pub metadata: Vec<(Arc<str>, Metadata)>,
}

/// One sample of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedSample<'a> {
    /// Name and labels as they stand in the text. Texts that are equal mean the same series, so that readers
    /// of one target may keep what they made of it.
    pub series: &'a str,
    /// The metric's name as `__name__`, then the labels in the order of the text. Names are unique; values may
    /// be empty, which means "no such label" but still counts when labels conflict.
    pub pairs: Vec<Pair<'a>>,
    /// The value. Every NaN is the one ordinary NaN, so that no target can forge a staleness marker.
    pub value: f64,
    /// The time, in milliseconds since the epoch, if the text gives one.
    pub timestamp_ms: Option<i64>,
}

impl ParsedSample<'_> {
    /// The time, if the text gives one.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp_ms.map(Timestamp::from_millis)
    }
}

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ExpositionError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads a whole text.
pub fn parse<'a>(text: &'a [u8], format: Format, limits: &Limits) -> Result<Exposition<'a>, ExpositionError> {
    let fault_at = |at: usize, message: String| {
        let line = 1 + text.iter().take(at).filter(|byte| **byte == b'\n').count();
        ExpositionError { line, message }
    };
    let utf8 = std::str::from_utf8(text)
        .map_err(|error| fault_at(error.valid_up_to(), "text is not valid UTF-8".to_owned()))?;
    read::read(utf8, format, limits).map_err(|fault| fault_at(fault.at, fault.message))
}

#[cfg(test)]
mod tests;
