//! The configuration: one struct, whose fields and doc comments are the reference.
//!
//! Values come from, later ones winning: the defaults below, the file, the source documents' environment
//! variables, `SEXTANT_` environment variables, `--set` and the other flags. Prometheus's own sections
//! (`global`, `scrape_configs`, `rule_files`) are read as they stand, so a `prometheus.yml` made of them works.

mod check;
mod foreign;
mod layers;
pub(crate) mod reference;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use collect::host::HostConfig;
use collect::scrape::ScrapeConfig;
use model::Duration;
use notify::NotifyConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use check::read_token;
pub(crate) use layers::{Loaded, Override, Sources};

/// Everything that can be configured.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The HTTP server.
    pub(crate) server: ServerConfig,
    /// Who may use the server.
    pub(crate) auth: AuthConfig,
    /// The metric store and what lies beside it.
    pub(crate) storage: StorageConfig,
    /// Collectors that run inside Sextant.
    pub(crate) collect: CollectConfig,
    /// Sextant's figures about itself.
    #[serde(rename = "self")]
    pub(crate) own: SelfConfig,
    /// What the gate lets through.
    pub(crate) limits: LimitsConfig,
    /// Queries.
    pub(crate) query: QueryConfig,
    /// Recording and alerting rules.
    pub(crate) rules: RulesConfig,
    /// How alerts are told to receivers.
    pub(crate) notify: NotifyConfig,
    /// The log on standard error.
    pub(crate) log: LogConfig,
    /// Prometheus's `global` section.
    pub(crate) global: GlobalConfig,
    /// Prometheus's scrape configurations, relabelling included.
    pub(crate) scrape_configs: Vec<ScrapeConfig>,
    /// Prometheus rule files, as paths or globs, relative to the configuration file.
    pub(crate) rule_files: Vec<String>,
    /// Not supported.
    pub(crate) alerting: foreign::Alerting,
    /// Not supported.
    pub(crate) remote_write: foreign::Unsupported,
    /// Not supported.
    pub(crate) remote_read: foreign::Unsupported,
    /// Not supported.
    pub(crate) scrape_config_files: foreign::Unsupported,
    /// Not supported.
    pub(crate) tracing: foreign::Unsupported,
    /// Not supported.
    pub(crate) otlp: foreign::Unsupported,
}

/// Prometheus's `global` section.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GlobalConfig {
    /// How often targets are scraped.
    pub(crate) scrape_interval: Duration,
    /// How long one scrape may take; an interval shorter than this takes its place.
    pub(crate) scrape_timeout: Duration,
    /// How often groups of rules without an interval of their own are evaluated [default:
    /// `rules.evaluation_interval`].
    pub(crate) evaluation_interval: Option<Duration>,
    /// Labels of this server, for the templates of alerts.
    pub(crate) external_labels: BTreeMap<String, String>,
}

impl Default for GlobalConfig {
    fn default() -> Self {
        let collect::scrape::GlobalConfig { scrape_interval, scrape_timeout } = Default::default();
        Self { scrape_interval, scrape_timeout, evaluation_interval: None, external_labels: BTreeMap::new() }
    }
}

impl GlobalConfig {
    /// What scrape configurations inherit.
    pub(crate) fn of_scrapes(&self) -> collect::scrape::GlobalConfig {
        collect::scrape::GlobalConfig {
            scrape_interval: self.scrape_interval,
            scrape_timeout: self.scrape_timeout,
        }
    }
}

/// The HTTP server.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerConfig {
    /// Address and port to listen on. Any address that is not loopback needs `auth.mode: required`.
    pub(crate) listen: Listen,
    /// Where people reach this server, for links in notifications; by default the listen address.
    pub(crate) external_url: Option<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: Listen(SocketAddr::from(([127, 0, 0, 1], 8470))), external_url: None }
    }
}

/// An address to listen on: `HOST:PORT`, where the host is an IP address or `localhost`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
        let wrong = |_| {
            format!("`{text}` is not an address to listen on: write `HOST:PORT`, such as `127.0.0.1:8470`")
        };
        numeric.parse().map(Self).map_err(wrong)
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.0.to_string()
    }
}

impl JsonSchema for Listen {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "address".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "host:port" })
    }
}

/// Who may use the server.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuthConfig {
    /// `open` asks nobody and is allowed on a loopback address only; `required` asks for the token.
    pub(crate) mode: AuthMode,
    /// A file that holds the token, at least 16 characters. It is sent as `Authorization: Bearer TOKEN`, or as
    /// the password of any user name.
    pub(crate) token_file: Option<PathBuf>,
}

