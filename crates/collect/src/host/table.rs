//! The table of all collectors.

use model::Duration;

use super::collector::CollectorRow;
use super::collectors::*;

const EVERY_TICK: Duration = Duration::ZERO;
/// For what changes seldom or costs more.
const SLOWLY: Duration = Duration::from_secs(10);
/// For what changes only with a reboot or an update.
const RARELY: Duration = Duration::from_secs(60);

/// All collectors, sorted by name. Configuration, collection and documentation read this table.
pub static COLLECTORS: &[CollectorRow] = &[
    CollectorRow {
        name: "conntrack",
        help: "Connections that the firewall follows.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: conntrack::METRICS,
        build: conntrack::build,
    },
    CollectorRow {
        name: "diskstats",
        help: "Reads, writes, discards and flushes of disks.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: disk::METRICS,
        build: disk::build,
    },
    CollectorRow {
        name: "entropy",
        help: "The kernel's pool of random bits.",
        every: SLOWLY,
        default_enabled: true,
        metrics: entropy::METRICS,
        build: entropy::build,
    },
    CollectorRow {
        name: "filefd",
        help: "Open file handles.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: filefd::METRICS,
        build: filefd::build,
    },
    CollectorRow {
        name: "filesystem",
        help: "Space and inodes of mounted file systems.",
        every: SLOWLY,
        default_enabled: true,
        metrics: filesystem::METRICS,
        build: filesystem::build,
    },
    CollectorRow {
        name: "loadavg",
        help: "Load averages.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: load::METRICS,
        build: load::build,
    },
    CollectorRow {
        name: "meminfo",
        help: "Memory and swap.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: memory::METRICS,
        build: memory::build,
    },
    CollectorRow {
        name: "netclass",
        help: "State, speed and settings of network interfaces.",
        every: SLOWLY,
        default_enabled: true,
        metrics: netclass::METRICS,
        build: netclass::build,
    },
    CollectorRow {
        name: "netdev",
        help: "Traffic, errors and drops of network interfaces.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: netdev::METRICS,
        build: netdev::build,
    },
    CollectorRow {
        name: "netstat",
        help: "Counters of the network protocols.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: netstat::METRICS,
        build: netstat::build,
    },
    CollectorRow {
        name: "os",
        help: "The operating system's name and version.",
        every: RARELY,
        default_enabled: true,
        metrics: os::METRICS,
        build: os::build,
    },
    CollectorRow {
        name: "pressure",
        help: "Time lost waiting for CPUs, disks and memory (PSI).",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: pressure::METRICS,
        build: pressure::build,
    },
    CollectorRow {
        name: "processes",
        help: "The busiest processes, grouped by the name of their command.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: processes::METRICS,
        build: processes::build,
    },
    CollectorRow {
        name: "schedstat",
        help: "Time that threads ran and waited on each CPU.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: schedstat::METRICS,
        build: schedstat::build,
    },
    CollectorRow {
        name: "sockstat",
        help: "Sockets in use and their memory.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: sockstat::METRICS,
        build: sockstat::build,
    },
    CollectorRow {
        name: "softnet",
        help: "Network packets handled by each CPU.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: softnet::METRICS,
        build: softnet::build,
    },
    CollectorRow {
        name: "stat",
        help: "CPU time, interrupts, context switches, forks, running and blocked threads.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: stat::METRICS,
        build: stat::build,
    },
    CollectorRow {
        name: "thermal_zone",
        help: "Temperatures.",
        every: SLOWLY,
        default_enabled: true,
        metrics: thermal::METRICS,
        build: thermal::build,
    },
    CollectorRow {
        name: "time",
        help: "The wall clock.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: time::METRICS,
        build: time::build,
    },
    CollectorRow {
        name: "uname",
        help: "The kernel's name and version.",
        every: RARELY,
        default_enabled: true,
        metrics: uname::METRICS,
        build: uname::build,
    },
    CollectorRow {
        name: "vmstat",
        help: "Paging, swapping and kills for want of memory.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: vmstat::METRICS,
        build: vmstat::build,
    },
];

#[cfg(test)]
mod tests;
