//! The JSON that Alertmanager posts to webhooks, version 4, and how it names alerts and groups.
//!
//! Format: Alertmanager, `docs/configuration.md`, section `webhook_config`.

use std::collections::BTreeMap;

use model::{Alert, Labels};
use serde::{Deserialize, Serialize};

use crate::time::rfc3339;

/// The version of the format.
pub const WEBHOOK_VERSION: &str = "4";

/// The time that Alertmanager writes where there is none.
pub const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Always [`WEBHOOK_VERSION`].
    pub version: String,
    /// The identity of the notification's group, see [`group_key`].
    pub group_key: String,
    /// How many alerts were left out of `alerts` because of the receiver's limit.
    pub truncated_alerts: u64,
    /// `firing` while any alert of the group fires.
    pub status: Status,
    /// The receiver's name.
    pub receiver: String,
    /// The labels by which alerts were grouped.
    pub group_labels: BTreeMap<String, String>,
    /// Labels that all alerts share.
    pub common_labels: BTreeMap<String, String>,
    /// Annotations that all alerts share.
    pub common_annotations: BTreeMap<String, String>,
    /// Where this server's UI is.
    #[serde(rename = "externalURL")]
    pub external_url: String,
    /// The alerts.
    pub alerts: Vec<WebhookAlert>,
}

/// Whether something fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does.
    Firing,
    /// It did, and no longer does.
    Resolved,
}

/// One alert within a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAlert {
    /// Whether it fires.
    pub status: Status,
    /// Its identity.
    pub labels: BTreeMap<String, String>,
    /// Texts for people.
    pub annotations: BTreeMap<String, String>,
    /// When it began to fire, RFC 3339.
    pub starts_at: String,
    /// When it ended, RFC 3339; [`NO_TIME`] while it fires.
    pub ends_at: String,
    /// Where the expression behind it is shown.
    #[serde(rename = "generatorURL")]
    pub generator_url: String,
    /// See [`fingerprint`].
    pub fingerprint: String,
}

impl From<&Alert> for WebhookAlert {
    fn from(alert: &Alert) -> Self {
        Self {
            status: if alert.is_resolved() { Status::Resolved } else { Status::Firing },
            labels: map(&alert.labels),
            annotations: map(&alert.annotations),
            starts_at: rfc3339(alert.starts_at),
            ends_at: alert.ends_at.map_or_else(|| NO_TIME.to_owned(), rfc3339),
            generator_url: alert.generator_url.clone(),
            fingerprint: fingerprint(&alert.labels),
        }
    }
}

fn map(labels: &Labels) -> BTreeMap<String, String> {
    labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Those pairs that are the same in all maps.
pub fn common_pairs<'a>(
    maps: impl IntoIterator<Item = &'a BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let mut maps = maps.into_iter();
    let mut common = maps.next().cloned().unwrap_or_default();
    for map in maps {
        common.retain(|name, value| map.get(name) == Some(value));
    }
    common
}

/// The identity of a group of alerts at the root route: `{}:{alertname="X"}`.
pub fn group_key(group_labels: &Labels) -> String {
    format!("{{}}:{group_labels}")
}

/// The identity of an alert: 16 hexadecimal digits of the 64-bit FNV-1a hash over each label's name and value,
/// sorted by name, each followed by a byte 255 (prometheus/common, `model/fnv.go` and `signature.go`).
pub fn fingerprint(labels: &Labels) -> String {
    let mut hash = Fnv1a::default();
    for (name, value) in labels.iter() {
        hash.write(name.as_bytes());
        hash.write(&[255]);
        hash.write(value.as_bytes());
        hash.write(&[255]);
    }
    format!("{:016x}", hash.0)
}

/// The FNV-1a hash of 64 bits.
struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests;
