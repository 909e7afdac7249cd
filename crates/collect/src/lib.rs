//! Collectors: the local host, and Prometheus scrape targets.
//!
//! Both hand their samples to the intake; this crate knows nothing of how they are stored.

pub mod host;
pub mod scrape;
