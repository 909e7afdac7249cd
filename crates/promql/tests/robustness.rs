//! No query, however odd, makes the evaluator panic, overflow the stack or outgrow its limits.

#[path = "script/store.rs"]
mod store;

use model::{Cancel, Duration, Labels, Timestamp};
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
