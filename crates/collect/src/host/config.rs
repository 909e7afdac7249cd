//! The configuration of the host's collection.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::Duration;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::collector::{CollectError, CollectorRow};
use super::table::COLLECTORS;

/// The shortest interval: below it, the kernel's own counters (100 steps per second) say too little.
const INTERVAL_MIN: Duration = Duration::from_millis(100);
/// The longest interval: beyond it, queries would no longer find a "present" value (5 minutes).
const INTERVAL_MAX: Duration = Duration::from_millis(120_000);

/// How the local host is watched.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct HostConfig {
    /// Whether to watch the host on which Sextant runs.
    pub enabled: bool,
    /// The label `job` of the host's series; `node`, as node_exporter is usually scraped under. Change it where a
    /// node_exporter of the same host is scraped too.
    pub job: String,
    /// The label `instance` of the host's series; the host's name if not given.
    pub instance: Option<String>,
    /// How often values are read, from `100ms` to `2m`. What changes seldom or costs more is read every 10 s or
    /// every minute all the same.
    pub interval: Duration,
    /// Collectors to switch on (`true`) or off (`false`) by name, such as `processes: false`. Those not named
    /// keep their default.
    pub collectors: BTreeMap<String, bool>,
    /// How many of the busiest groups of processes to store, by CPU and by memory each. Every group costs
    /// seven series.
    pub process_top: u32,
    /// What is left out, as regular expressions that must match the whole name.
    pub exclude: ExcludeConfig,
    /// Where procfs is mounted; in a container, where the host's is.
    pub procfs: PathBuf,
    /// Where sysfs is mounted; in a container, where the host's is.
    pub sysfs: PathBuf,
    /// Where the host's root directory is; in a container, where it is mounted.
    pub rootfs: PathBuf,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            job: "node".to_owned(),
            instance: None,
            interval: Duration::from_secs(1),
            collectors: BTreeMap::new(),
            process_top: 10,
            exclude: ExcludeConfig::default(),
            procfs: "/proc".into(),
            sysfs: "/sys".into(),
            rootfs: "/".into(),
        }
    }
}

/// Devices and file systems that are left out; the defaults are node_exporter's.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct ExcludeConfig {
    /// Disks. By default RAM disks, loop devices, floppies and partitions.
    pub disks: String,
    /// Network interfaces. By default none.
    pub networks: String,
    /// Mount points. By default those of the kernel and of containers.
    pub mount_points: String,
    /// Types of file systems. By default those that hold no user's data.
    pub filesystem_types: String,
}

impl Default for ExcludeConfig {
    fn default() -> Self {
        Self {
            disks: r"(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+".to_owned(),
            networks: String::new(),
            mount_points: concat!(
                r"/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)",
                r"($|/.*)"
            )
            .to_owned(),
            filesystem_types: concat!(
                "autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660",
                "|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs"
            )
            .to_owned(),
        }
    }
}

impl HostConfig {
    /// Refuses what [`Host::start`](super::Host::start) would refuse, without starting anything.
    pub fn check(&self) -> Result<(), CollectError> {
        self.checked_interval()?;
        self.enabled_collectors()?;
        Exclude::compile(&self.exclude).map(drop)
    }

    /// The collectors that this configuration switches on, in the table's order.
    pub(super) fn enabled_collectors(&self) -> Result<Vec<&'static CollectorRow>, CollectError> {
        let is_known = |name: &str| COLLECTORS.iter().any(|row| row.name == name);
        if let Some(name) = self.collectors.keys().find(|name| !is_known(name)) {
            let known: Vec<&str> = COLLECTORS.iter().map(|row| row.name).collect();
            return Err(CollectError::UnknownCollector { name: name.clone(), known: known.join(", ") });
        }
        let is_on = |row: &&CollectorRow| *self.collectors.get(row.name).unwrap_or(&row.default_enabled);
        Ok(COLLECTORS.iter().filter(is_on).collect())
    }

    pub(super) fn checked_interval(&self) -> Result<Duration, CollectError> {
        if (INTERVAL_MIN..=INTERVAL_MAX).contains(&self.interval) {
            Ok(self.interval)
        } else {
            Err(CollectError::Interval { interval: self.interval, min: INTERVAL_MIN, max: INTERVAL_MAX })
        }
    }
}

/// [`ExcludeConfig`], compiled.
#[derive(Clone, Debug)]
pub struct Exclude {
    pub(super) disks: Regex,
    pub(super) networks: Regex,
    pub(super) mount_points: Regex,
    pub(super) filesystem_types: Regex,
}

impl Exclude {
    pub(super) fn compile(config: &ExcludeConfig) -> Result<Self, CollectError> {
        Ok(Self {
            disks: whole("disks", &config.disks)?,
            networks: whole("networks", &config.networks)?,
            mount_points: whole("mount_points", &config.mount_points)?,
            filesystem_types: whole("filesystem_types", &config.filesystem_types)?,
        })
    }
}

/// `pattern` anchored at both ends. An empty one matches only the empty name, so excludes nothing.
fn whole(key: &'static str, pattern: &str) -> Result<Regex, CollectError> {
    Regex::new(&format!("^(?:{pattern})$")).map_err(|source| CollectError::Pattern { key, source })
}

#[cfg(test)]
mod tests;
