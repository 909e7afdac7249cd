use std::cmp::Ordering;

use model::{Duration, Labels, Timestamp};

use super::*;
use crate::engine::{EngineOptions, QueryOptions, RangeSteps};
use crate::eval::{Evaluation, Steps};
use crate::{Query, QueryError};

#[path = "../../../tests/script/store.rs"]
mod store;

const SERIES: u64 = 10;
const STEPS: u64 = 50;

fn some_series() -> store::MemStore {
    let mut store = store::MemStore::default();
    for index in 0..SERIES as i64 {
        for (name, le) in [("a", format!("{index}")), ("b", format!("{index}"))] {
            let samples = (0..400).map(|step| (step * 1000, (step % 7) as f64));
            store.add(Labels::of_metric(name, &[("le", &le), ("host", "h")]), samples);
        }
    }
    store
}

fn steps() -> RangeSteps {
    let step = Duration::from_secs(4);
    RangeSteps { start: Timestamp::from_millis(200_000), end: Timestamp::from_millis(396_000), step }
}

fn spent(text: &str) -> u64 {
    let (store, cancel, query) = (some_series(), Cancel::new(), Query::parse(text).unwrap());
    let options = QueryOptions::new(&cancel);
    let mut evaluation = Evaluation::new(&store, &EngineOptions::default(), &options, steps()).unwrap();
    let steps = Steps::of_range(steps(), u64::MAX).unwrap();
    evaluation.eval(&query.root, steps).unwrap();
    evaluation.effort.spent()
}

#[test]
fn a_raised_flag_is_seen_after_little_work() {
    let cancel = Cancel::new();
    let mut effort = Effort::new(&cancel);
    assert!(effort.spend(1).is_ok());
    cancel.cancel();
    let more = (0..LOOK_EVERY).take_while(|_| effort.spend(1).is_ok()).count() as u64;
    assert!(more < LOOK_EVERY, "{more}");
}

#[test]
fn whatever_visits_samples_says_so() {
    /// `text` must visit each sample of an operand once more than its operands alone do, at least.
    #[track_caller]
    fn f(text: &str, operands: &[&str]) {
        let more = spent(text) - operands.iter().map(|operand| spent(operand)).sum::<u64>();
        assert!(more >= SERIES * STEPS, "{text}: {more}");
    }
    f("-a", &["a"]);
    f("abs(a)", &["a"]);
    f("a + 1", &["a"]);
    f("month(a)", &["a"]);
    f("scalar(a)", &["a"]);
    f("timestamp(a + 0)", &["a + 0"]);
    f("absent(a)", &["a"]);
    f("sum(a)", &["a"]);
    f("quantile(0.5, a)", &["a"]);
    f("count_values(\"v\", a)", &["a"]);
    f("topk(2, a)", &["a"]);
    f("limit_ratio(0.5, a)", &["a"]);
    f("histogram_quantile(0.9, a)", &["a"]);
    f("label_replace(a, \"x\", \"y\", \"\", \"\")", &["a"]);
    f("a + b", &["a", "b"]);
    f("a and b", &["a", "b"]);
    f("a unless b", &["a", "b"]);
    f("a * on(host, le) group_left b", &["a", "b"]);
    f("sum_over_time(a[10s])", &[]);
}

#[test]
fn a_sample_counts_once_per_window_it_is_in() {
    let once = spent("last_over_time(a[4s])");
    assert!(spent("last_over_time(a[100s])") > once + SERIES * STEPS * 90);
}

#[test]
fn the_windows_of_one_series_end_at_a_raised_flag() {
    let mut store = store::MemStore::default();
    store.add(Labels::of_metric("a", &[]), (0..100_000).map(|step| (step, 1.0)));
    let (cancel, query) = (Cancel::new(), Query::parse("a[100s]").unwrap());
    let steps = Steps::between(0, 100_000, 10, u64::MAX).unwrap();
    let options = QueryOptions::new(&cancel);
    let range = RangeSteps {
        start: Timestamp::from_millis(0),
        end: Timestamp::from_millis(100_000),
        step: Duration::from_millis(10),
    };
    let mut evaluation = Evaluation::new(&store, &EngineOptions::default(), &options, range).unwrap();
    let matrix = evaluation.eval_matrix(&query.root, steps).unwrap();
    let mut visits = 0;
    let outcome = evaluation.each_window(&matrix, steps, &[], |_, index, _| {
        visits += 1;
        if index == 5000 {
            cancel.cancel();
        }
    });
    assert!(matches!(outcome, Err(QueryError::Cancelled)));
    assert_eq!(visits, 5001);
}

#[test]
fn sorting_ends_at_a_raised_flag_and_is_stable() {
    let cancel = Cancel::new();
    let mut items: Vec<(u32, u32)> =
        (0..50_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) % 100, index)).collect();
    let mut want = items.clone();
    want.sort_by_key(|item| item.0);
    Effort::new(&cancel).sort_by(&mut items, |a, b| a.0.cmp(&b.0)).unwrap();
    assert_eq!(items, want);
    let mut compared = 0;
    let outcome = Effort::new(&cancel).sort_by(&mut items, |a, b| -> Ordering {
        compared += 1;
        cancel.cancel();
        b.cmp(a)
    });
    assert!(matches!(outcome, Err(QueryError::Cancelled)));
    assert!(compared < 10 * LOOK_EVERY * 12, "{compared}");
}
