//! Classic histograms: counters of observations up to a bound, which is the label `le`. Native histograms do not
//! occur here, so functions of those alone give nothing.

use std::collections::HashMap;

use ahash::RandomState;
use model::{Labels, METRIC_NAME, parse_value};

use crate::eval::{ABSENT, Column, Data, Evaluation, Steps, is_absent, metric_name};
use crate::plan::{Call, Node};
use crate::{Kind, Position, QueryError};

const BOUND_LABEL: &str = "le";
/// Counts that differ by less, relative to their sum, differ by rounding only.
const COUNT_TOLERANCE: f64 = 1e-12;

/// All series of one histogram.
struct Histogram {
    labels: Labels,
    metric: String,
    /// Upper bounds, with the count at each step.
    buckets: Vec<(f64, Column)>,
}

/// A bucket at one step; the count includes all lower buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket {
    bound: f64,
    count: f64,
}

/// Nothing: the function is of native histograms.
pub(super) fn native_only(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    for arg in &call.args {
        evaluation.eval(arg, steps)?;
    }
    Ok(Data::Vector(Vec::new()))
}

pub(super) fn histogram_quantile(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let quantiles = evaluation.scalar_args(call, steps)?.into_iter().next().unwrap_or_default();
    let quantile_position = call.args.first().and_then(Node::position).or(call.position);
    for quantile in quantiles.iter().filter(|quantile| !(0.0..=1.0).contains(*quantile)) {
        evaluation.notes.invalid_quantile(*quantile, quantile_position);
    }
    let position = call.args.get(1).and_then(Node::position).or(call.position);
    let histograms = read(evaluation, call, steps, position)?;
    each_histogram(evaluation, histograms, steps, |evaluation, histogram, index, buckets| {
        let (value, forced) = quantile_of_buckets(quantiles[index], buckets);
        if forced {
            evaluation.notes.forced_monotonicity(&histogram.metric, position);
        }
        value
    })
}

pub(super) fn histogram_fraction(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let limits = evaluation.scalar_args(call, steps)?;
    let position = call.args.get(2).and_then(Node::position).or(call.position);
    let histograms = read(evaluation, call, steps, position)?;
    each_histogram(evaluation, histograms, steps, |_, _, index, buckets| {
        let limit = |which: usize| limits.get(which).map_or(f64::NAN, |values| values[index]);
        fraction_of_buckets(limit(0), limit(1), buckets)
    })
}

/// Gathers the series of the call's vector into histograms.
fn read(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
    position: Option<Position>,
) -> Result<Vec<Histogram>, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Vector) else { return Ok(Vec::new()) };
    let mut histograms: Vec<Histogram> = Vec::new();
    let mut places: HashMap<Labels, usize, RandomState> = HashMap::default();
    for column in evaluation.eval_vector(arg, steps)? {
        evaluation.effort.spend(1)?;
        let metric = metric_name(&column.labels);
        let le = column.labels.get(BOUND_LABEL).unwrap_or("");
        let Some(bound) = parse_value(le) else {
            evaluation.notes.bad_bucket_label(metric, le, position);
            continue;
        };
        let labels = column.labels.retain(|name| name != BOUND_LABEL && name != METRIC_NAME);
        let place = *places.entry(labels.clone()).or_insert_with(|| {
            histograms.push(Histogram { labels, metric: metric.to_owned(), buckets: Vec::new() });
            histograms.len() - 1
        });
        histograms[place].buckets.push((bound, column));
    }
    Ok(histograms)
}

