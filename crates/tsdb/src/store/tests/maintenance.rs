//! Flushing, merging, retention, and what they leave on disk.

use model::{Vital, VitalSource};

use super::*;

fn files(trial: &Trial, dir: &str) -> usize {
    std::fs::read_dir(trial.dir.path().join(dir)).unwrap().count()
}

#[test]
fn the_head_becomes_a_part_when_its_time_has_come_and_the_log_goes() {
    let trial = Trial::new();
    trial.append(&[("m", NOW, 1.0)]);
    assert_eq!(trial.store().maintain().unwrap(), crate::Maintenance::default());
    trial.clock.set(Timestamp::from_millis(NOW).plus(trial.options.head_span));
    let done = trial.store().maintain().unwrap();
    assert_eq!((done.parts_flushed, done.samples_flushed, done.segments_removed), (1, 1, 1));
    assert_eq!((files(&trial, "parts"), files(&trial, "log")), (1, 0));
    assert_eq!(trial.store().maintain().unwrap(), crate::Maintenance::default());
    assert_eq!(trial.store().stats(1).log_bytes, 0);
}

#[test]
fn the_head_becomes_a_part_when_it_is_large() {
    let trial = Trial::with(Options { head_bytes_max: 4000, ..options() });
    for n in 0..1000 {
        trial.append(&[("m", NOW + n, (n as f64).sqrt())]);
    }
    assert_eq!(trial.store().maintain().unwrap().samples_flushed, 1000);
}

#[test]
fn series_stay_known_while_they_have_samples_and_are_forgotten_after() {
    let trial = Trial::new();
    trial.append(&[("m", NOW, 1.0), ("n", NOW, 1.0)]);
    trial.flush();
    assert_eq!(trial.append(&[("m", NOW + 1, 1.0)]).series_created, 0);
    assert_eq!(trial.store().stats(1).head.num_series, 2);
    trial.flush();
    assert_eq!(trial.store().stats(1).head.num_series, 1);
    assert_eq!(trial.append(&[("o", NOW + 1, 7.0)]).series_created, 1);
    assert_eq!(trial.samples("n"), bits(&[(NOW, 1.0)]));
    assert_eq!(trial.samples("o"), bits(&[(NOW + 1, 7.0)]));
}

#[test]
fn small_parts_are_merged_and_the_newest_sample_still_counts() {
    let mut trial = Trial::new();
    for round in 0..8_i64 {
        trial.append(&[("m", NOW, round as f64), ("m", NOW + round, 0.5), ("n", NOW + round, 1.5)]);
        trial.flush();
    }
    assert_eq!(trial.store().stats(1).parts, 1);
    let check = |trial: &Trial| {
        let want: Vec<(i64, f64)> = (0..8).map(|n| (NOW + n, if n == 0 { 7.0 } else { 0.5 })).collect();
        assert_eq!(trial.samples("m"), bits(&want));
        assert_eq!(trial.samples("n").len(), 8);
    };
    check(&trial);
    assert_eq!(trial.store().stats(1).part_samples, 16);
    trial.reopen();
    check(&trial);
    assert_eq!(files(&trial, "parts"), 1);
}

#[test]
fn a_day_that_is_over_becomes_one_part() {
    let trial = Trial::new();
    for hour in [0, 1, 2, 30] {
        trial.clock.set(Timestamp::from_millis(NOW + hour * HOUR));
        trial.append(&[("m", NOW + hour * HOUR, hour as f64)]);
        trial.flush();
    }
    assert_eq!(trial.store().stats(1).parts, 2);
    assert_eq!(trial.samples("m").len(), 4);
}

#[test]
fn samples_past_retention_are_not_served_and_their_parts_go() {
    let trial = Trial::with(Options { retention: Duration::from_millis(2 * DAY), ..options() });
    trial.append(&[("m", NOW - DAY, 1.0), ("m", NOW, 2.0)]);
    trial.flush();
    trial.append(&[("m", NOW - DAY + 1, 3.0)]);
    assert_eq!(trial.samples("m").len(), 3);
    trial.clock.set(Timestamp::from_millis(NOW + DAY + 2));
    assert_eq!(trial.samples("m"), bits(&[(NOW, 2.0)]));
    let done = trial.store().maintain().unwrap();
    assert_eq!((done.parts_expired, done.parts_flushed), (1, 0));
    assert_eq!(trial.samples("m"), bits(&[(NOW, 2.0)]));
    trial.store().set_retention(Duration::from_millis(DAY));
    assert_eq!(trial.samples("m"), []);
    assert_eq!(trial.append(&[("m", NOW, 1.0)]).too_old, 1);
    assert_eq!(trial.store().maintain().unwrap().parts_expired, 1);
    assert_eq!(files(&trial, "parts"), 0);
}

