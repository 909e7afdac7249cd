//! Labels, batches and metadata of unusual size: what is taken comes back after a flush and a start.

use model::{Metadata, MetricKind};

use super::*;

fn append(trial: &Trial, series: impl Iterator<Item = Labels>) -> Appended {
    let mut batch = Batch::new();
    series.for_each(|labels| batch.push(labels, Timestamp::from_millis(NOW), 1.0));
    trial.store().append(&batch).unwrap()
}

fn series(trial: &Trial) -> usize {
    trial.select(&[Matcher::equal("__name__", "m")], TimeRange::ALL).len()
}

#[test]
fn long_label_values_outlive_the_flush() {
    let mut trial = Trial::new();
    let values: Vec<String> = (0..1200).map(|n| format!("{n:04}{}", "x".repeat(65_532))).collect();
    append(&trial, values.iter().map(|value| Labels::of_metric("m", &[("long", value)])));
    trial.reopen();
    assert_eq!(series(&trial), 1200);
    assert_eq!(trial.flush().parts_flushed, 1);
    for _ in 0..2 {
        assert_eq!(series(&trial), 1200);
        let one = [Matcher::equal("long", &*values[731])];
        assert_eq!(trial.select(&one, TimeRange::ALL).len(), 1);
        trial.reopen();
    }
}

#[test]
fn more_label_names_than_a_directory_holds_make_another_part_and_are_not_merged_again() {
    let mut trial = Trial::new();
    let labels = |n: usize| Labels::of_metric("m", &[(&*format!("{n:01000}"), "v")]);
    let append_all = |trial: &Trial| append(trial, (0..33_000).map(labels));
    append_all(&trial);
    assert_eq!(trial.flush().parts_flushed, 2);
    assert_eq!(series(&trial), 33_000);
    // When the day is over, both would become one.
    trial.clock.set(Timestamp::from_millis(NOW + 2 * DAY));
    assert_eq!(trial.store().maintain().unwrap().parts_merged, 0);
    trial.reopen();
    assert_eq!(series(&trial), 33_000);
    assert_eq!(std::fs::read_dir(trial.dir.path().join("parts")).unwrap().count(), 2);
}

#[test]
fn series_too_large_for_the_store_are_refused_alone() {
    let mut trial = Trial::new();
    let long = "x".repeat(17 << 20);
    let names: Vec<String> = (0..70_000).map(|n| format!("l{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "v")).collect();
    let good = |n: &str| Labels::of_metric("m", &[("n", n)]);
    let all = [
        good("1"),
        Labels::of_metric("m", &[("long", &long)]),
        good("2"),
        Labels::of_metric("m", &many),
        Labels::of_metric("m", &[("fits", &long[..15 << 20])]),
    ];
    let appended = append(&trial, all.into_iter());
    let want =
        Appended { stored: 3, series_created: 3, over_limit: 2, refused: vec![1, 3], ..Default::default() };
    assert_eq!(appended, want);
    trial.reopen();
    assert_eq!(series(&trial), 3);
    trial.flush();
    assert_eq!(series(&trial), 3);
}

#[test]
fn metadata_of_any_size_is_taken_as_far_as_it_is_remembered() {
    let mut trial = Trial::new();
    let mut batch = Batch::new();
    let metadata = |help: &str| Metadata { kind: MetricKind::Gauge, help: help.into(), unit: "".into() };
    let help = |n: usize| metadata(&format!("{n}").repeat(500_000));
    batch.metadata.extend((10..90).map(|n| (Arc::from(format!("m{n}")), help(n))));
    batch.metadata.push((Arc::from("endless"), metadata(&"x".repeat(40 << 20))));
    batch.push(labels("m"), Timestamp::from_millis(NOW), 1.0);
    assert_eq!(trial.store().append(&batch).unwrap().stored, 1);
    for _ in 0..2 {
        let known = trial.store().metadata(None).unwrap();
        assert!((60..=64 + 3).contains(&known.len()), "{}", known.len());
        assert_eq!(known[0], (Arc::from("m10"), help(10)));
        trial.reopen();
        trial.flush();
    }
    trial.reopen();
    assert_eq!(trial.store().metadata(Some("m20")).unwrap()[0].1, help(20));
}