/// One value per histogram and step from its buckets, sorted by bound.
fn each_histogram(
    evaluation: &mut Evaluation<'_>,
    histograms: Vec<Histogram>,
    steps: Steps,
    mut f: impl FnMut(&mut Evaluation<'_>, &Histogram, usize, &[Bucket]) -> f64,
) -> Result<Data, QueryError> {
    let mut columns = Vec::with_capacity(histograms.len());
    for mut histogram in histograms {
        evaluation.budget.charge(steps.count)?;
        histogram.buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut values = Vec::with_capacity(steps.count);
        for index in 0..steps.count {
            evaluation.effort.spend(histogram.buckets.len())?;
            let buckets: Vec<Bucket> = histogram
                .buckets
                .iter()
                .map(|(bound, column)| Bucket { bound: *bound, count: column.values[index] })
                .filter(|bucket| !is_absent(bucket.count))
                .collect();
            let value = if buckets.is_empty() { ABSENT } else { f(evaluation, &histogram, index, &buckets) };
            values.push(value);
        }
        columns.push(Column { labels: histogram.labels, values });
    }
    Ok(Data::Vector(columns))
}

/// The quantile by linear interpolation within a bucket, and whether counts had to be corrected because they
/// fell from one bucket to the next. The lowest bucket begins at zero if its bound is positive; the highest one
/// must be unbounded and gives the bound below.
fn quantile_of_buckets(quantile: f64, buckets: &[Bucket]) -> (f64, bool) {
    if quantile.is_nan() {
        return (f64::NAN, false);
    }
    if quantile < 0.0 {
        return (f64::NEG_INFINITY, false);
    }
    if quantile > 1.0 {
        return (f64::INFINITY, false);
    }
    if buckets.last().is_none_or(|last| last.bound != f64::INFINITY) {
        return (f64::NAN, false);
    }
    let mut buckets = coalesced(buckets);
    let forced = make_monotonic(&mut buckets);
    (interpolated(quantile, &buckets), forced)
}

fn interpolated(quantile: f64, buckets: &[Bucket]) -> f64 {
    let [.., below_last, last] = buckets else { return f64::NAN };
    if last.count == 0.0 {
        return f64::NAN;
    }
    let mut rank = quantile * last.count;
    let bounded = &buckets[..buckets.len() - 1];
    let Some(found) = bounded.iter().position(|bucket| bucket.count >= rank) else { return below_last.bound };
    let bucket = bounded[found];
    let Some(lower) = found.checked_sub(1).map(|lower| bounded[lower]) else {
        return if bucket.bound <= 0.0 { bucket.bound } else { bucket.bound * (rank / bucket.count) };
    };
    rank -= lower.count;
    lower.bound + (bucket.bound - lower.bound) * (rank / (bucket.count - lower.count))
}

/// Adds up buckets of the same bound, which differ in the notation of `le` only.
fn coalesced(buckets: &[Bucket]) -> Vec<Bucket> {
    let mut merged: Vec<Bucket> = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        match merged.last_mut().filter(|last| last.bound == bucket.bound) {
            Some(last) => last.count += bucket.count,
            None => merged.push(*bucket),
        }
    }
    merged
}

/// Makes counts rise: tiny differences are taken away in silence, and a fall is filled, which is told.
fn make_monotonic(buckets: &mut [Bucket]) -> bool {
    let Some(mut previous) = buckets.first().map(|bucket| bucket.count) else { return false };
    let mut forced = false;
    for bucket in buckets.iter_mut().skip(1) {
        if nearly_equal(previous, bucket.count) {
            bucket.count = previous;
        } else if bucket.count < previous {
            bucket.count = previous;
            forced = true;
        } else {
            previous = bucket.count;
        }
    }
    forced
}

fn nearly_equal(a: f64, b: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    let (sum, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < COUNT_TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < COUNT_TOLERANCE
}

/// The share of observations between two values.
fn fraction_of_buckets(lower: f64, upper: f64, buckets: &[Bucket]) -> f64 {
    let Some(last) = buckets.last().filter(|last| last.bound == f64::INFINITY) else { return f64::NAN };
    let bound = last.bound;
    let buckets = coalesced(buckets);
    let count = buckets.last().filter(|last| last.bound == bound).map_or(0.0, |last| last.count);
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_of(upper, &buckets).min(count) - rank_of(lower, &buckets).min(count)) / count
}

/// How many observations lie below a value, by linear interpolation within a bucket.
fn rank_of(value: f64, buckets: &[Bucket]) -> f64 {
    let first_bound = buckets.first().map_or(0.0, |bucket| bucket.bound);
    let mut below = Bucket { bound: if first_bound > 0.0 { 0.0 } else { f64::NEG_INFINITY }, count: 0.0 };
    for bucket in buckets {
        if value <= below.bound {
            return below.count;
        }
        if value < bucket.bound {
            let unbounded = below.bound.is_infinite() || bucket.bound.is_infinite();
            let share = if unbounded { 0.0 } else { (value - below.bound) / (bucket.bound - below.bound) };
            return below.count + (bucket.count - below.count) * share;
        }
        below = *bucket;
    }
    below.count
}
