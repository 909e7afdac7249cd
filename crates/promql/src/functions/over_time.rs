//! Aggregations over the samples of a window.

use crate::eval::{Data, Evaluation, Steps, Window};
use crate::functions::summation::{Sum, mean_of, sum_of};
use crate::plan::Call;
use crate::{Kind, QueryError};

pub(super) fn avg(window: &Window<'_>) -> Option<f64> {
    Some(mean_of(window.values.iter().copied()))
}

pub(super) fn sum(window: &Window<'_>) -> Option<f64> {
    Some(sum_of(window.values.iter().copied()))
}

pub(super) fn count(window: &Window<'_>) -> Option<f64> {
    Some(window.values.len() as f64)
}

pub(super) fn present(_: &Window<'_>) -> Option<f64> {
    Some(1.0)
}

pub(super) fn first(window: &Window<'_>) -> Option<f64> {
    window.values.first().copied()
}

pub(super) fn last(window: &Window<'_>) -> Option<f64> {
    window.values.last().copied()
}

pub(super) fn min(window: &Window<'_>) -> Option<f64> {
    window
        .values
        .iter()
        .copied()
        .reduce(|least, value| if replaces_min(least, value) { value } else { least })
}

pub(super) fn max(window: &Window<'_>) -> Option<f64> {
    window.values.iter().copied().reduce(|most, value| if replaces_max(most, value) { value } else { most })
}

/// Whether `value` is a better minimum; anything is better than what is not a number.
pub(crate) fn replaces_min(least: f64, value: f64) -> bool {
    value < least || least.is_nan()
}

/// Whether `value` is a better maximum; anything is better than what is not a number.
pub(crate) fn replaces_max(most: f64, value: f64) -> bool {
    value > most || most.is_nan()
}

pub(super) fn stdvar(window: &Window<'_>) -> Option<f64> {
    Some(variance(window.values))
}

pub(super) fn stddev(window: &Window<'_>) -> Option<f64> {
    Some(variance(window.values).sqrt())
}

/// Population variance by Welford's method, with compensated sums.
fn variance(values: &[f64]) -> f64 {
    let (mut mean, mut squares) = (Sum::default(), Sum::default());
    let mut count = 0.0;
    for value in values {
        count += 1.0;
        let delta = value - (mean.sum + mean.compensation);
        mean.add(delta / count);
        squares.add(delta * (value - (mean.sum + mean.compensation)));
    }
    (squares.sum + squares.compensation) / count
}

/// The median of the distances from the median.
pub(super) fn mad(window: &Window<'_>) -> Option<f64> {
    let median = quantile_of(0.5, &mut window.values.to_vec());
    let mut distances: Vec<f64> = window.values.iter().map(|value| (value - median).abs()).collect();
    Some(quantile_of(0.5, &mut distances))
}

pub(super) fn ts_of_first(window: &Window<'_>) -> Option<f64> {
    window.timestamps.first().map(|time_ms| secs(*time_ms))
}

pub(super) fn ts_of_last(window: &Window<'_>) -> Option<f64> {
    window.timestamps.last().map(|time_ms| secs(*time_ms))
}

pub(super) fn ts_of_min(window: &Window<'_>) -> Option<f64> {
    last_of_best(window, |best, value| value <= best || best.is_nan())
}

pub(super) fn ts_of_max(window: &Window<'_>) -> Option<f64> {
    last_of_best(window, |best, value| value >= best || best.is_nan())
}

fn last_of_best(window: &Window<'_>, replaces: fn(f64, f64) -> bool) -> Option<f64> {
    let best = window.samples().reduce(|best, sample| if replaces(best.1, sample.1) { sample } else { best });
    best.map(|(time_ms, _)| secs(time_ms))
}

fn secs(time_ms: i64) -> f64 {
    time_ms as f64 / 1000.0
}

/// The φ-quantile of each window.
pub(super) fn quantile(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let quantiles = evaluation.scalar_args(call, steps)?;
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Matrix) else { return Ok(Data::Vector(Vec::new())) };
    let matrix = evaluation.eval_matrix(arg, steps)?;
    if !matrix.series.is_empty() {
        let position = call.args.first().and_then(|arg| arg.position()).or(call.position);
        for quantile in quantiles.iter().flatten().filter(|quantile| !(0.0..=1.0).contains(*quantile)) {
            evaluation.notes.invalid_quantile(*quantile, position);
        }
    }
    let of_window = |window: &Window<'_>| Some(quantile_of(window.scalar(0), &mut window.values.to_vec()));
    evaluation.windows_to_columns(call, &matrix, steps, &quantiles, of_window).map(Data::Vector)
}

/// The φ-quantile of some values by linear interpolation; reorders them. What is not a number counts as least.
pub(crate) fn quantile_of(quantile: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || quantile.is_nan() {
        return f64::NAN;
    }
    if quantile < 0.0 {
        return f64::NEG_INFINITY;
    }
    if quantile > 1.0 {
        return f64::INFINITY;
    }
    let order = |a: &f64, b: &f64| {
        b.is_nan().cmp(&a.is_nan()).then(a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
    };
    let highest = values.len() - 1;
    let rank = quantile * highest as f64;
    let lower = (rank.floor() as usize).min(highest);
    let weight = rank - rank.floor();
    // Linear in the number of values, where sorting would not be.
    let (_, lower, above) = values.select_nth_unstable_by(lower, order);
    let upper = above.iter().copied().min_by(order).unwrap_or(*lower);
    *lower * (1.0 - weight) + upper * weight
}
