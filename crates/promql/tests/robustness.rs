//! No query, however odd, makes the evaluator panic, overflow the stack or outgrow its limits.

#[path = "script/store.rs"]
mod store;

use std::sync::Arc;

use model::store::{Queryable, Select, SeriesColumns, StoreError};
use model::{Cancel, Duration, Labels, Matcher, Metadata, TimeRange, Timestamp};
use promql::{Answer, Engine, Query, QueryError, QueryOptions, RangeSteps};
use proptest::prelude::*;
use store::MemStore;

fn some_series() -> MemStore {
    let mut store = MemStore::default();
    for (name, le) in [("a", "1"), ("a", "+Inf"), ("b", "x"), ("c_total", "1")] {
        let samples = (0..20).map(|index| (index * 30_000, f64::from(index as i32 % 7) - 2.0));
        store.add(Labels::of_metric(name, &[("le", le)]), samples);
    }
    store
}

fn range(text: &str, options: &QueryOptions<'_>) -> Option<Result<Answer, QueryError>> {
    let query = Query::parse(text).ok()?;
    let steps = RangeSteps {
        start: Timestamp::from_millis(0),
        end: Timestamp::from_millis(300_000),
        step: Duration::from_secs(45),
    };
    let _ = Engine::default().instant(&some_series(), &query, steps.end, options);
    Some(Engine::default().range(&some_series(), &query, steps, options))
}

#[test]
fn the_deepest_queries_fit_the_stack_of_a_thread() {
    let cancel = Cancel::new();
    let nested = |open: &str, close: &str, depth| format!("{}a{}", open.repeat(depth), close.repeat(depth));
    for text in [
        nested("abs(", ")", 200),
        nested("-", "", 500),
        nested("a + on () group_left () (", ")", 199),
        nested("", " or a", 500),
        nested("", " ^ a", 500),
        nested("sum_over_time(", "[1m:30s])", 100),
    ] {
        assert!(range(&text, &QueryOptions::new(&cancel)).is_some(), "{text:.80}");
    }
}

#[test]
fn limits_and_cancelling_stop_a_query() {
    let cancel = Cancel::new();
    let few = QueryOptions { max_samples: Some(10), ..QueryOptions::new(&cancel) };
    assert!(matches!(range("a", &few), Some(Err(QueryError::TooManySamples))));
    assert!(matches!(range("vector(1)", &few), Some(Ok(_))));
    cancel.cancel();
    assert!(matches!(range("a", &QueryOptions::new(&cancel)), Some(Err(QueryError::Cancelled))));
}

fn expression() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["a", "b", "c_total", "1", "NaN", "a @ end()", "b offset -1m", "time()"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let binary = prop::sample::select(vec![
            "+",
            "/",
            "^",
            "%",
            "atan2",
            "> bool",
            "==",
            "and",
            "or",
            "unless on (le)",
            "* on () group_left",
            "< ignoring (le) group_right (le)",
        ]);
        let unary = prop::sample::select(vec![
            "-",
            "abs",
            "sum by (le) ",
            "topk(2, ",
            "quantile(0.5, ",
            "histogram_quantile(0.9, ",
            "scalar",
            "vector",
            "sort",
            "absent",
            "timestamp",
            "count_values(\"v\", ",
            "month",
            "clamp_min(-1, ",
            "limit_ratio(-0.5, ",
        ]);
        let windowed =
            prop::sample::select(vec!["rate", "deriv", "mad_over_time", "changes", "absent_over_time"]);
        prop_oneof![
            (pair, binary).prop_map(|((lhs, rhs), op)| format!("({lhs}) {op} ({rhs})")),
            (inner.clone(), unary).prop_map(|(inner, f)| match f.ends_with(", ") {
                true => format!("{f}{inner})"),
                false => format!("{f}({inner})"),
            }),
            (inner, windowed).prop_map(|(inner, f)| format!("{f}(({inner})[2m:20s])")),
        ]
    })
}

