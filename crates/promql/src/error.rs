//! Why a query cannot be parsed or evaluated. Messages are those that Prometheus gives, word for word where
//! clients may look for them.

use std::fmt;

use model::store::StoreError;

use crate::go_number::go_number;
use crate::{Kind, Position};

/// Why a text is not a query. Shown as Prometheus shows it: `1:5: parse error: ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// Where, if known.
    pub position: Option<Position>,
}

impl ParseError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None }
    }

    pub(crate) fn at(position: Position, message: impl Into<String>) -> Self {
        Self { message: message.into(), position: Some(position) }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "parse error: {}", self.message)
    }
}

impl std::error::Error for ParseError {}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The expression cannot be evaluated over this data (Prometheus: `execution`, HTTP 422).
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// More samples than allowed would have to be held at once (Prometheus: `execution`, HTTP 422).
    #[error("query processing would load too many samples into memory in query execution")]
    TooManySamples,
    /// The caller raised its [`model::Cancel`] (Prometheus: `canceled` or `timeout`, HTTP 503; the caller knows
    /// which of the two).
    #[error("query was canceled in expression evaluation")]
    Cancelled,
    /// The store cannot be read (Prometheus: `internal`, HTTP 500).
    #[error("cannot read the samples of the query")]
    Store(#[source] StoreError),
}

impl From<StoreError> for QueryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Limit { .. } => Self::TooManySamples,
            StoreError::Cancelled => Self::Cancelled,
            other => Self::Store(other),
        }
    }
}

/// Why an expression cannot be evaluated over the data at hand.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExecutionError {
    /// Two series became the same one, mostly because a metric's name was dropped.
    #[error("vector cannot contain metrics with the same labelset")]
    SameLabelset,
    /// Several series of the "one" side share the matching labels.
    #[error(
        "found duplicate series for the match group {group} on the {side} hand-side of the operation: \
         [{first}, {second}];many-to-many matching not allowed: matching labels must be unique on one side"
    )]
    DuplicateMatch {
        /// The matching labels.
        group: String,
        /// `left` or `right`.
        side: &'static str,
        /// One of the series.
        first: String,
        /// Another.
        second: String,
    },
    /// Several series of the left side match one of the right without `group_left` or `group_right`.
    #[error("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")]
    ImplicitManyToOne,
    /// `group_left` or `group_right` gives two series the same labels.
    #[error("multiple matches for labels: grouping labels must ensure unique matches")]
    AmbiguousGrouping,
    /// The parameter of `topk`, `bottomk` or `limitk` is not a number.
    #[error("Parameter value is NaN")]
    ParameterNan,
    /// The ratio of `limit_ratio` is not a number.
    #[error("Ratio value is NaN")]
    RatioNan,
    /// The parameter of `topk`, `bottomk` or `limitk` is too large.
    #[error("Scalar value {} overflows int64", go_number(*.0))]
    ParameterOverflow(f64),
    /// The parameter of `topk`, `bottomk` or `limitk` is too small.
    #[error("Scalar value {} underflows int64", go_number(*.0))]
    ParameterUnderflow(f64),
    /// A label name made from a text is no label name.
    #[error("invalid {role} name in {function}(): {name}")]
    InvalidLabelName {
        /// `source label` or `destination label`.
        role: &'static str,
        /// The function.
        function: &'static str,
        /// The name.
        name: String,
    },
    /// A label value made from others might outgrow its limit.
    #[error("{function}() might give a label value longer than {limit} bytes")]
    LabelValueTooLong {
        /// The function.
        function: &'static str,
        /// In bytes.
        limit: usize,
    },
    /// The parameter of `count_values` is no label name.
    #[error("invalid label name {0:?}")]
    InvalidValueLabel(String),
    /// A pattern is no regular expression.
    #[error("invalid regular expression in label_replace(): {0}")]
    InvalidPattern(String),
    /// A factor of `double_exponential_smoothing` lies outside of 0 to 1.
    #[error("invalid {which} factor. Expected: 0 < {symbol} < 1, got: {value:.6}")]
    InvalidFactor {
        /// `smoothing` or `trend`.
        which: &'static str,
        /// `sf` or `tf`.
        symbol: &'static str,
        /// The factor.
        value: f64,
    },
    /// The type cannot be evaluated over a range of time.
    #[error("invalid expression type \"{0}\" for range query, must be Scalar or instant Vector")]
    NotRangeable(Kind),
    /// The range of a range evaluation is turned round or has no step.
    #[error("the range of the query has no steps: its end lies before its start, or its step is zero")]
    NoSteps,
}
