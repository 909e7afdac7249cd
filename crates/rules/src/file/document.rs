//! The keys of a rule file, before anything is checked.

use std::collections::BTreeMap;

use model::Duration;
use serde::Deserialize;

/// A rule file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) groups: Option<Vec<Group>>,
}

/// Rules that are evaluated one after the other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default)]
    pub(super) interval: Option<Duration>,
    #[serde(default)]
    pub(super) query_offset: Option<Duration>,
    #[serde(default)]
    pub(super) limit: u64,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) rules: Option<Vec<Rule>>,
}

/// A rule of either kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) record: Option<String>,
    #[serde(default)]
    pub(super) alert: Option<String>,
    pub(super) expr: String,
    #[serde(default, rename = "for")]
    pub(super) hold: Option<Duration>,
    #[serde(default)]
    pub(super) keep_firing_for: Option<Duration>,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) annotations: Option<BTreeMap<String, String>>,
}
