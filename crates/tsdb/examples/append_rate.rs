//! What the store costs for a load like watching one host: 1,500 series, one sample a second each.
//!
//! `cargo run --release -p tsdb --example append_rate`

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use model::store::{Appendable, Queryable, Select};
use model::{Batch, Cancel, Labels, ManualClock, Matcher, TimeRange, Timestamp};
use tsdb::{Options, Store};

const SERIES: u32 = 1_500;
const SECONDS: u32 = 900;
const START_MS: i64 = 1_700_000_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(START_MS)));
    let store = Store::open(dir.path(), Options::default(), clock.clone())?;
    let series: Vec<Labels> = (0..SERIES)
        .map(|n| Labels::of_metric("host_metric", &[("n", &n.to_string()), ("host", "a")]))
        .collect();

    let since = Instant::now();
    for second in 0..SECONDS {
        store.append(&batch(&series, second))?;
    }
    let samples = f64::from(SERIES * SECONDS);
    println!(
        "append   {:8.1} us a batch of {SERIES}",
        since.elapsed().as_secs_f64() * 1e6 / f64::from(SECONDS)
    );
    let stats = store.stats(0);
    println!("head     {:8.2} bytes a sample", stats.head.sample_bytes as f64 / samples);
    println!("log      {:8.2} bytes a sample", stats.log_bytes as f64 / samples);
    read("head", &store)?;

    drop(store);
    let since = Instant::now();
    let store = Store::open(dir.path(), Options::default(), clock.clone())?;
    let replayed = store.recovery().samples_replayed as f64 / 1e6;
    println!("replay   {:8.1} ms for {replayed:.2} M samples", since.elapsed().as_secs_f64() * 1e3);

    clock.set(Timestamp::from_millis(START_MS + 3_600_000));
    let since = Instant::now();
    store.maintain()?;
    println!("flush    {:8.1} ms", since.elapsed().as_secs_f64() * 1e3);
    println!("part     {:8.2} bytes a sample", store.stats(0).part_bytes as f64 / samples);
    read("part", &store)?;
    Ok(())
}

/// A mix as a host has it: half constants, a third counters, the rest percentages.
fn batch(series: &[Labels], second: u32) -> Batch {
    let mut batch = Batch::new();
    let at = Timestamp::from_millis(START_MS + i64::from(second) * 1000);
    for (n, labels) in (0_u32..).zip(series) {
        let noise = second.wrapping_mul(2_654_435_761).wrapping_add(n.wrapping_mul(40_503)) >> 16;
        let value = match n % 6 {
            0..=2 => f64::from(n) * 4096.0,
            3 | 4 => f64::from(second * n + noise % 100),
            _ => f64::from(noise % 10_000) / 100.0,
        };
        batch.push(labels.clone(), at, value);
    }
    batch
}

fn read(what: &str, store: &Store) -> Result<(), Box<dyn Error>> {
    let matchers = [Matcher::equal("__name__", "host_metric")];
    let cancel = Cancel::new();
    let since = Instant::now();
    let request =
        Select { matchers: &matchers, range: TimeRange::ALL, max_samples: u64::MAX, cancel: &cancel };
    let samples: usize = store.select(&request)?.iter().map(|columns| columns.values.len()).sum();
    println!("read     {:8.1} ms for {samples} samples of the {what}", since.elapsed().as_secs_f64() * 1e3);
    Ok(())
}
