//! Debian's node_exporter as a scrape target.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::support::peer::{free_address, node_exporter};
use crate::support::{Server, client, query_at, until};
use wire::exposition::{Format, Limits, parse};

/// Series of an exposition, as `name{label="value"}` to value.
fn exposed(text: &str) -> BTreeMap<String, f64> {
    let parsed = parse(text.as_bytes(), Format::Prometheus, &Limits::default()).unwrap();
    let name = |pairs: &[(Cow<'_, str>, Cow<'_, str>)]| model::Labels::from_pairs(pairs).unwrap().to_string();
    parsed.samples.iter().map(|sample| (name(&sample.pairs), sample.value)).collect()
}

fn config(address: &str) -> String {
    format!(
        "scrape_configs:\n- job_name: exporter\n  scrape_interval: 1s\n  static_configs:\n  - targets: ['{address}']\n    labels: {{ team: infra }}\n"
    )
}

/// Serves what the exporter exposed at the first request, again and again, so that values can be compared.
async fn recorded(exporter: &str) -> (String, String) {
    let body = client().get(format!("{exporter}/metrics")).send().await.unwrap().text().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = body.clone();
    let router = axum::Router::new().route("/metrics", axum::routing::get(async move || served.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, body)
}

#[tokio::test]
async fn every_series_is_there_with_its_value() {
    let dir = tempfile::TempDir::new().unwrap();
    let exporter = node_exporter(dir.path(), &free_address()).await;
    let (address, body) = recorded(&exporter.url).await;
    let server = Server::start(&config(&address)).await;
    until("the target is up", async || server.value("up").await.filter(|up| *up == 1.0)).await;

    let mut stored = BTreeMap::new();
    for item in query_at(&server.url, "{job=\"exporter\"}", None).await {
        let pairs: Vec<(&String, &str)> = item["metric"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "job" | "instance" | "team"))
            .map(|(name, value)| (name, value.as_str().unwrap()))
            .collect();
        let value: f64 = item["value"][1].as_str().unwrap().parse().unwrap();
        stored.insert(model::Labels::from_pairs(&pairs).unwrap().to_string(), value);
    }
    let exposed = exposed(&body);
    assert!(exposed.len() > 300, "the exporter exposes only {} series", exposed.len());
    let differs = |name: &String, value: &f64| {
        let have = stored.get(name);
        have.is_none_or(|have| have != value && !(have.is_nan() && value.is_nan()))
    };
    let wrong: Vec<_> = exposed.iter().filter(|(name, value)| differs(name, value)).collect();
    assert!(wrong.is_empty(), "missing or wrong: {wrong:?}");
    assert_eq!(server.value("up{team=\"infra\"}").await, Some(1.0));
    assert_eq!(server.value("scrape_samples_scraped").await, Some(exposed.len() as f64));
}

#[tokio::test]
async fn up_follows_a_target_that_stops_and_starts() {
    let address = free_address();
    let server = Server::start(&config(&address)).await;
    let up_is = async |wanted: f64| {
        until("`up` follows", async || server.value("up").await.filter(|up| *up == wanted)).await;
    };
    up_is(0.0).await;
    let (_, targets) = server.get("/api/v1/targets").await;
    let target = &targets["data"]["activeTargets"][0];
    assert_eq!(target["health"], "down");
    assert!(target["lastError"].as_str().unwrap().contains("refused"), "{target}");

    let mut exporter = node_exporter(server.dir.path(), &address).await;
    up_is(1.0).await;
    assert_eq!(server.query("node_load1").await.len(), 1);
    exporter.stop().await;
    up_is(0.0).await;
    assert_eq!(server.query("node_load1").await.len(), 0, "series of a target that is down are stale");
    let _exporter = node_exporter(server.dir.path(), &address).await;
    up_is(1.0).await;
    let log = server.log();
    assert_eq!(log.matches("refused").count(), 2, "the reason is logged once per change: {log}");
}

#[tokio::test]
async fn a_slow_target_is_down_and_does_not_delay_others() {
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow_address = slow.local_addr().unwrap();
    // Takes connections and never answers.
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = slow.accept().await {
            held.push(socket);
        }
    });
    let good = free_address();
    let config = format!(
        "scrape_configs:\n- job_name: j\n  scrape_interval: 1s\n  scrape_timeout: 500ms\n  static_configs:\n  - targets: ['{slow_address}', '{good}']\n"
    );
    let server = Server::start(&config).await;
    let _exporter = node_exporter(server.dir.path(), &good).await;
    until("the slow target is down", async || {
        server.value(&format!("up{{instance=\"{slow_address}\"}}")).await.filter(|up| *up == 0.0)
    })
    .await;
    until("the good target is up", async || {
        server.value(&format!("up{{instance=\"{good}\"}}")).await.filter(|up| *up == 1.0)
    })
    .await;
    let (_, targets) = server.get("/api/v1/targets").await;
    let errors: Vec<&str> = targets["data"]["activeTargets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| target["lastError"].as_str().unwrap())
        .collect();
    assert!(errors.iter().any(|error| error.contains("deadline") || error.contains("time")), "{errors:?}");
}
