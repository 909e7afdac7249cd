//! Straight lines and smoothing through the samples of a window.

use crate::eval::{Data, Evaluation, Steps, Window};
use crate::functions::summation::Sum;
use crate::plan::Call;
use crate::{ExecutionError, QueryError};

/// Slope per second of the line of least squares.
pub(super) fn deriv(window: &Window<'_>) -> Option<f64> {
    let origin_ms = *window.timestamps.first().filter(|_| window.values.len() > 1)?;
    Some(line(window, origin_ms).0)
}

/// The value that the line of least squares reaches some seconds after the step.
pub(super) fn predict_linear(window: &Window<'_>) -> Option<f64> {
    if window.values.len() < 2 {
        return None;
    }
    let (slope, at_step) = line(window, window.step_ms);
    Some(at_step + window.scalar(0) * slope)
}

/// Slope per second, and value at `origin_ms`, of the line of least squares. Times are counted from the origin,
/// as large numbers would cost precision.
fn line(window: &Window<'_>, origin_ms: i64) -> (f64, f64) {
    let first = window.values.first().copied().unwrap_or(f64::NAN);
    if window.values.iter().all(|value| *value == first) {
        return if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) };
    }
    let (mut x, mut y, mut xy, mut xx) = (Sum::default(), Sum::default(), Sum::default(), Sum::default());
    for (timestamp_ms, value) in window.samples() {
        let secs = timestamp_ms.saturating_sub(origin_ms) as f64 / 1000.0;
        x.add(secs);
        y.add(value);
        xy.add(secs * value);
        xx.add(secs * secs);
    }
    let count = window.values.len() as f64;
    let [x, y, xy, xx] = [x, y, xy, xx].map(|sum| sum.sum + sum.compensation);
    let covariance = xy - x * y / count;
    let variance = xx - x * x / count;
    let slope = covariance / variance;
    (slope, y / count - slope * x / count)
}

/// Smoothing with a level and a trend (Holt's linear method), by a smoothing and a trend factor.
pub(super) fn double_exponential_smoothing(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let factors = evaluation.scalar_args(call, steps)?;
    for (values, (which, symbol)) in factors.iter().zip([("smoothing", "sf"), ("trend", "tf")]) {
        if let Some(value) = values.iter().copied().find(|value| *value <= 0.0 || *value >= 1.0) {
            return Err(ExecutionError::InvalidFactor { which, symbol, value }.into());
        }
    }
    evaluation.call_window(call, steps, smoothed).map(Data::Vector)
}

fn smoothed(window: &Window<'_>) -> Option<f64> {
    let [first, second, ..] = window.values else { return None };
    let (smoothing, trending) = (window.scalar(0), window.scalar(1));
    let (mut before, mut level, mut trend) = (0.0, *first, second - first);
    for (index, value) in window.values.iter().enumerate().skip(1) {
        if index > 1 {
            trend = trending * (level - before) + (1.0 - trending) * trend;
        }
        let next = smoothing * value + (1.0 - smoothing) * (level + trend);
        before = level;
        level = next;
    }
    Some(level)
}
