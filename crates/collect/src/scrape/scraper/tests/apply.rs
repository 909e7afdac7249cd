//! Targets that come, change and go.
//!
//! Time stands still but for what a test advances, because a blocking task is kept running: without one, the
//! runtime would skip to the next timer, a timeout, whenever it waits for the network.

use std::time::Duration;

use intake::LiveStream;
use model::is_stale_nan;

use super::server::{Reply, Server};
use super::*;

struct Bench {
    scraper: Scraper,
    stream: LiveStream,
    _stand_still: std::sync::mpsc::Sender<()>,
}

impl Bench {
    fn new() -> Self {
        let (_stand_still, held) = std::sync::mpsc::channel();
        tokio::task::spawn_blocking(move || held.recv());
        let (scraper, intake) = new_scraper();
        Self { scraper, stream: intake.subscribe(), _stand_still }
    }

    async fn apply(&self, yaml: &str) {
        self.scraper.apply(&GlobalConfig::default(), configs(yaml)).unwrap();
        self.settle().await;
    }

    /// Lets every task run until it waits for time or the network.
    async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the scrape of each active target is concluded with this health. A batch is seen a moment
    /// before that, as another thread stores it.
    async fn concluded(&self, healths: &[Health]) {
        let has = |target: &TargetStatus, want| target.health == want;
        loop {
            let active = self.scraper.targets().active;
            assert_eq!(active.len(), healths.len());
            if active.iter().zip(healths).all(|(target, want)| has(target, *want)) {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.settle().await;
    }

    /// Lets an interval pass.
    async fn pass(&self) {
        tokio::time::advance(Duration::from_secs(15)).await;
    }

    /// The metrics in the next batch, without the figures of the scrape; those that end as `name!`.
    async fn next(&mut self) -> Vec<String> {
        let batch = self.stream.next().await.unwrap().unwrap();
        let name = |row: &model::Row| {
            let stale = if is_stale_nan(row.sample.value) { "!" } else { "" };
            format!("{}{stale}", row.labels.metric_name().unwrap())
        };
        let mut names: Vec<String> = batch.rows.iter().map(name).collect();
        names.retain(|name| !name.starts_with("scrape_"));
        names.sort_unstable();
        names
    }
}

fn job(name: &str, server: &Server, keys: &str) -> String {
    format!("- job_name: {name}\n  static_configs: [{{targets: ['{}']}}]{keys}\n", server.addr)
}

#[tokio::test(start_paused = true)]
async fn targets_are_scraped_until_they_are_removed() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1");
    bench.apply(&job("j", &server, "")).await;
    bench.concluded(&[Health::Unknown]).await;
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "up"]);
    bench.concluded(&[Health::Up]).await;
    bench.apply("[]").await;
    assert_eq!(bench.next().await, ["a!", "up!"]);
    assert_eq!(bench.scraper.targets(), Targets::default());
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_target_goes_on_undisturbed() {
    let (server, other, mut bench) = (Server::start().await, Server::start().await, Bench::new());
    server.reply("/metrics", Reply::Silence);
    other.text("b 1");
    bench.apply(&job("j", &server, "")).await;
    bench.pass().await;
    while server.seen.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    // A task that began anew would break off the scrape that waits for its answer, and not fail with it.
    bench.apply(&(job("i", &other, "") + &job("j", &server, ""))).await;
    tokio::time::advance(Duration::from_secs(10)).await;
    let mut batch = bench.next().await;
    if batch == ["b", "up"] {
        batch = bench.next().await;
    }
    assert_eq!(batch, ["up"]);
    assert_eq!(server.seen.lock().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_changed_target_goes_on_with_its_series() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1\nb 1");
    bench.apply(&job("j", &server, "")).await;
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "b", "up"]);
    bench.concluded(&[Health::Up]).await;
    let drop = "\n  metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]";
    bench.apply(&job("j", &server, drop)).await;
    bench.concluded(&[Health::Up]).await;
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "b!", "up"]);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_no_series() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1");
    bench.apply(&job("j", &server, "")).await;
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "up"]);
    bench.scraper.stop().await;
    let Bench { scraper, mut stream, _stand_still } = bench;
    drop(scraper);
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_silent_target_delays_no_other() {
    let (silent, server, mut bench) = (Server::start().await, Server::start().await, Bench::new());
    silent.reply("/metrics", Reply::Silence);
    server.text("a 1");
    bench.apply(&(job("i", &silent, "") + &job("j", &server, ""))).await;
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "up"]);
    bench.concluded(&[Health::Unknown, Health::Up]).await;
    while silent.seen.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_secs(10)).await;
    bench.concluded(&[Health::Down, Health::Up]).await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_list_changes_nothing() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1");
    bench.apply(&job("j", &server, "")).await;
    let bad = configs(&(job("k", &server, "") + &job("l", &server, "\n  scrape_interval: 0s")));
    bench.scraper.apply(&GlobalConfig::default(), bad).unwrap_err();
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "up"]);
    assert_eq!(bench.scraper.targets().active[0].scrape_pool, "j");
}

