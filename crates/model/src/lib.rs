//! The vocabulary of Sextant: labels, samples, time, matchers, metadata, and the contract between a metric
//! store and everything above it.
//!
//! This crate knows nothing of files, network or formats. Reading order: [`Timestamp`], [`Labels`], [`Sample`],
//! [`Batch`], then [`store`], which says what any store promises.

mod alert;
mod batch;
mod cancel;
mod clock;
mod duration;
mod error_chain;
mod labels;
mod matcher;
mod metadata;
mod sample;
pub mod store;
mod timestamp;
mod vital;

pub use alert::{Alert, AlertSink};
pub use batch::{Batch, Row};
pub use cancel::Cancel;
pub use clock::{Clock, ManualClock, SystemClock};
pub use duration::{Duration, ParseDurationError};
pub use error_chain::error_chain;
pub use labels::{Labels, LabelsBuilder, LabelsError, METRIC_NAME};
pub use matcher::{MatchOp, Matcher, MatcherError};
pub use metadata::{Metadata, MetricKind};
pub use sample::{STALE_NAN, Sample, format_value, is_stale_nan, parse_value};
pub use timestamp::{TimeRange, Timestamp};
pub use vital::{MetricDesc, Vital, VitalSource};
