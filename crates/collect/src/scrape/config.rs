//! What the YAML of scrape configurations says: keys, types and defaults.

mod byte_size;
mod secret;
mod unsupported;

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protocol::ScrapeProtocol;
use super::relabel::RelabelConfig;

pub use byte_size::ByteSize;
pub use secret::Secret;
pub use unsupported::Unsupported;

/// Largest answer of a target that sets no `body_size_limit`, in bytes after decompression. Prometheus has no
/// limit here; an endless answer must not exhaust memory.
pub(super) const BODY_SIZE_DEFAULT: ByteSize = ByteSize::from_bytes(256 << 20);

/// What scrape configurations inherit from the section `global`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GlobalConfig {
    /// How often targets are scraped.
    pub scrape_interval: Duration,
    /// How long one scrape may take; an interval shorter than this takes its place.
    pub scrape_timeout: Duration,
}

impl Default for GlobalConfig {
    fn default() -> Self {
        Self { scrape_interval: Duration::from_secs(15), scrape_timeout: Duration::from_secs(10) }
    }
}

/// One entry of `scrape_configs`, with Prometheus's keys and meanings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapeConfig {
    /// The label `job` of everything scraped here; unique among all entries.
    pub job_name: String,
    /// How often targets are scraped; `global.scrape_interval` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_interval: Option<Duration>,
    /// How long one scrape may take; `global.scrape_timeout`, but at most the interval, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_timeout: Option<Duration>,
    /// Formats to ask for, best first; all that Sextant reads if not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scrape_protocols: Vec<ScrapeProtocol>,
    /// The format of answers whose `Content-Type` is none that Sextant reads; without it they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_scrape_protocol: Option<ScrapeProtocol>,
    /// The path to fetch.
    #[serde(default = "default_metrics_path")]
    pub metrics_path: String,
    /// `http` or `https`.
    #[serde(default)]
    pub scheme: Scheme,
    /// Parameters of the request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether labels of the answer win over those of the target; otherwise they are kept as `exported_…`.
    #[serde(default)]
    pub honor_labels: bool,
    /// Whether times given in the answer are used.
    #[serde(default = "yes")]
    pub honor_timestamps: bool,
    /// Whether samples with a time of their own get staleness markers too.
    #[serde(default)]
    pub track_timestamps_staleness: bool,
    /// User and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic_auth: Option<BasicAuth>,
    /// The header `Authorization`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
    /// Older form of `authorization.credentials`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer_token: Option<Secret>,
    /// Older form of `authorization.credentials_file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer_token_file: Option<PathBuf>,
    /// Certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_config: Option<TlsConfig>,
    /// Whether redirects are followed; credentials never go to another host.
    #[serde(default = "yes")]
    pub follow_redirects: bool,
    /// Whether answers may be compressed.
    #[serde(default = "yes")]
    pub enable_compression: bool,
    /// Whether HTTP/2 would be spoken where offered; accepted for compatibility, scrapes use HTTP/1.1.
    #[serde(default = "yes")]
    pub enable_http2: bool,
    /// Whether the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` count.
    #[serde(default)]
    pub proxy_from_environment: bool,
    /// Largest answer after decompression; 0 means Sextant's own limit of 256 MiB.
    #[serde(default)]
    pub body_size_limit: ByteSize,
    /// Most samples of one scrape after relabelling; 0 means no limit.
    #[serde(default)]
    pub sample_limit: u64,
    /// Most labels of a series after relabelling, its name included; 0 means no limit.
    #[serde(default)]
    pub label_limit: u64,
    /// Longest label name in bytes; 0 means no limit.
    #[serde(default)]
    pub label_name_length_limit: u64,
    /// Longest label value in bytes; 0 means no limit.
    #[serde(default)]
    pub label_value_length_limit: u64,
    /// Most targets after relabelling, or all of them fail; 0 means no limit.
    #[serde(default)]
    pub target_limit: u64,
    /// Targets written here.
    #[serde(default)]
    pub static_configs: Vec<StaticConfig>,
    /// What becomes of targets before they are scraped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relabel_configs: Vec<RelabelConfig>,
    /// What becomes of scraped series before they are stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric_relabel_configs: Vec<RelabelConfig>,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub file_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub http_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub dns_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub consul_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub kubernetes_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub ec2_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub docker_sd_configs: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub oauth2: Unsupported,
    /// Not supported.
    #[serde(default, skip_serializing)]
    pub proxy_url: Unsupported,
}

fn default_metrics_path() -> String {
    "/metrics".to_owned()
}

const fn yes() -> bool {
    true
}

/// How targets are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// In the clear.
    #[default]
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A list of targets with labels in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StaticConfig {
    /// `host:port` each.
    pub targets: Vec<String>,
    /// Labels that every target gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// User and password of HTTP basic authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BasicAuth {
    /// The user.
    pub username: String,
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// A file with the password, read at every scrape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
}

/// The header `Authorization`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    /// The scheme; `Bearer` if not given.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What follows the scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Secret>,
    /// A file with the credentials, read at every scrape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_file: Option<PathBuf>,
}

/// Certificates. Files are read when the configuration is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// Authorities to trust, PEM, instead of the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The client's certificate, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<PathBuf>,
    /// The client's key, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Whether any certificate of a target will do.
    pub insecure_skip_verify: bool,
    /// Not supported.
    #[serde(skip_serializing)]
    pub server_name: Unsupported,
}

#[cfg(test)]
mod tests;
