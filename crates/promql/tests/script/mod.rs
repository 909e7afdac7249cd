//! Runs scripts in Prometheus's test notation against the engine.

mod notation;
mod run;
pub(crate) mod store;

pub(crate) use run::run;
