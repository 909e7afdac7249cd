//! The messages of the live connection, JSON in text frames.

use std::sync::Arc;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::answer::{ErrorKind, Failure, LabelsJson, SecondsJson};

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Request {
    /// Push the answers of an expression under this id from now on; an id in use is replaced.
    Subscribe {
        id: String,
        query: String,
        /// Milliseconds between two answers at least.
        #[serde(default = "default_interval_ms")]
        interval_ms: u32,
    },
    /// Stop.
    Unsubscribe { id: String },
}

const fn default_interval_ms() -> u32 {
    1000
}

/// The value of one expression at one time, as JSON text without the id, so that it can be shared.
#[derive(Clone, Debug)]
pub(crate) struct Body(pub(crate) Arc<str>);

impl Body {
    pub(crate) fn answer(at: Timestamp, samples: &[promql::InstantSample]) -> Self {
        #[derive(Serialize)]
        struct Item<'a> {
            metric: LabelsJson<'a>,
            value: String,
        }
        #[derive(Serialize)]
        struct Answer<'a> {
            time: SecondsJson,
            result: Vec<Item<'a>>,
        }
        let result = samples
            .iter()
            .map(|sample| Item {
                metric: LabelsJson(&sample.labels),
                value: model::format_value(sample.sample.value),
            })
            .collect();
        Self::json(&Answer { time: SecondsJson(at), result })
    }

    pub(crate) fn error(kind: &'static str, message: &str) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Failure<'a> {
            error_type: &'static str,
            error: &'a str,
        }
        Self::json(&Failure { error_type: kind, error: message })
    }

    /// The same error as the HTTP API would give.
    pub(crate) fn failure(failure: &Failure) -> Self {
        let kind = match failure.kind {
            ErrorKind::BadData => "bad_data",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Canceled => "canceled",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::Execution => "execution",
            _ => "internal",
        };
        Self::error(kind, &failure.message)
    }

    fn json(value: &impl Serialize) -> Self {
        // Writing these types cannot fail: they hold no maps with other keys than texts.
        Self(serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned()).into())
    }

    /// The whole message for one subscriber.
    pub(crate) fn addressed(&self, id: &str) -> String {
        let id = serde_json::Value::from(id);
        format!("{{\"id\":{id},{}", &self.0[1..])
    }
}
