//! Compares the host's collection with a real node_exporter on the same host.
//!
//! Needs `prometheus-node-exporter` in `PATH`, so it runs only when asked for:
//! `cargo nextest run -p collect --run-ignored only node_exporter`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this file is a test, its functions too")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use collect::host::{HostConfig, collect_once};
use model::{MetricKind, SystemClock};

/// Series by name and labels, without `instance` and `job`.
type Series = BTreeMap<String, f64>;

/// Series that may differ, by the beginning of their text, with the reason.
const EXPECTED_DIFFERENCES: &[(&str, &str)] = &[
    ("node_scrape_collector_", "different collectors"),
    ("node_filefd_allocated", "each scrape opens files"),
    ("node_procs_running", "the number of an instant"),
    ("node_sockstat_", "each scrape opens a socket"),
    ("node_netstat_Tcp_CurrEstab", "each scrape opens a connection"),
    ("node_filesystem_{mountpoint=\"/mnt", "Debian's build leaves these mount points out by default"),
    ("node_filesystem_{mountpoint=\"/media", "Debian's build leaves these mount points out by default"),
    ("node_filesystem_{mountpoint=\"/run", "Debian's build leaves these mount points out by default"),
    ("node_disk_{device=\"zram", "newer versions leave zram out"),
    ("node_network_speed_bytes", "an unknown speed is left out instead of being negative"),
    ("node_network_{device=\"lo\"}", "Debian's build leaves the loopback out by default"),
];

/// Both compute seconds in floating point, not in the same order.
const ROUNDING: f64 = 1e-12;

struct Exporter {
    process: Child,
    address: String,
}

impl Exporter {
    /// Starts one on a free loopback port and waits until it listens.
    fn start() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut process = Command::new("prometheus-node-exporter")
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("istening on") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "node_exporter ended");
        }
        std::thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Self { process, address }
    }

    fn scrape(&self) -> Series {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let lines = body.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap())
            .map(|(key, value)| (normal(key), value.parse().unwrap()))
            .collect()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A series' text without labels that have no value.
fn normal(key: &str) -> String {
    let Some((name, labels)) = key.strip_suffix('}').and_then(|key| key.split_once('{')) else {
        return key.to_owned();
    };
    let kept: Vec<&str> = labels
        .split("\",")
        .map(|pair| pair.trim_end_matches('"'))
        .filter(|pair| !pair.ends_with('='))
        .collect();
    if kept.is_empty() { name.to_owned() } else { format!("{name}{{{}\"}}", kept.join("\",")) }
}

fn ours() -> (Series, BTreeMap<String, MetricKind>) {
    let collected = collect_once(&HostConfig::default(), "here".to_owned(), Arc::new(SystemClock)).unwrap();
    for (name, error) in &collected.failures {
        println!("failed: {name}: {error}");
    }
    let kinds =
        collected.batch.metadata.iter().map(|(name, metadata)| (name.to_string(), metadata.kind)).collect();
    let series = collected.batch.rows.iter().map(|row| {
        let labels = row.labels.retain(|name| name != "instance" && name != "job");
        (labels.to_string(), row.sample.value)
    });
    (series.collect(), kinds)
}

fn name_of(series: &str) -> &str {
    series.split('{').next().unwrap_or_default()
}

fn is_expected(series: &str) -> bool {
    EXPECTED_DIFFERENCES.iter().any(|(beginning, _)| match beginning.split_once('{') {
        // A prefix of the name, and labels.
        Some((name, labels)) => series.starts_with(name) && series.contains(labels.trim_end_matches('}')),
        None => series.starts_with(beginning),
    })
}

#[test]
#[ignore = "compares two looks at a machine that must be quiet meanwhile; run it by hand"]
fn series_and_values_are_those_of_node_exporter() {
    let exporter = Exporter::start();
    let (before, kinds) = ours();
    let theirs = exporter.scrape();
    let (after, _) = ours();

    let names: BTreeSet<&str> = before.keys().map(|series| name_of(series)).collect();
    let their_names: BTreeSet<&str> = theirs.keys().map(|series| name_of(series)).collect();
    let both: BTreeSet<&str> = names.intersection(&their_names).copied().collect();
    println!("{} metrics of ours, {} of theirs, {} in both", names.len(), their_names.len(), both.len());
    println!(
        "only theirs: {:?}",
        their_names.difference(&names).filter(|n| n.starts_with("node_")).collect::<Vec<_>>()
    );
    println!("only ours: {:?}", names.difference(&their_names).collect::<Vec<_>>());

    let mut differences = Vec::new();
    for (series, value) in theirs.iter().filter(|(series, _)| both.contains(name_of(series))) {
        let (Some(low), Some(high)) = (before.get(series), after.get(series)) else {
            differences.push(format!("only theirs: {series}"));
            continue;
        };
        // Between two of our looks a counter can only have risen; a gauge that stood still must be equal.
        let is_counter = kinds.get(name_of(series)) == Some(&MetricKind::Counter);
        let is_same = if is_counter {
            low * (1.0 - ROUNDING) <= *value && *value <= high * (1.0 + ROUNDING)
        } else {
            low != high || low == value
        };
        if !is_same {
            differences.push(format!("{series}: {value} is not between {low} and {high}"));
        }
    }
    for series in
        before.keys().filter(|series| both.contains(name_of(series)) && !theirs.contains_key(*series))
    {
        differences.push(format!("only ours: {series}"));
    }
    let (expected, unexpected): (Vec<_>, Vec<_>) = differences.into_iter().partition(|text| {
        is_expected(text.trim_start_matches("only theirs: ").trim_start_matches("only ours: "))
    });
    println!("expected differences: {}", expected.len());
    assert!(both.len() > 100, "too few metrics in both to mean anything");
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}
