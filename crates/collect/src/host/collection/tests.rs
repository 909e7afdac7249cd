use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::host::testing::{NOW, copy, environment, row, tree};

/// A collection of some collectors over a host.
fn collection(names: &[&str], root: &Path) -> Collection {
    let rows: Vec<&'static CollectorRow> = names.iter().map(|name| row(name)).collect();
    Collection::new(
        &rows,
        &environment(root),
        Identity { job: "node".to_owned(), instance: "here".to_owned() },
    )
}

/// The newest value of each series of a metric, by the label `collector`.
fn by_collector(batch: &Batch, metric: &str) -> BTreeMap<String, f64> {
    let rows = batch.rows.iter().filter(|row| row.labels.metric_name() == Some(metric));
    rows.map(|row| (row.labels.get("collector").unwrap_or("").to_owned(), row.sample.value)).collect()
}

fn emits(collected: &Collected, metric: &str) -> bool {
    collected.batch.rows.iter().any(|row| row.labels.metric_name() == Some(metric))
}

#[test]
fn a_failing_collector_does_not_disturb_others() {
    let root = tempfile::tempdir().unwrap();
    copy(&tree("linux-6.18"), root.path());
    std::fs::remove_file(root.path().join("proc/loadavg")).unwrap();
    let collected = collection(&["loadavg", "meminfo"], root.path()).collect(NOW);
    let success = by_collector(&collected.batch, "node_scrape_collector_success");
    assert_eq!(success, BTreeMap::from([("loadavg".to_owned(), 0.0), ("meminfo".to_owned(), 1.0)]));
    assert!(emits(&collected, "node_memory_MemTotal_bytes"));
    assert_eq!(collected.failures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["loadavg"]);
    assert_eq!(by_collector(&collected.batch, "up"), BTreeMap::from([(String::new(), 1.0)]));
}

#[test]
fn a_change_of_state_is_stored_at_once_and_a_steady_state_every_ten_seconds() {
    let root = tempfile::tempdir().unwrap();
    copy(&tree("linux-6.18"), root.path());
    let mut collection = collection(&["loadavg"], root.path());
    let mut success = |seconds: i64| {
        let collected = collection.collect(NOW.plus_millis(seconds * 1000));
        by_collector(&collected.batch, "node_scrape_collector_success").get("loadavg").copied()
    };
    // `NOW` is a quarter of a second behind a multiple of ten seconds.
    assert_eq!(success(0), Some(1.0));
    assert_eq!(success(1), None);
    std::fs::write(root.path().join("proc/loadavg"), "garbage\n").unwrap();
    assert_eq!(success(2), Some(0.0));
    assert_eq!(success(3), None);
    assert_eq!(success(10), Some(0.0));
    std::fs::write(root.path().join("proc/loadavg"), "1 2 3 1/1 1\n").unwrap();
    assert_eq!(success(11), Some(1.0));
    assert_eq!(success(12), None);
}

#[test]
fn slow_collectors_run_once_in_their_period_also_after_the_clock_was_set_back() {
    #[track_caller]
    fn f(collection: &mut Collection, seconds: i64, want: bool) {
        let collected = collection.collect(NOW.plus_millis(seconds * 1000));
        assert_eq!(emits(&collected, "node_entropy_available_bits"), want, "at {seconds} s");
        assert!(emits(&collected, "node_load1"), "at {seconds} s");
    }
    let mut collection = collection(&["entropy", "loadavg"], &tree("linux-6.18"));
    f(&mut collection, 3, true);
    f(&mut collection, 4, false);
    f(&mut collection, 9, false);
    f(&mut collection, 10, true);
    f(&mut collection, 19, false);
    f(&mut collection, 25, true);
    f(&mut collection, -3600, true);
    f(&mut collection, -3599, false);
}

#[test]
fn errors_are_told_with_their_causes() {
    let source = std::io::Error::other("broken");
    let error = CollectError::Read { path: "/proc/stat".into(), source };
    assert_eq!(error_chain(&error), "cannot read `/proc/stat`: broken");
}

#[test]
fn floors_to_multiples_also_before_1970() {
    #[track_caller]
    fn f(millis: i64, step: i64, want: i64) {
        assert_eq!(floor(Timestamp::from_millis(millis), Duration::from_millis(step)).as_millis(), want);
    }
    f(1999, 1000, 1000);
    f(2000, 1000, 2000);
    f(-1, 1000, -1000);
    f(5, 0, 5);
}

#[test]
fn collects_this_host_once() {
    let collected =
        collect_once(&HostConfig::default(), "here".to_owned(), Arc::new(model::SystemClock)).unwrap();
    for metric in ["node_cpu_seconds_total", "node_memory_MemTotal_bytes", "node_load1", "up"] {
        assert!(emits(&collected, metric), "{metric}");
    }
}
