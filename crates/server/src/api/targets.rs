//! `/api/v1/targets`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use collect::scrape::{DroppedTarget, TargetStatus};
use model::Labels;
use serde::Serialize;

use crate::answer::{Answer, Rfc3339, Success, labels_json};
use crate::app::App;
use crate::params::Params;

/// As Prometheus's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Targets {
    active_targets: Vec<Active>,
    dropped_targets: Vec<Dropped>,
    dropped_target_counts: BTreeMap<String, usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    #[serde(serialize_with = "labels_json")]
    discovered_labels: Labels,
    #[serde(serialize_with = "labels_json")]
    labels: Labels,
    scrape_pool: String,
    scrape_url: String,
    global_url: String,
    last_error: String,
    last_scrape: Rfc3339,
    last_scrape_duration: f64,
    health: &'static str,
    scrape_interval: String,
    scrape_timeout: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dropped {
    #[serde(serialize_with = "labels_json")]
    discovered_labels: Labels,
    scrape_pool: String,
}

/// `GET /api/v1/targets`
pub(crate) async fn targets(State(app): State<Arc<App>>, params: Params) -> Answer<Targets> {
    let state = params.get("state").unwrap_or("any");
    let pool = params.get("scrapePool");
    let in_pool = |name: &str| pool.is_none_or(|wanted| wanted == name);
    let all = app.parts.scraper.targets();
    let mut counts = BTreeMap::new();
    for target in &all.dropped {
        *counts.entry(target.scrape_pool.clone()).or_default() += 1;
    }
    let wanted = |kind: &str| matches!(state, "any" | "") || state.eq_ignore_ascii_case(kind);
    let active = all.active.into_iter().filter(|t| wanted("active") && in_pool(&t.scrape_pool));
    let dropped = all.dropped.into_iter().filter(|t| wanted("dropped") && in_pool(&t.scrape_pool));
    Ok(Success::new(Targets {
        active_targets: active.map(active_json).collect(),
        dropped_targets: dropped.map(dropped_json).collect(),
        dropped_target_counts: counts,
    }))
}

fn active_json(target: TargetStatus) -> Active {
    Active {
        discovered_labels: target.discovered_labels,
        labels: target.labels,
        scrape_pool: target.scrape_pool,
        scrape_url: target.scrape_url,
        global_url: target.global_url,
        last_error: target.last_error,
        last_scrape: Rfc3339(target.last_scrape),
        last_scrape_duration: target.last_scrape_duration_seconds,
        health: target.health.as_str(),
        scrape_interval: target.scrape_interval.to_string(),
        scrape_timeout: target.scrape_timeout.to_string(),
    }
}

fn dropped_json(target: DroppedTarget) -> Dropped {
    Dropped { discovered_labels: target.discovered_labels, scrape_pool: target.scrape_pool }
}
