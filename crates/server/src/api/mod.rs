//! Prometheus's HTTP API, one file per resource.

pub(crate) mod functions;
pub(crate) mod labels;
pub(crate) mod metadata;
pub(crate) mod query;
pub(crate) mod rules;
pub(crate) mod status;
pub(crate) mod targets;
pub(crate) mod write;
