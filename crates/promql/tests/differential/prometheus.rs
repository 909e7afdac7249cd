//! A Prometheus with given series, on a free port of the loopback interface.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use model::{Labels, format_value, parse_value};
use serde_json::Value as Json;

use super::Samples;
use super::store::MemStore;

pub(crate) struct Prometheus {
    port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    pub(crate) fn start(store: &MemStore) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("series.txt"), open_metrics(store)).unwrap();
        fs::write(path("prometheus.yml"), "").unwrap();
        let made = Command::new("promtool")
            .args(["tsdb", "create-blocks-from", "openmetrics"])
            .args([path("series.txt"), path("data")])
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", path("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", path("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(["--storage.tsdb.retention.time=100y", "--log.level=error"])
            .spawn()
            .unwrap();
        let this = Self { port, process, _folder: folder };
        this.wait_until_ready();
        this
    }

    fn wait_until_ready(&self) {
        let (_sender, nothing) = mpsc::channel::<()>();
        for _ in 0..600 {
            if self.get("/-/ready").is_some_and(|answer| answer.contains("200 OK")) {
                return;
            }
            let _ = nothing.recv_timeout(Duration::from_millis(100));
        }
        panic!("Prometheus does not start");
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    pub(crate) fn instant(&self, expr: &str, at_ms: i64) -> Result<Samples, String> {
        self.query(&format!("/api/v1/query?query={}&time={}", escape(expr), at_ms as f64 / 1000.0))
    }

    pub(crate) fn range(
        &self,
        expr: &str,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
    ) -> Result<Samples, String> {
        let [start, end, step] = [start_ms, end_ms, step_ms].map(|ms| ms as f64 / 1000.0);
        let expr = escape(expr);
        self.query(&format!("/api/v1/query_range?query={expr}&start={start}&end={end}&step={step}"))
    }

    fn query(&self, path: &str) -> Result<Samples, String> {
        let answer = self.get(path).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let json: Json = serde_json::from_str(body).unwrap();
        match json["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(samples(&json["data"])),
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        write!(escaped, "%{byte:02X}").unwrap();
    }
    escaped
}

fn samples(data: &Json) -> Samples {
    let mut samples = Samples::new();
    let mut add = |labels: &Labels, pair: &Json| {
        let time_ms = (pair[0].as_f64().unwrap() * 1000.0).round() as i64;
        samples.insert((labels.clone(), time_ms), parse_value(pair[1].as_str().unwrap()).unwrap());
    };
    match data["resultType"].as_str().unwrap() {
        "scalar" => add(&Labels::empty(), &data["result"]),
        "vector" => {
            for series in data["result"].as_array().unwrap() {
                add(&labels(&series["metric"]), &series["value"]);
            }
        }
        "matrix" => {
            for series in data["result"].as_array().unwrap() {
                let labels = labels(&series["metric"]);
                series["values"].as_array().unwrap().iter().for_each(|pair| add(&labels, pair));
            }
        }
        _ => {}
    }
    samples
}

fn labels(metric: &Json) -> Labels {
    let pairs: Vec<(&str, &str)> = metric
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    Labels::from_pairs(&pairs).unwrap()
}

fn open_metrics(store: &MemStore) -> String {
    let mut text = String::new();
    for series in &store.series {
        let name = series.labels.metric_name().unwrap();
        let pairs: Vec<String> = series
            .labels
            .iter()
            .filter(|(label, _)| *label != "__name__")
            .map(|(label, value)| format!("{label}={value:?}"))
            .collect();
        for (time, value) in series.timestamps.iter().zip(&series.values) {
            let pairs = pairs.join(",");
            writeln!(text, "{name}{{{pairs}}} {} {}", format_value(*value), *time as f64 / 1000.0).unwrap();
        }
    }
    text + "# EOF\n"
}
