//! What was acknowledged outlives the process, whenever it is killed, and a damaged log is never served.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::support::{Server, query_at};
use model::{Batch, Clock as _, Labels, SystemClock};

const KILLS: u64 = 50;
const SERIES: u64 = 20;

/// A small generator of numbers that look random, from a seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

fn seed() -> u64 {
    let given = std::env::var("CRASH_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| SystemClock.now().as_millis().unsigned_abs())
}

/// Acknowledged samples: per series, value by time.
type Acknowledged = Arc<Mutex<BTreeMap<(u64, i64), f64>>>;

/// Writes batch after batch until the server dies. Only what was answered with 204 counts.
async fn write_until_death(url: String, first: i64, acknowledged: Acknowledged) -> i64 {
    let client = crate::support::client();
    let mut at = first;
    loop {
        at += 10;
        let mut batch = Batch::new();
        for series in 0..SERIES {
            let labels = Labels::of_metric("crash", &[("series", &series.to_string())]);
            batch.push(labels, model::Timestamp::from_millis(at), at as f64 + series as f64);
        }
        match crate::support::write(&client, &url, &batch).await {
            Ok(response) if response.status() == 204 => {
                let mut known = acknowledged.lock().unwrap();
                known.extend((0..SERIES).map(|series| ((series, at), at as f64 + series as f64)));
            }
            _ => return at,
        }
    }
}

async fn stored(server: &Server, end: i64, range_secs: i64) -> BTreeMap<(u64, i64), f64> {
    let query = format!("crash[{range_secs}s]");
    let mut found = BTreeMap::new();
    for series in query_at(&server.url, &query, Some(end as f64 / 1000.0)).await {
        let number: u64 = series["metric"]["series"].as_str().unwrap().parse().unwrap();
        for point in series["values"].as_array().unwrap() {
            let millis = (point[0].as_f64().unwrap() * 1000.0).round() as i64;
            found.insert((number, millis), point[1].as_str().unwrap().parse().unwrap());
        }
    }
    found
}

#[tokio::test]
async fn fifty_kills_lose_nothing_acknowledged() {
    let seed = seed();
    eprintln!("CRASH_SEED={seed}");
    let mut numbers = Numbers(seed);
    let mut server = Server::start("").await;
    let acknowledged = Acknowledged::default();
    let start = SystemClock.now().as_millis() - 3_000_000;
    let mut at = start;
    for _ in 0..KILLS {
        let writer = tokio::spawn(write_until_death(server.url.clone(), at, acknowledged.clone()));
        // A random moment, counted in acknowledged batches so that slow machines are hit as deep as fast ones.
        let goal = acknowledged.lock().unwrap().len() as u64 + SERIES * (1 + numbers.next(25));
        crate::support::until("enough was acknowledged", async || {
            (acknowledged.lock().unwrap().len() as u64 >= goal).then_some(())
        })
        .await;
        server.kill().await;
        at = writer.await.unwrap();
        server.restart().await;
    }
    let found = stored(&server, at + 1000, 7200).await;
    let known = acknowledged.lock().unwrap();
    let missing: Vec<_> = known.iter().filter(|(key, value)| found.get(key) != Some(value)).collect();
    assert!(
        missing.is_empty(),
        "seed {seed}: {} of {} acknowledged samples are missing or wrong, such as {:?}",
        missing.len(),
        known.len(),
        missing.first()
    );
    // A batch that was stored but not answered may be there; a value that nobody sent may not.
    assert!(
        found.iter().all(|((series, millis), value)| *value == *millis as f64 + *series as f64),
        "seed {seed}"
    );
}

/// The newest log segment of a store.
fn newest_segment(server: &Server) -> PathBuf {
    let entries = std::fs::read_dir(server.path("data/metrics/log")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.pop().expect("there is a log segment")
}

async fn fill(server: &Server) -> (i64, BTreeMap<(u64, i64), f64>) {
    let start = SystemClock.now().as_millis() - 100_000;
    let mut sent = BTreeMap::new();
    for step in 0..50 {
        let at = start + step * 10;
        let mut batch = Batch::new();
        batch.push(
            Labels::of_metric("crash", &[("series", "0")]),
            model::Timestamp::from_millis(at),
            at as f64,
        );
        assert_eq!(server.write(&batch).await.unwrap().status(), 204);
        sent.insert((0, at), at as f64);
    }
    (start + 1000, sent)
}

#[tokio::test]
async fn a_damaged_log_tail_is_told_cut_and_never_served() {
    // Each way to damage the newest segment: cut in the middle of the last record, or flip one bit near the end.
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes.truncate(bytes.len() - 3),
        |bytes| {
            let at = bytes.len() - 5;
            bytes[at] ^= 0x10;
        },
        |bytes| bytes.extend_from_slice(&[0xab; 37]),
    ];
    for (index, damage) in damages.into_iter().enumerate() {
        let mut server = Server::start("").await;
        let (end, sent) = fill(&server).await;
        server.kill().await;
        let segment = newest_segment(&server);
        let mut bytes = std::fs::read(&segment).unwrap();
        damage(&mut bytes);
        std::fs::write(&segment, bytes).unwrap();
        server.restart().await;
        let found = stored(&server, end, 3600).await;
        assert!(
            found.iter().all(|(key, value)| sent.get(key) == Some(value)),
            "damage {index}: a wrong value is served"
        );
        assert!(found.len() >= sent.len() - 1, "damage {index}: {} of {} left", found.len(), sent.len());
        let log = server.log();
        assert!(log.contains("the store was damaged"), "damage {index} is not told: {log}");
        // What was cut is gone for good: the next start is clean.
        assert!(server.stop().await.success());
        server.restart().await;
        assert_eq!(server.log().matches("the store was damaged").count(), 1, "damage {index}");
    }
}
