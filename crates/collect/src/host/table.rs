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
        name: "loadavg",
        help: "Load averages.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: load::METRICS,
        build: load::build,
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
        name: "stat",
        help: "CPU time, interrupts, context switches, forks, running and blocked threads.",
        every: EVERY_TICK,
        default_enabled: true,
        metrics: stat::METRICS,
        build: stat::build,
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
