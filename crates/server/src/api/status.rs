//! `/api/v1/status/*`: what this server is and holds.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;

use crate::answer::{Answer, ErrorKind, Failure, Success};
use crate::app::App;
use crate::params::Params;

/// Entries of each list in the answer, unless a limit is given.
const TOP_DEFAULT: usize = 10;
/// Prometheus's bound on that limit.
const TOP_MAX: usize = 10_000;

/// As Prometheus's, whose clients read it to tell what the server can do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BuildInfo {
    version: &'static str,
    revision: &'static str,
    branch: &'static str,
    build_user: &'static str,
    build_date: &'static str,
    go_version: &'static str,
    application: &'static str,
}

/// The version of Prometheus whose API and language are spoken. Clients such as Grafana compare the `version` of
/// this answer with Prometheus's, to find out what they may use.
const SPEAKS_PROMETHEUS: &str = "3.8.0";

/// `GET /api/v1/status/buildinfo`
pub(crate) async fn build_info(State(app): State<Arc<App>>) -> Answer<BuildInfo> {
    Ok(Success::new(BuildInfo {
        version: SPEAKS_PROMETHEUS,
        revision: app.build.revision,
        branch: "main",
        build_user: "",
        build_date: "",
        go_version: "",
        application: "Sextant",
    }))
}

#[derive(Debug, Serialize)]
struct Count {
    name: String,
    value: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadStats {
    num_series: u64,
    num_label_pairs: u64,
    chunk_count: u64,
    min_time: i64,
    max_time: i64,
}

/// As Prometheus's, plus what lies on disk.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TsdbStatus {
    head_stats: HeadStats,
    series_count_by_metric_name: Vec<Count>,
    label_value_count_by_label_name: Vec<Count>,
    memory_in_bytes_by_label_name: Vec<Count>,
    series_count_by_label_value_pair: Vec<Count>,
}

/// `GET /api/v1/status/tsdb`
pub(crate) async fn tsdb(State(app): State<Arc<App>>, params: Params) -> Answer<TsdbStatus> {
    let top = match params.get("limit") {
        None => TOP_DEFAULT,
        Some(text) => match text.parse() {
            Ok(top @ 1..=TOP_MAX) => top,
            _ => {
                let reason = format!("limit must be a whole number from 1 to {TOP_MAX}");
                return Err(Failure::new(ErrorKind::BadData, reason));
            }
        },
    };
    let stats = tokio::task::spawn_blocking(move || app.parts.store.stats(top))
        .await
        .map_err(|panicked| Failure::from_error(ErrorKind::Internal, &panicked))?;
    Ok(Success::new(status_of(stats)))
}

fn status_of(stats: tsdb::StoreStats) -> TsdbStatus {
    let counts =
        |list: Vec<tsdb::Count>| list.into_iter().map(|c| Count { name: c.name, value: c.value }).collect();
    TsdbStatus {
        head_stats: HeadStats {
            num_series: stats.head.num_series,
            num_label_pairs: stats.head.num_label_pairs,
            chunk_count: stats.head.chunk_count,
            // Prometheus shows the extremes of its integers for an empty head.
            min_time: stats.head.min_time.map_or(i64::MAX, model::Timestamp::as_millis),
            max_time: stats.head.max_time.map_or(i64::MIN, model::Timestamp::as_millis),
        },
        series_count_by_metric_name: counts(stats.series_by_metric),
        label_value_count_by_label_name: counts(stats.values_by_label),
        memory_in_bytes_by_label_name: counts(stats.bytes_by_label),
        series_count_by_label_value_pair: counts(stats.series_by_pair),
    }
}
