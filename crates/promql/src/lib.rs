//! PromQL: the function table and the evaluator, over any store that implements the read contract.
//!
//! The way of a query: [`Query::parse`] scans the text (limits, notation), lets `promql-parser` build its tree,
//! checks it and lowers it to a plan; [`Engine`] evaluates the plan over a [`model::store::Queryable`].
//!
//! Invariants: every selector reads the store once per query, whatever the number of steps; an operand is
//! evaluated for all steps at once, as one column of values per series; nothing here recurses deeper than the
//! limits in the scanner allow. Semantics are those of Prometheus 3 for float samples and classic histograms:
//! ranges and lookback are open on the left, names are dropped at once.
//!
//! This crate knows nothing of where samples live, of HTTP or of clocks: "now" is a parameter.

mod answer;
mod engine;
mod error;
mod eval;
mod functions;
mod go_number;
mod kind;
mod lower;
mod notes;
mod operators;
mod plan;
mod position;
mod query;
mod scan;
mod selector;
mod signature;

pub use answer::{Answer, InstantSample, Value};
pub use engine::{Engine, EngineOptions, QueryOptions, RangeSteps};
pub use error::{ExecutionError, ParseError, QueryError};
pub use functions::{Arg, Function, Presence, functions};
pub use kind::Kind;
pub use operators::{Aggregation, Operator, OperatorClass, aggregations, operators};
pub use position::Position;
pub use query::{MetricNames, Query};
pub use selector::parse_selector;
