//! A trial against the real node_exporter, which must be installed: every sample it exposes arrives as it is.

use std::collections::BTreeMap;
use std::process::Stdio;

use regex::Regex;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::server::{Reply, Server};
use super::*;
use crate::scrape::target_loop::TargetTask;

/// Starts the exporter on a free port of loopback and waits until it listens. Dropping its log would end it.
async fn start() -> (Child, Lines<BufReader<ChildStderr>>, String) {
    let addr = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut child = Command::new("prometheus-node-exporter")
        .arg(format!("--web.listen-address={addr}"))
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    while !log.next_line().await.unwrap().unwrap().contains("Listening on") {}
    (child, log, addr.to_string())
}

/// Reads samples in the plainest way that does for node_exporter's answers: series to bits of the value.
fn read_plainly(body: &str, target: &[(&str, &str)]) -> BTreeMap<Labels, u64> {
    let label = Regex::new(r#"(\w+)="((?:[^"\\]|\\.)*)""#).unwrap();
    let read = |line: &str| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let mut labels = LabelsBuilder::new();
        labels.set(model::METRIC_NAME, series.split('{').next().unwrap());
        for pair in label.captures_iter(series) {
            let value = pair[2].replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
            labels.set(&pair[1], &value);
        }
        for (name, value) in target {
            labels.set(name, value);
        }
        (labels.build(), value.parse::<f64>().unwrap().to_bits())
    };
    body.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

#[tokio::test]
async fn every_sample_of_node_exporter_arrives() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let (_child, _log, exporter) = start().await;
    for accept in ["text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"] {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("http://{exporter}/metrics")).header("accept", accept);
        let answer = request.send().await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let body = answer.text().await.unwrap();
        // The exporter's figures change from scrape to scrape; its answer is served again as it was.
        let server = Server::start().await;
        let headers = vec![("content-type", content_type)];
        server.reply("/metrics", Reply::Full { status: 200, headers, body: body.clone().into() });

        let (scraper, intake) = new_scraper();
        let mut stream = intake.subscribe();
        let yaml = format!("- job_name: j\n  static_configs: [{{targets: ['{}']}}]", server.addr);
        let (plans, _) = make_plans(&GlobalConfig::default(), &configs(&yaml), &[]).unwrap();
        let plan = plans.into_iter().next().unwrap();
        TargetTask { plan, state: Arc::default(), shared: scraper.shared.clone() }.scrape_once().await;

        let batch = stream.next().await.unwrap().unwrap();
        let addr = server.addr.to_string();
        let want = read_plainly(&body, &[("job", "j"), ("instance", &addr)]);
        let (report, rows): (Vec<_>, Vec<_>) = batch.rows.iter().partition(|row| {
            row.labels.len() == 3 && {
                let name = row.labels.metric_name().unwrap();
                name == "up" || name.starts_with("scrape_")
            }
        });
        let got: BTreeMap<Labels, u64> =
            rows.iter().map(|row| (row.labels.clone(), row.sample.value.to_bits())).collect();
        assert!(want.len() > 100, "{}", want.len());
        assert_eq!((report.len(), rows.len()), (5, want.len()));
        assert_eq!(got, want);
        let families = body.lines().filter(|line| line.starts_with("# TYPE")).count();
        assert_eq!(batch.metadata.len(), families);
        println!("{accept}: {} samples and {families} families are the same", want.len());
    }
}
