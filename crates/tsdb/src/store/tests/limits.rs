//! How the memory of the head is bounded.

use super::*;

/// One sample of each of these series.
fn batch_of(series: std::ops::Range<usize>) -> Batch {
    let mut batch = Batch::new();
    for n in series {
        let labels = Labels::of_metric("m", &[("n", &n.to_string()), ("host", "a")]);
        batch.push(labels, Timestamp::from_millis(NOW), 1.0);
    }
    batch
}

fn series(trial: &Trial) -> usize {
    trial.select(&[Matcher::equal("__name__", "m")], TimeRange::ALL).len()
}

fn cost(trial: &Trial) -> u64 {
    trial.store().shared.live.read().head.cost()
}

#[test]
fn many_series_of_one_sample_make_the_head_large_and_known_ones_do_not() {
    let trial = Trial::with(Options { head_bytes_max: 1 << 20, ..options() });
    trial.store().append(&batch_of(0..3000)).unwrap();
    assert_eq!(trial.store().maintain().unwrap().samples_flushed, 3000);
    assert_eq!(trial.store().append(&batch_of(0..3000)).unwrap().series_created, 0);
    assert_eq!(trial.store().maintain().unwrap().samples_flushed, 0);
}

#[test]
fn a_writer_that_fills_the_head_relieves_it_where_maintenance_is_late() {
    let trial = Trial::with(Options { head_bytes_max: 64 << 10, ..options() });
    let mut most = 0;
    for round in 0..30 {
        trial.store().append(&batch_of(round * 100..round * 100 + 100)).unwrap();
        most = most.max(cost(&trial));
    }
    assert!(most < (256 << 10) + 100_000, "{most}");
    assert!(trial.store().stats(0).parts > 1);
    assert_eq!(series(&trial), 3000);
}

#[test]
fn a_full_head_refuses_while_it_is_being_written() {
    let trial = Trial::with(Options { head_bytes_max: 1000, ..options() });
    trial.store().append(&batch_of(0..100)).unwrap();
    let maintaining = trial.store().shared.manifest.lock();
    let refused = trial.store().append(&batch_of(0..1)).unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused:?}");
    assert_eq!(series(&trial), 100);
    drop(maintaining);
    assert_eq!(trial.store().append(&batch_of(0..1)).unwrap().stored, 1);
}

#[test]
fn series_of_a_batch_that_failed_are_not_known() {
    let trial = Trial::new();
    trial.store().append(&batch_of(0..10)).unwrap();
    let before = cost(&trial);
    crate::disk::faults::set_room(Some(10));
    trial.store().append(&batch_of(5..1000)).unwrap_err();
    crate::disk::faults::set_room(None);
    assert_eq!((cost(&trial), trial.store().stats(0).head.num_series), (before, 10));
    assert_eq!(trial.store().append(&batch_of(5..20)).unwrap().series_created, 10);
    assert_eq!(series(&trial), 20);
}

#[test]
fn more_series_than_allowed_are_refused_and_known_ones_go_on() {
    let mut trial = Trial::with(Options { series_max: 3, ..options() });
    trial.store().append(&batch_of(0..2)).unwrap();
    let appended = trial.store().append(&batch_of(0..6)).unwrap();
    let want = Appended {
        stored: 3,
        series_created: 1,
        over_limit: 3,
        refused: vec![3, 4, 5],
        ..Default::default()
    };
    assert_eq!(appended, want);
    trial.reopen();
    assert_eq!(series(&trial), 3);
    assert_eq!(trial.store().append(&batch_of(1..4)).unwrap().refused, [2]);
    // Forgotten once no sample of theirs is left in memory.
    trial.flush();
    assert_eq!(trial.append(&[("other", NOW, 1.0)]).over_limit, 1);
    assert_eq!(trial.store().append(&batch_of(0..1)).unwrap().stored, 1);
    trial.flush();
    assert_eq!(trial.store().append(&batch_of(7..9)).unwrap().over_limit, 0);
    assert_eq!(series(&trial), 5);
}
