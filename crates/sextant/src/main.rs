//! The `sextant` command.
fn main() {}
