//! The JSON that Alertmanager posts to webhooks, version 4, and how it names alerts and groups.
//!
//! Format: Alertmanager, `docs/configuration.md`, section `webhook_config`.

use std::collections::BTreeMap;

use model::{Alert, Labels, Timestamp};
use serde::{Deserialize, Serialize};

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

/// A time as Go writes it in JSON: RFC 3339 in UTC, with as many decimals of the second as it needs. Times
/// outside the years 0 to 9999 are written as [`NO_TIME`].
pub fn rfc3339(at: Timestamp) -> String {
    let secs = at.as_millis().div_euclid(1000);
    let (days, second_of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    if !(0..=9999).contains(&year) {
        return NO_TIME.to_owned();
    }
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    let fraction = match at.as_millis().rem_euclid(1000) {
        0 => String::new(),
        millis => format!(".{millis:03}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The proleptic Gregorian date of a number of days since 1970-01-01. Years begin in March here, so that the
/// leap day is a year's last.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    const DAYS_TO_EPOCH: i64 = 719_468; // From 0000-03-01 to 1970-01-01.
    const DAYS_PER_ERA: i64 = 146_097; // 400 years.
    let days = days + DAYS_TO_EPOCH;
    let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests;
