//! From a job's configuration to the targets to scrape.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use model::{Duration, Labels, LabelsBuilder};
use url::Url;

use super::check::{ScrapeConfigError, check_target, times};
use super::config::{GlobalConfig, ScrapeConfig};
use super::relabel;
use super::status::DroppedTarget;

const ADDRESS: &str = "__address__";
const SCHEME: &str = "__scheme__";
const METRICS_PATH: &str = "__metrics_path__";
const INTERVAL: &str = "__scrape_interval__";
const TIMEOUT: &str = "__scrape_timeout__";
const PARAM_PREFIX: &str = "__param_";
const JOB: &str = "job";
const INSTANCE: &str = "instance";

/// What to scrape, and how its series are labelled.
#[derive(Clone, PartialEq)]
pub(super) struct Target {
    /// Before relabelling.
    pub(super) discovered_labels: Labels,
    /// What its series get; none starts with `__`.
    pub(super) labels: Labels,
    pub(super) url: Url,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
}

/// Parameters of a URL may be secrets, so only the labels are shown.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl Target {
    /// The URL for people, without user and password. Parameters are shown, as Prometheus does.
    pub(super) fn shown_url(&self) -> String {
        let mut url = self.url.clone();
        // Fails only for addresses that cannot have a user.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.to_string()
    }

    /// Spreads targets over the interval; the same in every process, so that a restart keeps the rhythm.
    pub(super) fn phase_hash(&self) -> u64 {
        self.labels.fingerprint() ^ xxhash_rust::xxh3::xxh3_64(self.url.as_str().as_bytes())
    }
}

/// The targets of a job.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub(super) active: Vec<Target>,
    pub(super) dropped: Vec<DroppedTarget>,
}

/// All targets of a job after relabelling; those that are the same in labels and URL count once.
pub(super) fn discover(
    global: &GlobalConfig,
    config: &ScrapeConfig,
) -> Result<Discovered, ScrapeConfigError> {
    let mut found = Discovered::default();
    let mut seen = HashSet::new();
    for (at, group) in config.static_configs.iter().enumerate() {
        for address in &group.targets {
            let discovered = discovered_labels(global, config, address, &group.labels);
            let target =
                relabelled(config, discovered.clone()).map_err(|message| ScrapeConfigError::Invalid {
                    job: config.job_name.clone(),
                    key: format!("static_configs[{at}]"),
                    message: format!("target `{address}`: {message}"),
                })?;
            match target {
                Some(target) if seen.insert((target.labels.clone(), target.url.clone())) => {
                    found.active.push(target);
                }
                Some(_) => {}
                None => found.dropped.push(DroppedTarget {
                    discovered_labels: discovered,
                    scrape_pool: config.job_name.clone(),
                }),
            }
        }
    }
    Ok(found)
}

fn discovered_labels(
    global: &GlobalConfig,
    config: &ScrapeConfig,
    address: &str,
    group: &BTreeMap<String, String>,
) -> Labels {
    let (interval, timeout) = times(global, config);
    let mut labels = LabelsBuilder::new();
    let defaults = [
        (JOB, config.job_name.as_str()),
        (INTERVAL, &interval.to_string()),
        (TIMEOUT, &timeout.to_string()),
        (METRICS_PATH, &config.metrics_path),
        (SCHEME, config.scheme.as_str()),
    ];
    for (name, value) in defaults {
        labels.set(name, value);
    }
    for (name, value) in group.iter().filter(|(_, value)| !value.is_empty()) {
        labels.set(name, value);
    }
    labels.set(ADDRESS, address);
    for (name, values) in &config.params {
        if let Some(first) = values.first() {
            labels.set(&format!("{PARAM_PREFIX}{name}"), first);
        }
    }
    labels.build()
}

/// The target after relabelling, or nothing if it is dropped.
fn relabelled(config: &ScrapeConfig, discovered: Labels) -> Result<Option<Target>, String> {
    let mut labels = discovered.to_builder();
    if !relabel::apply(&config.relabel_configs, &mut labels) {
        return Ok(None);
    }
    let get = |name: &str| labels.get(name).unwrap_or_default().to_owned();
    let address = get(ADDRESS);
    check_target(&address)?;
    let duration = |name: &str| -> Result<Duration, String> {
        let length: Duration = get(name).parse().map_err(|error| format!("label `{name}`: {error}"))?;
        if length.is_zero() { Err(format!("label `{name}` is zero")) } else { Ok(length) }
    };
    let (interval, timeout) = (duration(INTERVAL)?, duration(TIMEOUT)?);
    if timeout > interval {
        return Err(format!("label `{TIMEOUT}`: {timeout} is longer than the scrape interval {interval}"));
    }
    let url = target_url(&get(SCHEME), &address, &get(METRICS_PATH), &params(config, &labels))?;
    if labels.get(INSTANCE).is_none() {
        labels.set(INSTANCE, &address);
    }
    let labels = labels.build().retain(|name| !name.starts_with("__"));
    Ok(Some(Target { discovered_labels: discovered, labels, url, interval, timeout }))
}

/// The job's parameters, of which relabelling may have set the first value of each, or added new ones.
fn params(config: &ScrapeConfig, labels: &LabelsBuilder) -> BTreeMap<String, Vec<String>> {
    let mut params = config.params.clone();
    for (label, value) in labels.iter() {
        let Some(name) = label.strip_prefix(PARAM_PREFIX) else { continue };
        let values = params.entry(name.to_owned()).or_default();
        match values.first_mut() {
            Some(first) => *first = value.to_owned(),
            None => values.push(value.to_owned()),
        }
    }
    params
}

fn target_url(
    scheme: &str,
    address: &str,
    path: &str,
    params: &BTreeMap<String, Vec<String>>,
) -> Result<Url, String> {
    if !matches!(scheme, "http" | "https") {
        return Err(format!("scheme `{scheme}` is neither `http` nor `https`"));
    }
    let mut url = Url::parse(&format!("{scheme}://{address}"))
        .map_err(|error| format!("`{address}` is not `host:port`: {error}"))?;
    url.set_path(path);
    if params.values().any(|values| !values.is_empty()) {
        let mut query = url.query_pairs_mut();
        for (name, values) in params {
            for value in values {
                query.append_pair(name, value);
            }
        }
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
