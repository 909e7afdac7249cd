//! What `model::store` promises, with the data in the log, in the head, in parts, and after a start.

use model::{Metadata, MetricKind, STALE_NAN};

use super::*;

/// Runs a check with the data in every place it can lie.
#[track_caller]
fn everywhere(fill: impl Fn(&Trial), check: impl Fn(&Trial)) {
    let mut trial = Trial::new();
    fill(&trial);
    check(&trial);
    trial.reopen();
    check(&trial);
    assert!(trial.flush().parts_flushed > 0);
    check(&trial);
    trial.reopen();
    check(&trial);
    assert!(trial.store().recovery().is_clean());
    // The same once more on top of parts.
    fill(&trial);
    check(&trial);
    trial.flush();
    check(&trial);
}

#[test]
fn what_was_written_is_read_everywhere_with_the_same_bits() {
    let odd =
        [f64::NAN, STALE_NAN, -0.0, f64::from_bits(0xfff8_0000_0000_1234), f64::NEG_INFINITY, 5e-324, 0.1];
    let samples: Vec<(i64, f64)> = odd.iter().zip(1..).map(|(value, n)| (NOW + n * 1000, *value)).collect();
    everywhere(
        |trial| {
            for (at, value) in &samples {
                trial.append(&[("m", *at, *value)]);
            }
        },
        |trial| assert_eq!(trial.samples("m"), bits(&samples)),
    );
}

#[test]
fn the_last_write_of_a_time_wins_in_any_order() {
    everywhere(
        |trial| {
            trial.append(&[("m", NOW - 10, 1.0), ("m", NOW - 20, 2.0), ("m", NOW - 20, 3.0)]);
            trial.append(&[
                ("m", NOW - 10, 4.0),
                ("m", NOW - 30, 5.0),
                ("m", NOW - 5, 6.0),
                ("m", NOW - 5, 6.0),
            ]);
        },
        |trial| {
            let want = [(NOW - 30, 5.0), (NOW - 20, 3.0), (NOW - 10, 4.0), (NOW - 5, 6.0)];
            assert_eq!(trial.samples("m"), bits(&want));
        },
    );
}

#[test]
fn any_time_within_retention_is_taken_and_others_are_told() {
    let hundred_years = Duration::from_millis(100 * 365 * DAY);
    let trial = Trial::with(Options { retention: hundred_years, ..options() });
    let appended = trial.append(&[("m", 0, 1.0), ("m", -1, 2.0), ("m", NOW, 3.0), ("m", NOW + HOUR, 4.0)]);
    assert_eq!(appended, Appended { stored: 4, series_created: 1, ..Default::default() });
    let appended = trial.append(&[
        ("m", NOW - 100 * 365 * DAY - 1, 5.0),
        ("m", NOW + HOUR + 1, 6.0),
        ("n", i64::MIN, 7.0),
    ]);
    assert_eq!(appended, Appended { too_old: 2, too_new: 1, refused: vec![0, 1, 2], ..Default::default() });
    let appended = trial.append(&[("m", i64::MAX, 5.0), ("m", NOW, 3.0), ("m", i64::MIN, 6.0)]);
    assert_eq!((appended.stored, appended.refused), (1, vec![0, 2]));
    let want = bits(&[(-1, 2.0), (0, 1.0), (NOW, 3.0), (NOW + HOUR, 4.0)]);
    assert_eq!(trial.samples("m"), want);
    trial.flush();
    assert_eq!(trial.samples("m"), want);
}

fn fill_fleet(trial: &Trial) {
    let mut batch = Batch::new();
    for (job, host, at) in [("api", "a", 1), ("api", "b", 2), ("db", "a", 3), ("db", "", 4), ("", "c", 5)] {
        let labels = Labels::of_metric("up", &[("job", job), ("host", host)]);
        batch.push(labels, Timestamp::from_millis(NOW - at * HOUR), at as f64);
    }
    trial.store().append(&batch).unwrap();
}

