//! Debian's Prometheus remote-writes what it scrapes; both must then give the same answers.
//!
//! `PEER_MINUTES` sets how long (1 by default).

use std::collections::BTreeMap;

use crate::support::peer::{free_address, node_exporter, prometheus};
use crate::support::{Server, client, post, query_at, until};
use serde_json::Value;

/// Queries of many kinds over node_exporter's and Prometheus's own metrics. Range selectors are of lengths that no
/// sample's time divides, because Prometheus 2 includes a range's left end and Prometheus 3 does not.
const QUERIES: &[&str] = &[
    "up",
    "count({__name__=~\"node_.+\"})",
    "node_cpu_seconds_total",
    "sum by (mode) (node_cpu_seconds_total)",
    "sum without (cpu) (node_cpu_seconds_total{mode!=\"idle\"})",
    "rate(node_cpu_seconds_total[15s500ms])",
    "irate(node_context_switches_total[20s500ms])",
    "increase(node_intr_total[30s500ms])",
    "delta(node_memory_MemAvailable_bytes[30s500ms])",
    "deriv(node_memory_MemFree_bytes[30s500ms])",
    "predict_linear(node_memory_MemFree_bytes[30s500ms], 3600)",
    "avg_over_time(node_load1[20s500ms])",
    "stddev_over_time(node_memory_MemFree_bytes[20s500ms])",
    "quantile_over_time(0.75, node_memory_MemFree_bytes[20s500ms])",
    "changes(node_procs_running[30s500ms])",
    "resets(node_procs_running[30s500ms])",
    "max_over_time(rate(node_context_switches_total[10s500ms])[20s700ms:1s])",
    "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[30s500ms])))",
    "histogram_quantile(0.5, prometheus_http_request_duration_seconds_bucket)",
    "topk(3, node_cpu_seconds_total)",
    "bottomk(2, sum by (cpu) (node_cpu_seconds_total))",
    "quantile(0.5, node_cpu_seconds_total)",
    "count_values(\"v\", node_cpu_seconds_total > bool 10)",
    "stddev by (mode) (node_cpu_seconds_total)",
    "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "node_filesystem_avail_bytes / node_filesystem_size_bytes",
    "node_disk_io_time_seconds_total * on (instance) group_left (nodename) node_uname_info",
    "node_load1 > 0 or vector(1)",
    "node_load1 and on (instance) up == 1",
    "node_network_receive_bytes_total unless node_network_receive_bytes_total{device=\"lo\"}",
    "label_replace(up, \"short\", \"$1\", \"instance\", \"(.*):.*\")",
    "absent(nothing_at_all)",
    "clamp(node_load1, 0, 1) + round(node_load5, 0.1)",
    "sort_desc(node_load1) * 2 ^ 3 % 7",
    "time() - node_boot_time_seconds",
    "hour(node_boot_time_seconds) + minute() + day_of_week()",
    "node_load1 offset 10s",
    "timestamp(node_load1)",
    "scalar(count(up)) * vector(2)",
    "-node_load1",
];

fn config(minutes_target: &str, own: &str, write_to: &str) -> String {
    format!(
        "global: {{ scrape_interval: 1s }}\n\
         scrape_configs:\n\
         - job_name: node\n  static_configs: [{{ targets: ['{minutes_target}'] }}]\n\
         - job_name: prometheus\n  static_configs: [{{ targets: ['{own}'] }}]\n\
         remote_write:\n- url: {write_to}/api/v1/write\n  queue_config: {{ batch_send_deadline: 500ms }}\n"
    )
}

/// A result with its series by labels; values as numbers for comparison with a tolerance.
fn by_labels(result: &[Value], values: &str) -> BTreeMap<String, Vec<(f64, f64)>> {
    let points = |item: &Value| -> Vec<(f64, f64)> {
        let list = if values == "value" {
            vec![item["value"].clone()]
        } else {
            item["values"].as_array().unwrap().clone()
        };
        list.iter().map(|p| (p[0].as_f64().unwrap(), p[1].as_str().unwrap().parse().unwrap())).collect()
    };
    result.iter().map(|item| (item["metric"].to_string(), points(item))).collect()
}

fn close(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

fn differences(
    ours: &BTreeMap<String, Vec<(f64, f64)>>,
    theirs: &BTreeMap<String, Vec<(f64, f64)>>,
) -> Option<String> {
    if ours.keys().ne(theirs.keys()) {
        return Some(format!("series differ: ours {:?}, theirs {:?}", ours.keys(), theirs.keys()));
    }
    ours.iter().zip(theirs.values()).find_map(|((labels, a), b)| {
        let same = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.0 == y.0 && close(x.1, y.1));
        (!same).then(|| format!("{labels}: ours {a:?}, theirs {b:?}"))
    })
}

