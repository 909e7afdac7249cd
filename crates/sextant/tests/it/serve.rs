//! The server as people meet it: started, asked, stopped.

use crate::support::{Server, client, run, until};
use futures_util::{SinkExt as _, StreamExt as _};
use model::{Batch, Clock as _, Labels, SystemClock, Timestamp};
use tokio_tungstenite::tungstenite::Message;

/// Every source on, as `sextant serve` without any configuration has it.
const AS_IT_IS: &str = "# as it is\n";

#[tokio::test]
async fn without_configuration_the_host_can_be_queried() {
    let server = Server::start(AS_IT_IS).await;
    let queries = [
        "sum by (mode) (rate(node_cpu_seconds_total[5s])) > 0",
        "node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes > 0",
        "count(node_filesystem_size_bytes) > 0",
        "rate(node_network_receive_bytes_total{device=\"lo\"}[5s]) >= 0",
        "node_load1 >= 0",
        "up{job=\"node\"} == 1",
        "count(sextant_process_resident_memory_bytes) > 0",
    ];
    for query in queries {
        until(&format!("`{query}` answers"), async || server.value(query).await).await;
    }
    let (_, metadata) = server.get("/api/v1/metadata?metric=node_cpu_seconds_total").await;
    assert_eq!(metadata["data"]["node_cpu_seconds_total"][0]["type"], "counter", "{metadata}");
    let (_, rules) = server.get("/api/v1/rules").await;
    assert!(rules["data"]["groups"].as_array().is_some_and(|groups| !groups.is_empty()), "{rules}");
}

#[tokio::test]
async fn what_is_acknowledged_is_seen_at_once_and_after_a_restart() {
    let mut server = Server::start("").await;
    let now = SystemClock.now();
    for step in 0..20 {
        let mut batch = Batch::new();
        batch.push(Labels::of_metric("step", &[]), now.plus_millis(step - 20), step as f64);
        assert_eq!(server.write(&batch).await.unwrap().status(), 204);
        assert_eq!(server.value("step").await, Some(step as f64));
    }
    assert!(server.stop().await.success());
    server.restart().await;
    assert_eq!(server.value("count_over_time(step[1h])").await, Some(20.0));
}

#[tokio::test]
async fn any_order_and_any_time_within_retention_is_taken() {
    let server = Server::start_with("", &["storage.retention.raw=100y"]).await;
    let labels = Labels::of_metric("old", &[]);
    let mut batch = Batch::new();
    for millis in [2_000, 1_000, 3_000, 1_000] {
        batch.push(labels.clone(), Timestamp::from_millis(millis), millis as f64);
    }
    assert_eq!(server.write(&batch).await.unwrap().status(), 204);
    let (_, answer) = server.get("/api/v1/query?query=old[1h]&time=3600").await;
    let values = &answer["data"]["result"][0]["values"];
    assert_eq!(values, &serde_json::json!([[1, "1000"], [2, "2000"], [3, "3000"]]));
}

