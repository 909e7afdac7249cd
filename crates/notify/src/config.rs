//! Receivers, with Alertmanager's names for everything.

use std::collections::HashSet;
use std::fmt;

use model::Duration;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::secret::Secret;

/// Who is told of alerts, and how patiently.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// Who is told. Every receiver is told of every alert.
    pub receivers: Vec<ReceiverConfig>,
    /// How long to wait for more alerts of a group before a notification is sent.
    pub group_wait: Duration,
    /// After this time a receiver is told again of an alert that still fires.
    pub repeat_interval: Duration,
}

impl Default for NotifyConfig {
    fn default() -> Self {
        Self {
            receivers: Vec::new(),
            group_wait: Duration::from_millis(200),
            repeat_interval: Duration::from_secs(4 * 3600),
        }
    }
}

/// One receiver of notifications.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ReceiverConfig {
    /// The name, unique among receivers.
    pub name: String,
    /// Webhooks, each of which is told.
    #[serde(default)]
    pub webhook_configs: Vec<WebhookConfig>,
}

/// One webhook of a receiver.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where to post, `http` or `https`.
    pub url: WebhookUrl,
    /// Whether to tell that an alert has ended.
    #[serde(default = "yes")]
    pub send_resolved: bool,
    /// The most alerts in one notification; further ones are counted but not shown. 0 means any number.
    #[serde(default)]
    pub max_alerts: u32,
    /// How long a delivery may take.
    #[serde(default = "ten_seconds")]
    pub timeout: Duration,
    /// How to authenticate.
    #[serde(default)]
    pub http_config: HttpConfig,
}

fn yes() -> bool {
    true
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

/// How to authenticate to a webhook; at most one of the two.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// User name and password.
    pub basic_auth: Option<BasicAuth>,
    /// An `Authorization` header.
    pub authorization: Option<Authorization>,
}

/// User name and password.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct BasicAuth {
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// An `Authorization` header.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// The scheme.
    #[serde(rename = "type", default = "bearer")]
    pub scheme: String,
    /// The token.
    pub credentials: Secret,
}

fn bearer() -> String {
    "Bearer".to_owned()
}

/// The address of a webhook. It is shown without user, password and query, where secrets may be.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// The whole address, secrets included.
    pub(crate) fn reveal(&self) -> &Url {
        &self.0
    }
}

/// Why an address is no webhook's. Does not repeat the address: it may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as `http://host:8080/path`, with `http` or `https`")]
pub struct WebhookUrlError;

impl TryFrom<String> for WebhookUrl {
    type Error = WebhookUrlError;

    fn try_from(text: String) -> Result<Self, WebhookUrlError> {
        let url = Url::parse(&text).map_err(|_| WebhookUrlError)?;
        let webhook = matches!(url.scheme(), "http" | "https") && url.has_host();
        if webhook { Ok(Self(url)) } else { Err(WebhookUrlError) }
    }
}

/// Scheme, host, port and path; the path's end is hidden too where it is long enough to be a token.
impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const TOKEN_CHARS_MIN: usize = 16;
        let url = &self.0;
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or(""))?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        for part in url.path_segments().into_iter().flatten() {
            f.write_str("/")?;
            f.write_str(if part.len() < TOKEN_CHARS_MIN { part } else { "<secret>" })?;
        }
        if url.query().is_some() { f.write_str("?<secret>") } else { Ok(()) }
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl JsonSchema for WebhookUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "webhook_url".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri" })
    }
}

/// Why a set of receivers is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A receiver has no name.
    #[error("receivers[{index}].name: a receiver needs a name")]
    NoName {
        /// Its place in the list.
        index: usize,
    },
    /// Two receivers share a name.
    #[error("receivers[{index}].name: receiver `{name}` occurs twice")]
    Duplicate {
        /// The second one's place in the list.
        index: usize,
        /// The name.
        name: String,
    },
    /// A webhook has two ways to authenticate.
    #[error("receivers[{index}].webhook_configs[{webhook}].http_config: either basic_auth or authorization")]
    TwoAuths {
        /// The receiver's place in the list.
        index: usize,
        /// The webhook's place in the receiver.
        webhook: usize,
    },
    /// A webhook would never be given the time to answer.
    #[error("receivers[{index}].webhook_configs[{webhook}].timeout: must be longer than 0s")]
    NoTimeout {
        /// The receiver's place in the list.
        index: usize,
        /// The webhook's place in the receiver.
        webhook: usize,
    },
    /// Receivers would be told again and again without a pause.
    #[error("repeat_interval: must be longer than 0s")]
    NoRepeatInterval,
}

impl NotifyConfig {
    /// Checks what no single key can tell.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.repeat_interval.is_zero() {
            return Err(ConfigError::NoRepeatInterval);
        }
        let mut names = HashSet::new();
        for (index, receiver) in self.receivers.iter().enumerate() {
            if receiver.name.is_empty() {
                return Err(ConfigError::NoName { index });
            }
            if !names.insert(&receiver.name) {
                return Err(ConfigError::Duplicate { index, name: receiver.name.clone() });
            }
            let two = |webhook: &WebhookConfig| {
                webhook.http_config.basic_auth.is_some() && webhook.http_config.authorization.is_some()
            };
            if let Some(webhook) = receiver.webhook_configs.iter().position(two) {
                return Err(ConfigError::TwoAuths { index, webhook });
            }
            let instant = |webhook: &WebhookConfig| webhook.timeout.is_zero();
            if let Some(webhook) = receiver.webhook_configs.iter().position(instant) {
                return Err(ConfigError::NoTimeout { index, webhook });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