async fn range(url: &str, query: &str, start: f64, end: f64) -> Vec<Value> {
    let form = [
        ("query", query.to_owned()),
        ("start", start.to_string()),
        ("end", end.to_string()),
        ("step", "3".to_owned()),
    ];
    let answer = post(&format!("{url}/api/v1/query_range"), &form).await;
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"]["result"].as_array().cloned().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_writes_into_sextant_and_both_answer_alike() {
    let minutes: f64 = std::env::var("PEER_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let server = Server::start("").await;
    let dir = server.dir.path();
    let exporter = node_exporter(dir, &free_address()).await;
    // Prometheus's own address is known only after its configuration is written; a reload is not needed because
    // the job may name any address that answers with its metrics.
    let address = free_address();
    std::fs::write(dir.join("prometheus.yml"), config(&exporter.address, &address, &server.url)).unwrap();
    let args = [
        "--config.file=prometheus.yml".to_owned(),
        "--storage.tsdb.path=prometheus-data".to_owned(),
        format!("--web.listen-address={address}"),
    ];
    let peer = crate::support::peer::Peer::start(dir, "prometheus", &address, &args, "/-/ready").await;

    let first = until("the first samples have come through", async || {
        server.value("min(timestamp(node_load1))").await
    })
    .await;
    let end = first + minutes * 60.0;
    until_time(&server, end).await;

    let own = client().get(format!("{}/metrics", peer.url)).send().await.unwrap().text().await.unwrap();
    for counter in
        ["prometheus_remote_storage_samples_failed_total", "prometheus_remote_storage_samples_dropped_total"]
    {
        let sum: f64 = own
            .lines()
            .filter(|line| line.starts_with(counter))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        assert_eq!(sum, 0.0, "{counter}");
    }

    // A closed interval: everything in it has been written by now.
    let (from, to) = ((first + 10.0).ceil(), (end - 5.0).floor());
    let mut wrong = Vec::new();
    for query in QUERIES {
        for at in [from + 20.5, to] {
            let ours = by_labels(&query_at(&server.url, query, Some(at)).await, "value");
            let theirs = by_labels(&query_at(&peer.url, query, Some(at)).await, "value");
            wrong.extend(differences(&ours, &theirs).map(|why| format!("{query} at {at}: {why}")));
        }
        let ours = by_labels(&range(&server.url, query, from + 20.5, to).await, "values");
        let theirs = by_labels(&range(&peer.url, query, from + 20.5, to).await, "values");
        wrong.extend(differences(&ours, &theirs).map(|why| format!("{query} from {from} to {to}: {why}")));
    }
    assert!(
        wrong.is_empty(),
        "{} of {} answers differ:\n{}",
        wrong.len(),
        QUERIES.len() * 3,
        wrong.join("\n")
    );

    promtool(&server).await;
}

/// Waits until samples of that time have come through.
async fn until_time(server: &Server, end: f64) {
    // Longer than the patience of one condition, so wait in steps.
    loop {
        let now = server.value("max(timestamp(node_load1))").await.unwrap_or_default();
        if now >= end {
            return;
        }
        let next = (now + 30.0).min(end);
        until("time goes on", async || {
            server.value("max(timestamp(node_load1))").await.filter(|at| *at >= next)
        })
        .await;
    }
}

/// Prometheus's own client works against Sextant.
async fn promtool(server: &Server) {
    let run = async |args: &[&str]| {
        let output = tokio::process::Command::new("promtool").args(args).output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "promtool {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        text
    };
    let url = server.url.as_str();
    assert!(run(&["query", "instant", url, "up"]).await.contains("up{"));
    assert!(run(&["query", "range", url, "up"]).await.contains("up{"));
    assert!(run(&["query", "series", "--match=up", url]).await.contains("__name__=\"up\""));
    assert!(run(&["query", "labels", url, "job"]).await.contains("node"));
}

#[tokio::test]
async fn errors_have_the_form_of_prometheus() {
    let server = Server::start("").await;
    let peer = prometheus(server.dir.path(), "global: {}\n").await;
    let paths = [
        "query?query=sum(",
        "query?query=up&time=later",
        "query_range?query=up&start=0&end=1",
        "query_range?query=up&start=0&end=99999&step=1",
        "query_range?query=up[5m]&start=0&end=9&step=1",
        "series",
        "series?match[]={a%3D\"\"}",
        "label/job/values?start=later",
        "query?query=label_join(vector(1),\"\",\"\",\"\")",
    ];
    for path in paths {
        let ask = async |url: &str| {
            let response = client().get(format!("{url}/api/v1/{path}")).send().await.unwrap();
            let status = response.status().as_u16();
            let body: Value = response.json().await.unwrap();
            (status, body["status"].clone(), body["errorType"].clone())
        };
        assert_eq!(ask(&server.url).await, ask(&peer.url).await, "{path}");
    }
}
