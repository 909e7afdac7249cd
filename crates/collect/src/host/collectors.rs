//! One module per collector; `../table.rs` lists them.

pub(super) mod conntrack;
pub(super) mod entropy;
pub(super) mod filefd;
pub(super) mod load;
pub(super) mod pressure;
pub(super) mod stat;
pub(super) mod time;
pub(super) mod vmstat;
