//! `/api/v1/metadata`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;

use super::labels::read;
use crate::answer::{Answer, Success};
use crate::app::App;
use crate::params::Params;

/// What one metric family says about itself.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    #[serde(rename = "type")]
    kind: &'static str,
    help: Arc<str>,
    unit: Arc<str>,
}

/// `GET /api/v1/metadata`
pub(crate) async fn metadata(
    State(app): State<Arc<App>>,
    params: Params,
) -> Answer<BTreeMap<Arc<str>, Vec<Entry>>> {
    let limit = params.limit("limit")?;
    let per_metric = params.limit("limit_per_metric")?;
    let metric = params.get("metric").map(str::to_owned);
    let known = read(app, move |store| store.metadata(metric.as_deref())).await?;
    let mut all: BTreeMap<Arc<str>, Vec<Entry>> = BTreeMap::new();
    for (name, metadata) in known {
        if all.len() >= limit && !all.contains_key(&name) {
            break;
        }
        let entries = all.entry(name).or_default();
        if entries.len() < per_metric {
            entries.push(Entry { kind: metadata.kind.as_str(), help: metadata.help, unit: metadata.unit });
        }
    }
    Ok(Success::new(all))
}
