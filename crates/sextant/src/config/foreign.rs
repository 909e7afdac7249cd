//! Sections of a `prometheus.yml` that are known and refused, so that nobody believes they work.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

pub(crate) use collect::scrape::Unsupported;

/// Prometheus's `alerting`, which names Alertmanagers.
#[derive(Clone, Copy, Debug, Default, JsonSchema, PartialEq, Eq)]
pub(crate) struct Alerting;

impl<'de> Deserialize<'de> for Alerting {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom(
            "Sextant tells receivers itself: remove the section and name them under `notify.receivers`",
        ))
    }
}
