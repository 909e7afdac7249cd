//! The series that both sides hold.

use model::{Labels, LabelsBuilder};

use super::store::MemStore;

/// A full hour well in the past.
const BASE_MS: i64 = 1_700_002_800_000;
pub(crate) const INSTANT_MS: i64 = BASE_MS + 50 * 60_000 + 30_000;
pub(crate) const RANGE_START_MS: i64 = BASE_MS + 30_000;
pub(crate) const RANGE_END_MS: i64 = BASE_MS + 70 * 60_000 + 30_000;
pub(crate) const STEP_MS: i64 = 60_000;
/// Samples lie 7 seconds after each quarter of a minute.
const SAMPLES: i64 = 240;

pub(crate) fn store() -> MemStore {
    let mut store = MemStore::default();
    let mut add = |name: &str, pairs: &[(&str, &str)], value: &dyn Fn(i64) -> Option<f64>| {
        let at = |index: i64| Some((BASE_MS + 7_000 + index * 15_000, value(index)?));
        store.add(labels(name, pairs), (0..SAMPLES).filter_map(at));
    };
    for (index, job) in ["api", "web", "db"].into_iter().enumerate() {
        for instance in ["0", "1"] {
            let pairs = [("job", job), ("instance", instance)];
            let pace = index as f64 * 3.5 + if instance == "0" { 1.25 } else { 7.0 };
            let reset = if instance == "0" { 90 } else { 10_000 };
            add("reqs_total", &pairs, &|at| Some(pace * (at % reset) as f64));
            add("load", &pairs, &|at| Some(pace + (at as f64 / 9.0 + pace).sin() * 5.0));
            add("limit", &pairs[..1 + usize::from(instance == "1")], &|at| {
                Some(pace * 2.0 + (at % 7) as f64)
            });
        }
    }
    for (le, share) in [("0.1", 0.2), ("0.5", 0.55), ("1", 0.8), ("2.5", 0.95), ("+Inf", 1.0)] {
        for job in ["api", "web"] {
            let pace = if job == "api" { 11.0 } else { 3.0 };
            add("latency_bucket", &[("job", job), ("le", le)], &|at| {
                Some((pace * share * at as f64).floor())
            });
        }
    }
    add("gaps", &[("kind", "sparse")], &|at| (at % 40 < 12).then_some(at as f64));
    add("odd", &[("kind", "nan")], &|at| Some(if at % 5 == 0 { f64::NAN } else { at as f64 }));
    add("odd", &[("kind", "inf")], &|at| Some(if at % 11 == 0 { f64::INFINITY } else { -at as f64 }));
    add("odd", &[("kind", "huge")], &|at| Some(1e300 * (at % 3 - 1) as f64 + at as f64));
    add("info", &[("job", "api"), ("version", "1.2")], &|_| Some(1.0));
    add("info", &[("job", "web"), ("version", "1.10")], &|_| Some(1.0));
    add("flat", &[], &|_| Some(42.0));
    add("steps", &[], &|at| Some((at / 30) as f64));
    store
}

fn labels(name: &str, pairs: &[(&str, &str)]) -> Labels {
    let mut builder = LabelsBuilder::new();
    builder.set("__name__", name);
    for (name, value) in pairs {
        builder.set(name, value);
    }
    builder.build()
}
