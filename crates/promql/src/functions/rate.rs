//! How much and how fast values change.

use crate::eval::Window;

/// Rise per second of a counter, extrapolated to the whole range.
pub(super) fn rate(window: &Window<'_>) -> Option<f64> {
    increase(window).map(|rise| rise / (window.range_ms as f64 / 1000.0))
}

/// Rise of a counter, extrapolated to the whole range.
pub(super) fn increase(window: &Window<'_>) -> Option<f64> {
    let rise = last(window)? - first(window)? + dropped_by_resets(window.values);
    extrapolated(window, rise, true)
}

/// Change of a gauge, extrapolated to the whole range.
pub(super) fn delta(window: &Window<'_>) -> Option<f64> {
    extrapolated(window, last(window)? - first(window)?, false)
}

/// The values before each fall: what a counter had counted when it started again.
fn dropped_by_resets(values: &[f64]) -> f64 {
    values.windows(2).filter(|pair| pair[1] < pair[0]).map(|pair| pair[0]).sum()
}

fn first(window: &Window<'_>) -> Option<f64> {
    window.values.first().copied()
}

fn last(window: &Window<'_>) -> Option<f64> {
    window.values.last().copied()
}

/// Stretches a change between the first and the last sample to the range.
///
/// An edge that is further from its sample than 1.1 times the mean distance of samples is taken for the end of
/// the series, which then is half such a distance away. A counter is not stretched to before it was zero.
fn extrapolated(window: &Window<'_>, change: f64, is_counter: bool) -> Option<f64> {
    let (first_ms, last_ms) = (*window.timestamps.first()?, *window.timestamps.last()?);
    let gaps = window.timestamps.len().checked_sub(1).filter(|gaps| *gaps > 0)?;
    let start_ms = window.end_ms.saturating_sub(window.range_ms);
    let mut to_start = (first_ms - start_ms) as f64 / 1000.0;
    let mut to_end = (window.end_ms - last_ms) as f64 / 1000.0;
    let sampled = (last_ms - first_ms) as f64 / 1000.0;
    let mean_gap = sampled / gaps as f64;
    let threshold = mean_gap * 1.1;
    if to_start >= threshold {
        to_start = mean_gap / 2.0;
    }
    if is_counter {
        let first = first(window)?;
        let to_zero = if change > 0.0 && first >= 0.0 { sampled * (first / change) } else { to_start };
        if to_zero < to_start {
            to_start = to_zero;
        }
    }
    if to_end >= threshold {
        to_end = mean_gap / 2.0;
    }
    Some(change * ((sampled + to_start + to_end) / sampled))
}

/// The last two samples: the change, and the seconds between them.
fn last_change(window: &Window<'_>) -> Option<(f64, f64, f64)> {
    let mut newest_first = window.samples().rev();
    let (end_ms, end) = newest_first.next()?;
    let (start_ms, start) = newest_first.next()?;
    Some((start, end, (end_ms - start_ms) as f64 / 1000.0))
}

/// Rise per second of a counter between the last two samples.
pub(super) fn irate(window: &Window<'_>) -> Option<f64> {
    let (start, end, secs) = last_change(window)?;
    let rise = if end < start { end } else { end - start };
    (secs > 0.0).then(|| rise / secs)
}

/// Change between the last two samples.
pub(super) fn idelta(window: &Window<'_>) -> Option<f64> {
    last_change(window).map(|(start, end, _)| end - start)
}

/// How often the value changed.
pub(super) fn changes(window: &Window<'_>) -> Option<f64> {
    let differ = |pair: &&[f64]| pair[0] != pair[1] && !(pair[0].is_nan() && pair[1].is_nan());
    Some(window.values.windows(2).filter(differ).count() as f64)
}

/// How often the value fell.
pub(super) fn resets(window: &Window<'_>) -> Option<f64> {
    Some(window.values.windows(2).filter(|pair| pair[1] < pair[0]).count() as f64)
}
