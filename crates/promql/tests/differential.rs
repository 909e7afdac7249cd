//! Compares answers with those of a Prometheus on this machine, query by query.
//!
//! Run with `cargo nextest run -p promql --run-ignored only`; needs `prometheus` and `promtool` on the path. Sample
//! times and evaluation times are chosen so that no sample lies on the edge of a range: Prometheus 2 counts the
//! left edge in, Prometheus 3 and this engine do not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step must fail the test")]

#[path = "differential/data.rs"]
mod data;
#[path = "differential/prometheus.rs"]
mod prometheus;
#[path = "script/store.rs"]
mod store;

use std::collections::BTreeMap;

use model::{Cancel, Duration, Labels, Timestamp};
use prometheus::Prometheus;
use promql::{Engine, Query, QueryOptions, RangeSteps, Value};
use store::MemStore;

/// Values by series and time; a scalar has no labels.
type Samples = BTreeMap<(Labels, i64), f64>;

#[test]
fn answers_are_those_of_prometheus() {
    let store = data::store();
    let prometheus = Prometheus::start(&store);
    let mut differences = Vec::new();
    let mut compared = 0;
    for expr in include_str!("differential/queries.txt").lines() {
        if expr.is_empty() || expr.starts_with('#') {
            continue;
        }
        let (expr, words_matter) = expr.strip_prefix('~').map_or((expr, true), |expr| (expr, false));
        compared += 1;
        for (kind, (ours, theirs)) in
            [("instant", instant(&store, &prometheus, expr)), ("range", range(&store, &prometheus, expr))]
        {
            if let Err(why) = compare(&ours, &theirs, words_matter) {
                differences.push(format!("{kind} {expr}\n    {why}"));
            }
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(compared > 100);
}

type Outcome = Result<Samples, String>;

fn instant(store: &MemStore, prometheus: &Prometheus, expr: &str) -> (Outcome, Outcome) {
    let at = Timestamp::from_millis(data::INSTANT_MS);
    let ours = Query::parse(expr).map_err(|error| error.to_string()).and_then(|query| {
        let answer = Engine::default().instant(store, &query, at, &QueryOptions::new(&Cancel::new()));
        answer.map(|answer| samples(answer.value)).map_err(|error| error.to_string())
    });
    (ours, prometheus.instant(expr, data::INSTANT_MS))
}

fn range(store: &MemStore, prometheus: &Prometheus, expr: &str) -> (Outcome, Outcome) {
    let steps = RangeSteps {
        start: Timestamp::from_millis(data::RANGE_START_MS),
        end: Timestamp::from_millis(data::RANGE_END_MS),
        step: Duration::from_millis(data::STEP_MS),
    };
    let ours = Query::parse(expr).map_err(|error| error.to_string()).and_then(|query| {
        let answer = Engine::default().range(store, &query, steps, &QueryOptions::new(&Cancel::new()));
        answer.map(|answer| samples(answer.value)).map_err(|error| error.to_string())
    });
    (ours, prometheus.range(expr, data::RANGE_START_MS, data::RANGE_END_MS, data::STEP_MS))
}

fn samples(value: Value) -> Samples {
    match value {
        Value::Scalar(sample) => {
            Samples::from([((Labels::empty(), sample.timestamp.as_millis()), sample.value)])
        }
        Value::Text { .. } => Samples::new(),
        Value::Vector(vector) => {
            let entry =
                |s: promql::InstantSample| ((s.labels, s.sample.timestamp.as_millis()), s.sample.value);
            vector.into_iter().map(entry).collect()
        }
        Value::Matrix(matrix) => matrix
            .into_iter()
            .flat_map(|series| {
                let labels = series.labels;
                let samples = series.timestamps.into_iter().zip(series.values);
                samples.map(move |(time, value)| ((labels.clone(), time), value)).collect::<Vec<_>>()
            })
            .collect(),
    }
}

fn compare(ours: &Outcome, theirs: &Outcome, words_matter: bool) -> Result<(), String> {
    match (ours, theirs) {
        (Err(_), Err(_)) if !words_matter => Ok(()),
        (Err(ours), Err(theirs)) if theirs.ends_with(ours.rsplit(": ").next().unwrap_or(ours)) => Ok(()),
        (Err(ours), Err(theirs)) => Err(format!("words: ours `{ours}`, theirs `{theirs}`")),
        (Ok(ours), Ok(theirs)) => compare_samples(ours, theirs),
        (Err(ours), Ok(_)) => Err(format!("only ours fails: {ours}")),
        (Ok(_), Err(theirs)) => Err(format!("only theirs fails: {theirs}")),
    }
}

fn compare_samples(ours: &Samples, theirs: &Samples) -> Result<(), String> {
    for (key, ours) in ours {
        let Some(theirs) = theirs.get(key) else { return Err(format!("only ours has {key:?} = {ours}")) };
        let near = (ours - theirs).abs() <= 1e-9 * ours.abs().max(theirs.abs()).clamp(1e-9, f64::MAX);
        if !(near || ours == theirs || (ours.is_nan() && theirs.is_nan())) {
            return Err(format!("{key:?}: ours {ours}, theirs {theirs}"));
        }
    }
    match theirs.iter().find(|(key, _)| !ours.contains_key(key)) {
        Some((key, value)) => Err(format!("only theirs has {key:?} = {value}")),
        None => Ok(()),
    }
}
