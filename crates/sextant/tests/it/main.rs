//! The product as people and programs meet it: the real binary, beside real peers.
//!
//! One test binary, so that the product is linked once.

#![allow(unreachable_pub, reason = "modules of one test binary")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what fails in a test fails the test"
)]

mod alerting;
mod bad_input;
mod crash;
mod host;
mod layers;
mod peer_node_exporter;
mod peer_prometheus;
mod reference;
mod serve;
mod support;
