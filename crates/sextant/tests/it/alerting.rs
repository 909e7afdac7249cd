//! From a breaching sample to a webhook, over restarts.

use crate::support::webhook::Webhook;
use crate::support::{Server, until};
use model::{Batch, Clock as _, Labels, SystemClock};
use serde_json::Value;

const RULES: &str = r#"
groups:
- name: orders
  rules:
  - alert: QueueLong
    expr: queue_length > 10
    labels: { severity: critical }
    annotations:
      summary: "{{ $labels.queue }} holds {{ $value | humanize }}"
  - alert: QueueLongForLong
    expr: queue_length > 10
    for: 1h
  - record: queue_length:sum
    expr: sum(queue_length)
"#;

async fn start(webhook: &Webhook) -> Server {
    let rules = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(rules.path(), RULES).unwrap();
    let (_, path) = rules.keep().unwrap();
    let config = format!(
        "rule_files: ['{}']\nnotify:\n  receivers:\n  - name: ops\n    webhook_configs:\n    - url: {}\n",
        path.display(),
        webhook.url
    );
    Server::start(&config).await
}

async fn push(server: &Server, value: f64) {
    let mut batch = Batch::new();
    batch.push(Labels::of_metric("queue_length", &[("queue", "mail")]), SystemClock.now(), value);
    assert_eq!(server.write(&batch).await.unwrap().status(), 204);
}

async fn alert_states(server: &Server, name: &str) -> Vec<Value> {
    let (_, body) = server.get("/api/v1/alerts").await;
    let alerts = body["data"]["alerts"].as_array().cloned().unwrap_or_default();
    alerts.into_iter().filter(|alert| alert["labels"]["alertname"] == name).collect()
}

#[tokio::test]
async fn a_breach_is_told_once_and_so_is_its_end() {
    let webhook = Webhook::start(0).await;
    let server = start(&webhook).await;
    push(&server, 1.0).await;
    push(&server, 1500.0).await;
    let told = &webhook.wait_for(1).await[0];
    assert_eq!(told["version"], "4");
    assert_eq!(told["status"], "firing");
    assert_eq!(told["receiver"], "ops");
    assert_eq!(told["groupLabels"], serde_json::json!({ "alertname": "QueueLong" }));
    let alert = &told["alerts"][0];
    assert_eq!(
        alert["labels"],
        serde_json::json!({ "alertname": "QueueLong", "queue": "mail", "severity": "critical" })
    );
    assert_eq!(alert["annotations"]["summary"], "mail holds 1.5k");
    assert_eq!(alert["endsAt"], "0001-01-01T00:00:00Z");
    assert_eq!(alert["fingerprint"].as_str().map(str::len), Some(16));

    let states = alert_states(&server, "QueueLong").await;
    assert_eq!((states[0]["state"].as_str(), states[0]["value"].as_str()), (Some("firing"), Some("1.5e+03")));
    assert_eq!(alert_states(&server, "QueueLongForLong").await[0]["state"], "pending");
    assert_eq!(server.value("ALERTS{alertname=\"QueueLong\",alertstate=\"firing\"}").await, Some(1.0));
    until("the recording rule has stored its result", async || {
        server.value("queue_length:sum").await.filter(|value| *value == 1500.0)
    })
    .await;

    push(&server, 2.0).await;
    let told = webhook.wait_for(2).await;
    assert_eq!(told[1]["status"], "resolved");
    assert_ne!(told[1]["alerts"][0]["endsAt"], "0001-01-01T00:00:00Z");
    assert_eq!(told.len(), 2, "each change is told once");
    assert_eq!(alert_states(&server, "QueueLong").await.len(), 0);
}

#[tokio::test]
async fn a_receiver_that_fails_twice_is_told_all_the_same() {
    let webhook = Webhook::start(2).await;
    let server = start(&webhook).await;
    push(&server, 11.0).await;
    let told = webhook.wait_for(1).await;
    assert_eq!(told[0]["alerts"][0]["labels"]["alertname"], "QueueLong");
    assert_eq!(webhook.attempts(), 3);
    drop(server);
}

#[tokio::test]
async fn states_survive_a_restart_and_nothing_is_told_twice() {
    let webhook = Webhook::start(0).await;
    let mut server = start(&webhook).await;
    push(&server, 11.0).await;
    webhook.wait_for(1).await;
    let before = (alert_states(&server, "QueueLong").await, alert_states(&server, "QueueLongForLong").await);
    server.kill().await;
    server.restart().await;
    let (firing, pending) = until("both alerts are back", async || {
        let states =
            (alert_states(&server, "QueueLong").await, alert_states(&server, "QueueLongForLong").await);
        (!states.0.is_empty() && !states.1.is_empty()).then_some(states)
    })
    .await;
    assert_eq!(
        (&firing[0]["state"], &firing[0]["activeAt"]),
        (&before.0[0]["state"], &before.0[0]["activeAt"])
    );
    assert_eq!(
        (&pending[0]["state"], &pending[0]["activeAt"]),
        (&before.1[0]["state"], &before.1[0]["activeAt"])
    );
    push(&server, 1.0).await;
    let told = webhook.wait_for(2).await;
    let statuses: Vec<&Value> = told.iter().map(|message| &message["status"]).collect();
    assert_eq!(statuses, ["firing", "resolved"]);
    assert_eq!(told[0]["alerts"][0]["startsAt"], told[1]["alerts"][0]["startsAt"]);
}