#[tokio::test(start_paused = true)]
async fn preparing_changes_nothing_until_it_is_committed() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1");
    bench.apply(&job("j", &server, "")).await;
    let prepared = bench.scraper.prepare(&GlobalConfig::default(), &configs(&job("k", &server, ""))).unwrap();
    bench.pass().await;
    assert_eq!(bench.next().await, ["a", "up"]);
    assert_eq!(bench.scraper.targets().active[0].scrape_pool, "j");
    bench.concluded(&[Health::Up]).await;
    bench.scraper.commit(prepared);
    assert_eq!(bench.next().await, ["a!", "up!"]);
    assert_eq!(bench.scraper.targets().active[0].scrape_pool, "k");
}

#[tokio::test(start_paused = true)]
async fn too_many_targets_fail_together() {
    let (server, mut bench) = (Server::start().await, Bench::new());
    server.text("a 1");
    let yaml = job("j", &server, "\n  target_limit: 1").replace("']", "', 'localhost:9']");
    bench.apply(&yaml).await;
    bench.pass().await;
    assert_eq!((bench.next().await, bench.next().await), (vec!["up".to_owned()], vec!["up".to_owned()]));
    bench.concluded(&[Health::Down; 2]).await;
    let active = bench.scraper.targets().active;
    let errors: Vec<&str> = active.iter().map(|target| target.last_error.as_str()).collect();
    assert_eq!(errors, ["the job has 2 targets, more than 1 (`target_limit`)"; 2]);
    assert!(server.seen.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn targets_and_vitals_show_how_it_goes() {
    let (server, bench) = (Server::start().await, Bench::new());
    server.text("# TYPE a gauge\na 1\na{b=\"c\"} 2");
    let drop = "\n  relabel_configs: [{source_labels: [__address__], regex: x, action: drop}]";
    bench.apply(&job("j", &server, drop).replace("']", "', x]")).await;
    bench.pass().await;
    bench.concluded(&[Health::Up]).await;
    let targets = bench.scraper.targets();
    let target = &targets.active[0];
    assert_eq!(target.scrape_pool, "j");
    assert_eq!(target.scrape_url, format!("http://{}/metrics", server.addr));
    assert_eq!(target.last_scrape, Some(Timestamp::from_millis(1_000_000)));
    assert_eq!(targets.dropped[0].discovered_labels.get("__address__"), Some("x"));
    let metadata = bench.scraper.metadata();
    assert_eq!((metadata.len(), &*metadata[0].metric), (1, "a"));
    let mut vitals = Vec::new();
    bench.scraper.vitals(&mut vitals);
    let text = wire::exposition::encode(&vitals);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "sextant_scrape_targets{health=\"up\"} 1",
            "sextant_scrape_targets{health=\"down\"} 0",
            "sextant_scrape_targets{health=\"unknown\"} 0",
            "sextant_scrapes_total 1",
            "sextant_scrape_failures_total 0",
            "sextant_scrape_samples_total 2",
        ]
    );
}
