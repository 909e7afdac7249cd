//! Every format in and out, as pure functions from bytes to model and back.
//!
//! This crate knows nothing of storage, HTTP or files. Everything it reads comes from outside, so every reader
//! has limits, names what and where in its errors, and is fuzzed.

pub mod alertmanager;
pub mod exposition;
pub mod remote_write;
pub mod time;
pub mod yaml;
