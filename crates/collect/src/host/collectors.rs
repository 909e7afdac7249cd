//! One module per collector; `../table.rs` lists them.

pub(super) mod conntrack;
pub(super) mod disk;
pub(super) mod entropy;
pub(super) mod filefd;
pub(super) mod filesystem;
pub(super) mod load;
pub(super) mod memory;
pub(super) mod netclass;
pub(super) mod netdev;
pub(super) mod netstat;
pub(super) mod os;
pub(super) mod pressure;
pub(super) mod processes;
pub(super) mod schedstat;
pub(super) mod sockstat;
pub(super) mod softnet;
pub(super) mod stat;
pub(super) mod thermal;
pub(super) mod time;
pub(super) mod uname;
pub(super) mod vmstat;
