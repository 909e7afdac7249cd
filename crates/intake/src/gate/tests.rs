use std::sync::Mutex;

use model::Timestamp;
use model::store::Appended;

use super::*;

/// A store that keeps rows in a list and calls anything before time zero too old.
#[derive(Default)]
struct ListStore(Mutex<Vec<model::Row>>);

impl Appendable for ListStore {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let mut appended = Appended::default();
        for (index, row) in batch.rows.iter().enumerate() {
            if row.sample.timestamp < Timestamp::from_millis(0) {
                appended.too_old += 1;
            } else if row.labels.get("over").is_some() {
                appended.over_limit += 1;
            } else {
                appended.stored += 1;
                self.0.lock().unwrap().push(row.clone());
                continue;
            }
            appended.refused.push(index);
        }
        Ok(appended)
    }
}

fn ingest(pairs: &[(&str, &str)], millis: i64) -> Outcome {
    let limits = Limits { labels_per_series: 3, label_name_bytes: 10, label_value_bytes: 10 };
    let intake = Intake::new(Arc::new(ListStore::default()), limits);
    let mut batch = Batch::new();
    batch.push(Labels::from_pairs(pairs).unwrap(), Timestamp::from_millis(millis), 1.0);
    intake.ingest(batch).unwrap()
}

#[test]
fn says_why_a_sample_is_not_stored() {
    #[track_caller]
    fn f(pairs: &[(&str, &str)], millis: i64, want: Option<RejectReason>) {
        let outcome = ingest(pairs, millis);
        assert_eq!(outcome.rejections.first().map(|rejection| rejection.reason), want);
        assert_eq!(outcome.stored + outcome.rejected(), 1);
    }
    f(&[("__name__", "m")], 1, None);
    f(&[("a", "1")], 1, Some(RejectReason::NoMetricName));
    f(&[("__name__", "m"), ("", "1")], 1, Some(RejectReason::EmptyLabelName));
    f(&[("__name__", "m"), ("a", "1"), ("b", "1"), ("c", "1")], 1, Some(RejectReason::TooManyLabels));
    f(&[("__name__", "m"), ("a_long_label_name", "1")], 1, Some(RejectReason::LabelNameTooLong));
    f(&[("__name__", "m"), ("a", "a long label value")], 1, Some(RejectReason::LabelValueTooLong));
    f(&[("__name__", "m")], -1, Some(RejectReason::TooOld));
    f(&[("__name__", "m"), ("over", "1")], 1, Some(RejectReason::TooManySeries));
}

#[tokio::test]
async fn readers_see_what_was_stored_and_learn_what_they_missed() {
    let intake = Intake::new(Arc::new(ListStore::default()), Limits::default());
    let mut stream = intake.subscribe();
    for millis in 0..300 {
        let mut batch = Batch::new();
        batch.push(Labels::of_metric("m", &[]), Timestamp::from_millis(millis), 1.0);
        intake.ingest(batch).unwrap();
    }
    assert_eq!(stream.next().await, Some(Err(crate::Missed(44))));
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first.rows[0].sample.timestamp, Timestamp::from_millis(44));
    drop(intake);
    for _ in 0..255 {
        stream.next().await.unwrap().unwrap();
    }
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn readers_see_only_rows_that_the_store_took() {
    let intake = Intake::new(Arc::new(ListStore::default()), Limits::default());
    let mut stream = intake.subscribe();
    let ingest = |times: &[i64]| {
        let mut batch = Batch::new();
        times.iter().for_each(|at| batch.push(Labels::of_metric("m", &[]), Timestamp::from_millis(*at), 1.0));
        intake.ingest(batch).unwrap()
    };
    assert_eq!(ingest(&[-1, 1, -2, -3, 2, -4]).rejected(), 4);
    ingest(&[-1]);
    ingest(&[3]);
    for want in [vec![1, 2], vec![3]] {
        let batch = stream.next().await.unwrap().unwrap();
        let times: Vec<i64> = batch.rows.iter().map(|row| row.sample.timestamp.as_millis()).collect();
        assert_eq!(times, want);
    }
}