#[test]
fn matchers_choose_series_as_prometheus_does() {
    use MatchOp::{Equal, NotEqual, NotRegex, Regex};
    #[track_caller]
    fn f(matchers: &[(MatchOp, &str, &str)], want: &[f64]) {
        let matchers: Vec<Matcher> =
            matchers.iter().map(|(op, name, value)| matcher(*op, name, value)).collect();
        everywhere(fill_fleet, |trial| {
            let found = trial.select(&matchers, TimeRange::ALL);
            let mut values: Vec<f64> = found.iter().map(|series| series.values[0]).collect();
            assert!(found.is_sorted_by_key(|series| series.labels.clone()));
            values.sort_by(f64::total_cmp);
            assert_eq!(values, want, "{matchers:?}");
        });
    }
    let up = (Equal, "__name__", "up");
    f(&[up], &[1.0, 2.0, 3.0, 4.0, 5.0]);
    f(&[up, (Equal, "job", "api")], &[1.0, 2.0]);
    f(&[up, (Equal, "job", "")], &[5.0]);
    f(&[up, (NotEqual, "job", "")], &[1.0, 2.0, 3.0, 4.0]);
    f(&[up, (NotEqual, "job", "api")], &[3.0, 4.0, 5.0]);
    f(&[up, (Regex, "host", "a|c")], &[1.0, 3.0, 5.0]);
    f(&[up, (Regex, "host", ".*")], &[1.0, 2.0, 3.0, 4.0, 5.0]);
    f(&[up, (Regex, "host", ".+")], &[1.0, 2.0, 3.0, 5.0]);
    f(&[up, (Regex, "host", "a|")], &[1.0, 3.0, 4.0]);
    f(&[up, (NotRegex, "host", "a|b")], &[4.0, 5.0]);
    f(&[up, (NotRegex, "host", ".*")], &[]);
    f(&[up, (Equal, "job", "db"), (NotEqual, "host", "a")], &[4.0]);
    f(&[up, (Equal, "other", "x")], &[]);
    f(&[(Equal, "job", "nobody"), (NotEqual, "host", "a")], &[]);
}

#[test]
fn names_and_values_are_listed_for_the_range() {
    everywhere(fill_fleet, |trial| {
        let store = trial.store();
        assert_eq!(store.label_names(&[], TimeRange::ALL).unwrap(), ["__name__", "host", "job"]);
        assert_eq!(store.label_values("host", &[], TimeRange::ALL).unwrap(), ["a", "b", "c"]);
        assert_eq!(store.label_values("nothing", &[], TimeRange::ALL).unwrap(), [""; 0]);
        let api_or_jobless = [vec![Matcher::equal("job", "api")], vec![Matcher::equal("host", "c")]];
        assert_eq!(store.label_values("host", &api_or_jobless, TimeRange::ALL).unwrap(), ["a", "b", "c"]);
        assert_eq!(store.label_names(&api_or_jobless[1..], TimeRange::ALL).unwrap(), ["__name__", "host"]);
        let last_two_hours = TimeRange::new(Timestamp::from_millis(NOW - 2 * HOUR), Timestamp::MAX);
        let all = [vec![Matcher::equal("__name__", "up")]];
        assert_eq!(store.series(&all, last_two_hours).unwrap().len(), 2);
        assert_eq!(store.label_values("job", &all, last_two_hours).unwrap(), ["api"]);
        let future = TimeRange::new(Timestamp::from_millis(NOW + 1), Timestamp::MAX);
        assert_eq!(store.label_names(&[], future).unwrap(), [""; 0]);
    });
}

#[test]
fn both_ends_of_the_range_are_inside() {
    let samples: Vec<(&str, i64, f64)> = (0..10).map(|n| ("m", NOW + n, n as f64)).collect();
    everywhere(
        |trial| {
            trial.append(&samples);
        },
        |trial| {
            let range = TimeRange::new(Timestamp::from_millis(NOW + 3), Timestamp::from_millis(NOW + 5));
            let found = trial.select(&[Matcher::equal("__name__", "m")], range);
            assert_eq!(found[0].timestamps, [NOW + 3, NOW + 4, NOW + 5]);
            let empty = TimeRange::new(range.end, range.start);
            assert_eq!(trial.select(&[Matcher::equal("__name__", "m")], empty), []);
        },
    );
}

