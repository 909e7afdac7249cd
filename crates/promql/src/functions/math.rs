//! Functions of single values.

/// The sign: -1, 0 or 1; a zero keeps its sign, and what is not a number stays so.
pub(super) fn sgn(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// Between the limits; nothing if they are the wrong way round.
pub(super) fn clamp(value: f64, scalars: &[f64]) -> Option<f64> {
    let (min, max) = (scalar(scalars, 0), scalar(scalars, 1));
    (max >= min || min.is_nan() || max.is_nan()).then(|| at_least(min, at_most(max, value)))
}

pub(super) fn clamp_min(value: f64, scalars: &[f64]) -> Option<f64> {
    Some(at_least(scalar(scalars, 0), value))
}

pub(super) fn clamp_max(value: f64, scalars: &[f64]) -> Option<f64> {
    Some(at_most(scalar(scalars, 0), value))
}

/// To the nearest multiple, halves up. Divides by the inverse, as whole numbers and their inverses then stay
/// exact.
pub(super) fn round(value: f64, scalars: &[f64]) -> Option<f64> {
    let inverse = 1.0 / scalars.first().copied().unwrap_or(1.0);
    Some((value * inverse + 0.5).floor() / inverse)
}

fn scalar(scalars: &[f64], index: usize) -> f64 {
    scalars.get(index).copied().unwrap_or(f64::NAN)
}

/// The larger of two, not a number if either is not, unlike [`f64::max`].
fn at_least(limit: f64, value: f64) -> f64 {
    if limit.is_nan() || value.is_nan() { f64::NAN } else { value.max(limit) }
}

fn at_most(limit: f64, value: f64) -> f64 {
    if limit.is_nan() || value.is_nan() { f64::NAN } else { value.min(limit) }
}
