//! Random writes, flushes and starts against a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// Series, time and value of each sample.
    Append(Vec<(u8, i64, u8)>),
    Flush,
    Reopen,
    Check(i64, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few times near now collide often; days back make more parts.
    let at = prop_oneof![3 => 0..40_i64, 1 => -20_000_000..0_i64, 1 => (-4..0_i64).prop_map(|day| day * DAY)];
    let sample = (0..4_u8, at.prop_map(|at| NOW + at), 0..5_u8);
    let step = prop_oneof![
        6 => prop::collection::vec(sample, 1..60).prop_map(Step::Append),
        2 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        2 => (-30..40_i64, 0..30_i64).prop_map(|(start, len)| Step::Check(NOW + start, NOW + start + len)),
    ];
    prop::collection::vec(step, 1..40)
}

type Model = BTreeMap<u8, BTreeMap<i64, f64>>;

fn series(number: u8) -> Labels {
    Labels::of_metric("m", &[("n", &number.to_string())])
}

fn check(trial: &Trial, model: &Model, start: i64, end: i64) {
    let range = TimeRange::new(Timestamp::from_millis(start), Timestamp::from_millis(end));
    let found = trial.select(&[Matcher::equal("__name__", "m")], range);
    let want: Vec<SeriesColumns> = model
        .iter()
        .map(|(number, samples)| {
            let (timestamps, values) = samples.range(start..=end).map(|(at, value)| (*at, *value)).unzip();
            SeriesColumns { labels: series(*number), timestamps, values }
        })
        .filter(|columns: &SeriesColumns| !columns.timestamps.is_empty())
        .collect();
    assert_eq!(found, want);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn the_store_answers_like_a_map(steps in steps()) {
        let mut trial = Trial::new();
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Append(samples) => {
                    let mut batch = Batch::new();
                    for (number, at, value) in samples {
                        batch.push(series(number), Timestamp::from_millis(at), f64::from(value));
                        model.entry(number).or_default().insert(at, f64::from(value));
                    }
                    trial.store().append(&batch).unwrap();
                }
                Step::Flush => {
                    trial.flush();
                }
                Step::Reopen => trial.reopen(),
                Step::Check(start, end) => check(&trial, &model, start, end),
            }
        }
        check(&trial, &model, i64::MIN, i64::MAX);
        trial.flush();
        trial.reopen();
        check(&trial, &model, i64::MIN, i64::MAX);
    }
}