#[test]
fn more_samples_than_allowed_are_refused_and_exactly_as_many_are_not() {
    let fill = |trial: &Trial| {
        let samples: Vec<(&str, i64, f64)> =
            (0..1000).map(|n| (["m", "n"][n % 2], NOW + n as i64, 0.5)).collect();
        trial.append(&samples);
    };
    everywhere(fill, |trial| {
        let all = [matcher(MatchOp::Regex, "__name__", "m|n")];
        assert_eq!(trial.try_select(&all, TimeRange::ALL, 1000).unwrap().len(), 2);
        let refused = trial.try_select(&all, TimeRange::ALL, 999);
        assert!(matches!(refused, Err(StoreError::Limit { limit: 999, key: "query.max_samples", .. })));
    });
}

#[test]
fn a_cancelled_query_stops() {
    everywhere(fill_fleet, |trial| {
        let cancel = Cancel::new();
        cancel.cancel();
        let matchers = [Matcher::equal("__name__", "up")];
        let request =
            Select { matchers: &matchers, range: TimeRange::ALL, max_samples: 100, cancel: &cancel };
        assert!(matches!(trial.store().select(&request), Err(StoreError::Cancelled)));
    });
}

#[test]
fn metadata_is_kept_and_the_newest_counts() {
    let told = |kind, help: &str| Batch {
        rows: Vec::new(),
        metadata: vec![(Arc::from("m"), Metadata::new(kind, help)), (Arc::from("b"), Metadata::default())],
    };
    let mut trial = Trial::new();
    trial.store().append(&told(MetricKind::Gauge, "old")).unwrap();
    trial.store().append(&told(MetricKind::Counter, "new")).unwrap();
    trial.append(&[("m", NOW, 1.0)]);
    let check = |trial: &Trial| {
        let all = trial.store().metadata(None).unwrap();
        assert_eq!(all.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["b", "m"]);
        let one = trial.store().metadata(Some("m")).unwrap();
        assert_eq!(one, [(Arc::from("m"), Metadata::new(MetricKind::Counter, "new"))]);
        assert_eq!(trial.store().metadata(Some("x")).unwrap(), []);
    };
    check(&trial);
    trial.reopen();
    check(&trial);
    assert_eq!(trial.flush().segments_removed, 1);
    trial.reopen();
    check(&trial);
}

#[test]
fn a_repeated_batch_is_acknowledged_and_costs_no_log() {
    let trial = Trial::new();
    let samples = [("m", NOW, 1.0), ("n", NOW, 2.0)];
    assert_eq!(trial.append(&samples), Appended { stored: 2, series_created: 2, ..Default::default() });
    let before = trial.store().stats(1).log_bytes;
    assert_eq!(trial.append(&samples), Appended { stored: 2, ..Default::default() });
    assert_eq!(trial.store().stats(1).log_bytes, before);
    assert_eq!(trial.store().stats(1).head.samples, 2);
}

#[test]
fn a_batch_may_change_a_sample_and_restore_it() {
    let mut trial = Trial::new();
    trial.append(&[("m", NOW, 1.0), ("n", NOW, 1.0)]);
    trial.append(&[("m", NOW, 2.0), ("n", NOW, 1.0), ("m", NOW, 1.0)]);
    assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0)]));
    trial.append(&[("n", NOW, 1.0), ("n", NOW, 2.0), ("n", NOW, 1.0)]);
    assert_eq!(trial.samples("n"), bits(&[(NOW, 1.0)]));
    trial.reopen();
    assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0)]));
}

#[test]
fn series_in_one_batch_may_be_many_and_their_labels_long() {
    let mut trial = Trial::new();
    let mut batch = Batch::new();
    for n in 0..3000 {
        let long = format!("{n}-{}", "x".repeat(4000));
        let labels = Labels::of_metric("m", &[("n", &n.to_string()), ("long", &long)]);
        batch.push(labels, Timestamp::from_millis(NOW), f64::from(n));
    }
    assert_eq!(trial.store().append(&batch).unwrap().series_created, 3000);
    trial.reopen();
    assert_eq!(trial.store().recovery().samples_replayed, 3000);
    trial.flush();
    let found = trial.select(&[matcher(MatchOp::Regex, "n", "29..")], TimeRange::ALL);
    assert_eq!(found.len(), 100);
    assert_eq!(found[7].values, [2907.0]);
}
