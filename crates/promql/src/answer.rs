//! What an evaluation gives.

use model::store::SeriesColumns;
use model::{Labels, Sample, Timestamp};

/// The value of an expression, with remarks on how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// Reasons to distrust the value, sorted, each once.
    pub warnings: Vec<String>,
    /// Remarks that may or may not hint at a mistake in the query, sorted, each once.
    pub infos: Vec<String>,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; only from instant evaluation.
    Scalar(Sample),
    /// A text; only from instant evaluation.
    Text {
        /// The time of evaluation.
        timestamp: Timestamp,
        /// The text.
        text: String,
    },
    /// Series with one value each; only from instant evaluation. The order is the one Prometheus gives: that of
    /// `sort` or `topk` where the expression has one on the outside.
    Vector(Vec<InstantSample>),
    /// Series with the samples of a range, sorted by labels; from range evaluation, or from instant evaluation of
    /// a range selector or subquery.
    Matrix(Vec<SeriesColumns>),
}

/// A series and its value at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct InstantSample {
    /// The series.
    pub labels: Labels,
    /// The value, with the time of evaluation.
    pub sample: Sample,
}