proptest! {
    #[test]
    fn no_expression_makes_the_evaluator_panic(text in expression()) {
        let cancel = Cancel::new();
        let _ = range(&text, &QueryOptions::new(&cancel));
    }
}

/// Raises the flag of the query that reads it.
struct Revoked(MemStore);

impl Queryable for Revoked {
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError> {
        let found = self.0.select(request);
        request.cancel.cancel();
        found
    }

    fn series(&self, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<Labels>, StoreError> {
        Ok(Vec::new())
    }

    fn label_names(&self, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn label_values(&self, _: &str, _: &[Vec<Matcher>], _: TimeRange) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn metadata(&self, _: Option<&str>) -> Result<Vec<(Arc<str>, Metadata)>, StoreError> {
        Ok(Vec::new())
    }
}

#[test]
fn one_series_with_very_many_windows_ends_when_nobody_waits() {
    #[track_caller]
    fn f(text: &str) {
        let (cancel, store) = (Cancel::new(), Revoked(some_series()));
        let steps = RangeSteps {
            start: Timestamp::from_millis(100_000),
            end: Timestamp::from_millis(10_100_000),
            step: Duration::from_secs(1),
        };
        let answer =
            Engine::default().range(&store, &Query::parse(text).unwrap(), steps, &QueryOptions::new(&cancel));
        assert!(matches!(answer, Err(QueryError::Cancelled)), "{text}: {answer:?}");
    }
    f("quantile_over_time(0.5, b[1000000s])");
    f("quantile_over_time(0.5, vector(scalar(b))[1000s:1ms])");
    f("b + on () sum_over_time(vector(1)[1000s:1ms])");
}

#[test]
fn a_query_that_would_outgrow_memory_is_refused_before_it_takes_it() {
    #[track_caller]
    fn f(text: &str, max_samples: u64) {
        let cancel = Cancel::new();
        let options = QueryOptions { max_samples: Some(max_samples), ..QueryOptions::new(&cancel) };
        let answer = range(text, &options).unwrap();
        assert!(matches!(answer, Err(QueryError::TooManySamples)), "{text}: {answer:?}");
    }
    let default = 50_000_000;
    // 10 to the power 12 steps: were they evaluated, even one number for each would be too much.
    f("sum_over_time(vector(1)[1000000000s:1ms])", default);
    f("sum_over_time(sum_over_time(vector(1)[100000s:10ms])[1000000s:1s])", default);
    f("sum_over_time(vector(time())[1000s:1s])", 1000);
    // A column per value and step: the steps squared.
    f("count_values(\"v\", vector(time())) or a", 40);
    f("max_over_time(count_values(\"v\", vector(time()))[100s:10ms])", default);
    // Labels alone can take more than samples do.
    let long = "x".repeat(60_000);
    f(&format!("label_replace(a, \"l\", \"{long}\", \"\", \"\")"), 1000);
}

#[test]
fn label_values_cannot_double_for_ever() {
    let cancel = Cancel::new();
    let mut text = "label_replace(a, \"l\", \"0123456789\", \"\", \"\")".to_owned();
    for _ in 0..60 {
        text = format!("label_replace({text}, \"l\", \"$1$1\", \"l\", \"(.*)\")");
    }
    let answer = range(&text, &QueryOptions::new(&cancel)).unwrap();
    let message = answer.unwrap_err().to_string();
    assert_eq!(message, "label_replace() might give a label value longer than 1048576 bytes");
}

#[test]
fn remarks_do_not_grow_with_the_steps() {
    let cancel = Cancel::new();
    let text = "quantile(2 + time(), a) + on () group_left () quantile_over_time(time() + 2, b[1m])";
    let steps = RangeSteps {
        start: Timestamp::from_millis(0),
        end: Timestamp::from_millis(300_000),
        step: Duration::from_millis(250),
    };
    let query = Query::parse(text).unwrap();
    let answer = Engine::default().range(&some_series(), &query, steps, &QueryOptions::new(&cancel)).unwrap();
    assert_eq!(answer.warnings.len(), 100);
}
