//! The one gate through which every sample passes, and the live stream behind it.
//!
//! Every source (host collectors, scrapes, remote write, rules, Sextant's own vitals) hands its samples to
//! [`Intake::ingest`]. The gate validates and limits them, writes them to the store, and only then publishes
//! what was stored to everyone who [subscribes](Intake::subscribe). The stream is bounded and lossy: a slow
//! reader misses batches and is told how many, and never holds up a writer.
//!
//! This crate knows nothing of who asks.

mod gate;
mod stats;
mod stream;

pub use gate::{Intake, IntakeError, Limits, Outcome, RejectReason, Rejection};
pub use stream::{LiveStream, Missed};
