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

#[tokio::test]
async fn every_series_is_there_with_its_value_and_up_follows() {
    let address = free_address();
    let server = Server::start(&config(&address)).await;
    until("the missing target is down", async || server.value("up").await.filter(|up| *up == 0.0)).await;
    let (_, targets) = server.get("/api/v1/targets").await;
    let target = &targets["data"]["activeTargets"][0];
    assert_eq!(target["health"], "down");
    assert!(target["lastError"].as_str().unwrap().contains("refused"), "{target}");

    let mut exporter = node_exporter(server.dir.path(), &address).await;
    until("the target is up", async || server.value("up").await.filter(|up| *up == 1.0)).await;

    // Most values change by the second, so they are compared where two own scrapes around ours agree.
    let metrics = async || {
        exposed(&client().get(format!("{}/metrics", exporter.url)).send().await.unwrap().text().await.unwrap())
    };
    let before = metrics().await;
    let scrapes = server.value("scrape_samples_scraped").await.unwrap();
    assert!(scrapes > 100.0);
    let first = server.value("timestamp(up)").await.unwrap();
    until("another scrape is stored", async || server.value("timestamp(up)").await.filter(|at| *at > first + 1.0)).await;
    let after = metrics().await;
    let (mut missing, mut wrong, mut equal) = (Vec::new(), Vec::new(), 0);
    let stored = query_at(&server.url, "{job=\"exporter\"}", None).await;
    let mut by_name = BTreeMap::new();
    for item in stored {
        let pairs: Vec<(String, String)> = item["metric"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "job" | "instance" | "team"))
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let value: f64 = item["value"][1].as_str().unwrap().parse().unwrap();
        by_name.insert(model::Labels::from_pairs(&pairs).unwrap().to_string(), value);
    }
    for (name, value) in &before {
        let Some(later) = after.get(name) else { continue };
        match by_name.get(name) {
            None => missing.push(name),
            Some(stored) if value.to_bits() == later.to_bits() && stored != value => wrong.push(name),
            Some(_) => equal += 1,
        }
    }
    assert!(missing.is_empty() && wrong.is_empty(), "missing {missing:?}, wrong {wrong:?}");
    assert!(equal > 300, "only {equal} series were compared");
    assert_eq!(server.value("up{team=\"infra\"}").await, Some(1.0));

    exporter.stop().await;
    until("the stopped target is down", async || server.value("up").await.filter(|up| *up == 0.0)).await;
    assert_eq!(server.query("node_load1").await.len(), 0, "series of a target that is down are stale");
    assert_eq!(server.log().matches("refused").count(), 2, "the reason is logged once per change: {}", server.log());
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