#[test]
fn scattered_history_makes_few_parts() {
    let trial = Trial::with(Options { retention: Duration::from_millis(60 * 365 * DAY), ..options() });
    let samples: Vec<(&str, i64, f64)> = (0..1000).map(|n| ("m", n * 15 * DAY, n as f64)).collect();
    trial.append(&samples);
    assert_eq!(trial.flush().parts_flushed, 1);
    assert_eq!(trial.samples("m").len(), 1000);
}

#[test]
fn reads_and_writes_go_on_while_parts_are_written() {
    let trial = Trial::with(Options { head_span: Duration::from_millis(0), ..options() });
    let reads_while = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..2000 {
                trial.append(&[("m", NOW + n, n as f64), ("n", NOW + n, n as f64)]);
            }
            reads_while.store(false, std::sync::atomic::Ordering::SeqCst);
        });
        scope.spawn(|| {
            while reads_while.load(std::sync::atomic::Ordering::SeqCst) {
                trial.store().maintain().unwrap();
            }
        });
        let mut last = 0;
        while reads_while.load(std::sync::atomic::Ordering::SeqCst) {
            let samples = trial.samples("m");
            assert!(samples.len() >= last, "samples vanished");
            last = samples.len();
            let want: Vec<(i64, u64)> = (0..last as i64).map(|n| (NOW + n, (n as f64).to_bits())).collect();
            assert_eq!(samples, want);
        }
    });
    assert_eq!(trial.samples("n").len(), 2000);
}

#[test]
fn statistics_count_the_head_and_vitals_tell_the_rest() {
    let trial = Trial::new();
    trial.append(&[("m", NOW, 1.0), ("n", NOW - 5, 1.0)]);
    let stats = trial.store().stats(10);
    assert_eq!((stats.head.num_series, stats.head.num_label_pairs, stats.head.chunk_count), (2, 3, 2));
    assert_eq!(stats.head.min_time, Some(Timestamp::from_millis(NOW - 5)));
    assert_eq!(stats.head.max_time, Some(Timestamp::from_millis(NOW)));
    let count = |name: &str, value| crate::Count { name: name.to_owned(), value };
    assert_eq!(stats.series_by_metric, [count("m", 1), count("n", 1)]);
    assert_eq!(stats.values_by_label, [count("__name__", 2), count("host", 1)]);
    assert_eq!(stats.bytes_by_label, [count("__name__", 18), count("host", 10)]);
    assert_eq!(trial.store().stats(1).series_by_pair, [count("host=a", 2)]);
    trial.flush();
    let mut vitals = Vec::new();
    trial.store().vitals(&mut vitals);
    let value = |name: &str| {
        let found: Vec<&Vital> = vitals.iter().filter(|vital| vital.desc.name == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].value
    };
    assert_eq!(value("sextant_store_samples_appended_total"), 2.0);
    assert_eq!(value("sextant_store_parts"), 1.0);
    assert_eq!(value("sextant_store_flushes_total"), 1.0);
    assert_eq!(value("sextant_store_damaged_blocks_total"), 0.0);
    assert!(value("sextant_store_part_bytes") > 0.0);
}

#[test]
fn host_like_series_stay_small_in_memory_log_and_parts() {
    let trial = Trial::new();
    let series: Vec<Labels> = (0..500).map(|n| Labels::of_metric("host", &[("n", &n.to_string())])).collect();
    let rounds = 300_u32;
    for round in 0..rounds {
        let mut batch = Batch::new();
        let at = Timestamp::from_millis(NOW + i64::from(round) * 1000);
        for (n, labels) in (0_u32..).zip(&series) {
            // Half constants, a third counters, some fractions, as a host has them.
            let value = match n % 6 {
                0..=2 => f64::from(n) * 4096.0,
                3 | 4 => f64::from(1_000_000 + round * n + (round * n) % 7),
                _ => f64::from((round * 7919 + n * 31) % 10_000) / 100.0,
            };
            batch.push(labels.clone(), at, value);
        }
        trial.store().append(&batch).unwrap();
    }
    let samples = f64::from(rounds) * 500.0;
    let stats = trial.store().stats(0);
    let (memory, log) = (stats.head.sample_bytes as f64 / samples, stats.log_bytes as f64 / samples);
    trial.flush();
    let part = trial.store().stats(0).part_bytes as f64 / samples;
    println!("bytes a sample: {memory:.2} in memory, {log:.2} in the log, {part:.2} in parts");
    assert!(memory < 3.5, "{memory} bytes a sample in memory");
    assert!(log < 6.0, "{log} bytes a sample in the log");
    assert!(part < 1.5, "{part} bytes a sample in parts");
}