#[tokio::test]
async fn live_answers_follow_the_samples() {
    let server = Server::start("").await;
    let url = format!("{}/api/v1/live", server.url.replace("http", "ws"));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let subscribe = r#"{"op":"subscribe","id":"a","query":"2 * pushed","interval_ms":100}"#;
    socket.send(Message::text(subscribe)).await.unwrap();
    let mut next = async || {
        let text = socket.next().await.unwrap().unwrap().into_text().unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    assert_eq!(next().await["result"], serde_json::json!([]));
    for value in 1..4 {
        let mut batch = Batch::new();
        batch.push(Labels::of_metric("pushed", &[]), SystemClock.now(), f64::from(value));
        server.write(&batch).await.unwrap();
        let want = (2 * value).to_string();
        until("the live answer holds the new value", async || {
            Some(next().await)
                .filter(|message| message["id"] == "a" && message["result"][0]["value"] == *want)
        })
        .await;
    }
    let wrong = r#"{"op":"subscribe","id":"b","query":"sum("}"#;
    socket.send(Message::text(wrong)).await.unwrap();
    let text = socket.next().await.unwrap().unwrap().into_text().unwrap();
    let message: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((message["id"].as_str(), message["errorType"].as_str()), (Some("b"), Some("bad_data")));
}

#[tokio::test]
async fn keys_come_from_variables_and_flags_win_over_them() {
    let dir = tempfile::TempDir::new().unwrap();
    let run = async |variables: &[(&str, &str)], flags: &[&str]| {
        let mut command = crate::support::sextant();
        command.current_dir(dir.path()).args(["config", "check"]).args(flags).envs(variables.iter().copied());
        let output = command.output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(
        run(&[("SEXTANT_QUERY__TIMEOUT", "5s"), ("MONITORING_RETENTION_DAYS", "30")], &[]).await.0,
        Some(0)
    );
    let (code, err) = run(&[("SEXTANT_QUERY__TIMEOUT", "soon")], &[]).await;
    assert_eq!(code, Some(2));
    assert!(
        err.starts_with("sextant: SEXTANT_QUERY__TIMEOUT: query.timeout: `soon` is not a duration"),
        "{err}"
    );
    let (code, err) = run(&[("MONITORING_SCRAPE_INTERVAL", "often")], &[]).await;
    assert_eq!(code, Some(2));
    assert!(err.starts_with("sextant: MONITORING_SCRAPE_INTERVAL: global.scrape_interval: `often`"), "{err}");
    let right = ["--set", "query.timeout=5s"];
    assert_eq!(run(&[("SEXTANT_QUERY__TIMEOUT", "10s")], &right).await.0, Some(0));

    std::fs::write(dir.path().join("c.yaml"), "storage:\nquery:\n").unwrap();
    let over_empty = ["--config", "c.yaml", "--set", "storage.retention.raw=30d"];
    assert_eq!(run(&[], &over_empty).await, (Some(0), String::new()));
}

#[tokio::test]
async fn the_token_is_asked_for_where_sign_in_is_required() {
    let dir = tempfile::TempDir::new().unwrap();
    let token = dir.path().join("token");
    std::fs::write(&token, "a-token-that-is-long-enough\n").unwrap();
    let config = format!("auth:\n  mode: required\n  token_file: {}\n", token.display());
    let server = Server::start(&config).await;
    let status = async |authorization: Option<&str>| {
        let request = client().get(format!("{}/api/v1/labels", server.url));
        let request = authorization.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(None).await, 401);
    assert_eq!(status(Some("wrong")).await, 401);
    assert_eq!(status(Some("a-token-that-is-long-enough")).await, 200);
    assert_eq!(server.text("/-/ready").await.0, 200);
    let (code, out, err) = run(
        dir.path(),
        &["query", "--url", &server.url, "--token-file", token.to_str().unwrap(), "vector(1)"],
    )
    .await;
    assert_eq!((code, out.as_str()), (0, "{}  1\n"), "{err}");
    assert!(!server.log().contains("a-token-that"), "secrets do not belong in the log");
}

#[tokio::test]
async fn the_command_line_asks_the_server_and_prints_tables_json_and_csv() {
    let server = Server::start("").await;
    let mut batch = Batch::new();
    for (job, value) in [("a", 1.0), ("bb", 2.5)] {
        batch.push(
            Labels::of_metric("m", &[("job", job)]),
            Timestamp::from_millis(SystemClock.now().as_millis()),
            value,
        );
    }
    server.write(&batch).await.unwrap();
    let query = async |args: &[&str]| {
        let all: Vec<&str> = ["query", "--url", &server.url].iter().chain(args).copied().collect();
        run(server.dir.path(), &all).await
    };
    assert_eq!(query(&["m"]).await.1, "m{job=\"a\"}   1\nm{job=\"bb\"}  2.5\n");
    assert_eq!(query(&["none"]).await.1, "(no series)\n");
    assert_eq!(query(&["1+1"]).await.1, "2\n");
    assert!(query(&["m", "--output", "json"]).await.1.starts_with("{\"status\":\"success\""));
    let (_, out, _) =
        query(&["m * 2", "--output", "csv", "--start", "1000", "--end", "1001", "--step", "1s"]).await;
    assert_eq!(out, "series,timestamp,value\n");
    let (code, _, err) = query(&["sum("]).await;
    assert_eq!(code, 1);
    assert!(err.starts_with("sextant: bad_data: invalid parameter \"query\": 1:5: parse error"), "{err}");
    let (code, _, err) = run(server.dir.path(), &["query", "--url", "http://127.0.0.1:1", "up"]).await;
    assert_eq!(code, 1);
    assert!(err.starts_with("sextant: cannot ask `http://127.0.0.1:1`"), "{err}");
}

#[tokio::test]
async fn the_ui_is_served_with_safe_headers_and_own_figures_are_shown() {
    let server = Server::start("").await;
    let response = client().get(format!("{}/explore", server.url)).send().await.unwrap();
    let headers = response.headers().clone();
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    let page = response.text().await.unwrap();
    assert!(page.contains("<div id=\"app\">"), "{page}");
    let (status, text) = server.text("/metrics").await;
    assert_eq!(status, 200);
    assert!(text.contains("# TYPE sextant_intake_samples_total counter\n"), "{text}");
}