/// Whether requests must be signed in.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthMode {
    /// Nobody is asked.
    #[default]
    Open,
    /// Every request needs the token.
    Required,
}

/// The metric store and what lies beside it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StorageConfig {
    /// The folder that holds everything Sextant keeps.
    pub(crate) data_dir: PathBuf,
    /// How long samples are kept.
    pub(crate) retention: RetentionConfig,
    /// How much of the newest data a power failure may cost; `0s` syncs before each acknowledgement. A killed
    /// process loses nothing acknowledged in any case.
    pub(crate) sync_interval: Duration,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./sextant-data"),
            retention: RetentionConfig::default(),
            sync_interval: Duration::from_millis(200),
        }
    }
}

/// How long samples are kept.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RetentionConfig {
    /// Samples as they came.
    pub(crate) raw: Duration,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { raw: Duration::from_secs(365 * 86_400) }
    }
}

/// Collectors that run inside Sextant.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CollectConfig {
    /// This host.
    pub(crate) host: HostConfig,
}

/// Sextant's figures about itself.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SelfConfig {
    /// Whether they are stored as series (they are always shown at `/metrics`).
    pub(crate) enabled: bool,
    /// How often they are stored.
    pub(crate) interval: Duration,
}

impl Default for SelfConfig {
    fn default() -> Self {
        Self { enabled: true, interval: Duration::from_secs(15) }
    }
}

/// What the gate lets through.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsConfig {
    /// Labels of one series, the metric's name included.
    pub(crate) labels_per_series: u32,
    /// Bytes of one label's name.
    pub(crate) label_name_bytes: u32,
    /// Bytes of one label's value.
    pub(crate) label_value_bytes: u32,
    /// Bytes of one request's body, as it is sent.
    pub(crate) body_bytes: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            labels_per_series: 128,
            label_name_bytes: 1024,
            label_value_bytes: 65_536,
            body_bytes: 32 << 20,
        }
    }
}

/// Queries.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QueryConfig {
    /// A query is given up after this long.
    pub(crate) timeout: Duration,
    /// Samples that one query may hold in memory at a time.
    pub(crate) max_samples: u64,
    /// Queries that run at the same time; others wait within their timeout.
    pub(crate) max_concurrent: u32,
    /// How far back an instant looks for the last sample of a series.
    pub(crate) lookback: Duration,
}

impl Default for QueryConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_samples: 50_000_000,
            max_concurrent: 50,
            lookback: Duration::from_secs(300),
        }
    }
}

/// Recording and alerting rules.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RulesConfig {
    /// Whether the stock rules for hosts are loaded.
    pub(crate) stock: bool,
    /// How often groups without an interval of their own are evaluated, where `global.evaluation_interval` does
    /// not say otherwise.
    pub(crate) evaluation_interval: Duration,
}

impl Default for RulesConfig {
    fn default() -> Self {
        Self { stock: true, evaluation_interval: Duration::from_secs(15) }
    }
}

/// The log on standard error.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogConfig {
    /// The least important messages that are shown.
    pub(crate) level: LogLevel,
    /// One line for people, or one JSON object, per message.
    pub(crate) format: LogFormat,
}

/// How important a message must be.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    /// Something failed.
    Error,
    /// Something is amiss.
    Warn,
    /// Start, stop and changes.
    #[default]
    Info,
    /// For those who look for a fault.
    Debug,
}

/// How messages look.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Why a configuration is refused: one line that says where, which key, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read configuration file `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is not a configuration.
    #[error(transparent)]
    Document(#[from] wire::yaml::DocumentError),
    /// An environment variable or flag is wrong.
    #[error("{source_name}: {message}")]
    Override {
        /// The variable or flag.
        source_name: String,
        /// What is wrong.
        message: String,
    },
    /// Values that are well formed do not fit together or name what is not there.
    #[error("{place}: {key}: {message}")]
    Check {
        /// File and line, or the variable or flag; `default` where nobody set it.
        place: String,
        /// The key.
        key: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A rule file is wrong.
    #[error(transparent)]
    Rules(#[from] rules::RuleFileError),
}

impl Config {
    /// A path of the configuration, relative to the folder of its file.
    pub(crate) fn resolve(&self, file: Option<&Path>, path: &Path) -> PathBuf {
        match file.and_then(Path::parent) {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        }
    }
}
