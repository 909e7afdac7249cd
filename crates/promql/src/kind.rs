//! The four types an expression can have.

use std::fmt;

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One number per step.
    Scalar,
    /// At each step, a set of series with one value each.
    Vector,
    /// At each step, a set of series with the samples of a range of time.
    Matrix,
    /// A text.
    Text,
}

impl Kind {
    /// The word of Prometheus's API for a result of this type (`resultType`).
    pub const fn api_word(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Vector => "vector",
            Self::Matrix => "matrix",
            Self::Text => "string",
        }
    }
}

/// The word of Prometheus's documentation and error messages.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
            Self::Text => "string",
        })
    }
}
