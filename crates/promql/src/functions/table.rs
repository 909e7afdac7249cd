//! The rows. To add a function, add a row here in the order of names, and see `docs/add-a-function.md`.

use super::{
    Arg, Eval, Function, Presence, absent, date, histogram, label, math, ordering, over_time, rate,
    regression, step,
};
use crate::Kind;

const V: Arg = arg("v", Kind::Vector, Presence::Required);
const M: Arg = arg("m", Kind::Matrix, Presence::Required);
const VECTOR: &[Arg] = &[V];
const MATRIX: &[Arg] = &[M];
const DATE: &[Arg] = &[optional("v", Kind::Vector)];

const fn arg(name: &'static str, kind: Kind, presence: Presence) -> Arg {
    Arg { name, kind, presence }
}

const fn scalar(name: &'static str) -> Arg {
    arg(name, Kind::Scalar, Presence::Required)
}

const fn text(name: &'static str) -> Arg {
    arg(name, Kind::Text, Presence::Required)
}

const fn optional(name: &'static str, kind: Kind) -> Arg {
    arg(name, kind, Presence::Optional)
}

const fn repeated(name: &'static str, kind: Kind) -> Arg {
    arg(name, kind, Presence::Repeated)
}

/// A function of series that drops metric names and depends on its arguments alone, as most do.
const fn row(
    name: &'static str,
    args: &'static [Arg],
    eval: Eval,
    doc: &'static str,
    example: &'static str,
) -> Function {
    let (keeps_metric_name, reads_step_time) = (false, false);
    Function { name, args, returns: Kind::Vector, keeps_metric_name, reads_step_time, doc, example, eval }
}

impl Function {
    const fn keeping_names(mut self) -> Self {
        self.keeps_metric_name = true;
        self
    }

    const fn reading_step_time(mut self) -> Self {
        self.reads_step_time = true;
        self
    }

    const fn giving_a_scalar(mut self) -> Self {
        self.returns = Kind::Scalar;
        self
    }
}

pub(super) static FUNCTIONS: &[Function] = &[
    row(
        "abs",
        VECTOR,
        Eval::Math(f64::abs),
        "The value without its sign.",
        "abs(process_temperature_celsius)",
    ),
    row(
        "absent",
        VECTOR,
        Eval::Whole(absent::absent),
        "1 if the vector is empty.",
        "absent(up{job=\"api\"})",
    ),
    row(
        "absent_over_time",
        MATRIX,
        Eval::Whole(absent::absent_over_time),
        "1 if no series has a sample in the range.",
        "absent_over_time(up{job=\"api\"}[1h])",
    ),
    row(
        "acos",
        VECTOR,
        Eval::Math(f64::acos),
        "The arc cosine, in radians.",
        "acos(process_temperature_celsius)",
    ),
    row(
        "acosh",
        VECTOR,
        Eval::Math(f64::acosh),
        "The inverse hyperbolic cosine.",
        "acosh(process_temperature_celsius)",
    ),
    row(
        "asin",
        VECTOR,
        Eval::Math(f64::asin),
        "The arc sine, in radians.",
        "asin(process_temperature_celsius)",
    ),
    row(
        "asinh",
        VECTOR,
        Eval::Math(f64::asinh),
        "The inverse hyperbolic sine.",
        "asinh(process_temperature_celsius)",
    ),
    row(
        "atan",
        VECTOR,
        Eval::Math(f64::atan),
        "The arc tangent, in radians.",
        "atan(process_temperature_celsius)",
    ),
    row(
        "atanh",
        VECTOR,
        Eval::Math(f64::atanh),
        "The inverse hyperbolic tangent.",
        "atanh(process_temperature_celsius)",
    ),
    row(
        "avg_over_time",
        MATRIX,
        Eval::Window(over_time::avg),
        "The mean of the samples in the range.",
        "avg_over_time(node_load1[5m])",
    ),
    row(
        "ceil",
        VECTOR,
        Eval::Math(f64::ceil),
        "The value rounded up to a whole number.",
        "ceil(process_temperature_celsius)",
    ),
    row(
        "changes",
        MATRIX,
        Eval::Window(rate::changes),
        "How often the value changed within the range.",
        "changes(node_load1[5m])",
    ),
    row(
        "clamp",
        &[V, scalar("min"), scalar("max")],
        Eval::Value(math::clamp),
        "The value, but no less than min and no more than max; empty if min is greater than max.",
        "clamp(node_load1, 0, 10)",
    ),
    row(
        "clamp_max",
        &[V, scalar("max")],
        Eval::Value(math::clamp_max),
        "The value, but no more than max.",
        "clamp_max(node_load1, 10)",
    ),
    row(
        "clamp_min",
        &[V, scalar("min")],
        Eval::Value(math::clamp_min),
        "The value, but no less than min.",
        "clamp_min(node_load1, 0)",
    ),
    row(
        "cos",
        VECTOR,
        Eval::Math(f64::cos),
        "The cosine of an angle in radians.",
        "cos(process_temperature_celsius)",
    ),
    row("cosh", VECTOR, Eval::Math(f64::cosh), "The hyperbolic cosine.", "cosh(process_temperature_celsius)"),
    row(
        "count_over_time",
        MATRIX,
        Eval::Window(over_time::count),
        "The number of samples in the range.",
        "count_over_time(node_load1[5m])",
    ),
    row(
        "day_of_month",
        DATE,
        Eval::Whole(date::day_of_month),
        "Day of the month, 1 to 31, UTC. Without an argument, of the time of evaluation.",
        "day_of_month()",
    )
    .reading_step_time(),
    row(
        "day_of_week",
        DATE,
        Eval::Whole(date::day_of_week),
        "Day of the week, 0 for Sunday to 6, UTC. Without an argument, of the time of evaluation.",
        "day_of_week()",
    )
    .reading_step_time(),
    row(
        "day_of_year",
        DATE,
        Eval::Whole(date::day_of_year),
        "Day of the year, 1 to 366, UTC. Without an argument, of the time of evaluation.",
        "day_of_year()",
    )
    .reading_step_time(),
    row(
        "days_in_month",
        DATE,
        Eval::Whole(date::days_in_month),
        "Number of days of the month, 28 to 31, UTC. Without an argument, of the time of evaluation.",
        "days_in_month()",
    )
    .reading_step_time(),
    row(
        "deg",
        VECTOR,
        Eval::Math(f64::to_degrees),
        "Radians as degrees.",
        "deg(process_temperature_celsius)",
    ),
    row(
        "delta",
        MATRIX,
        Eval::Window(rate::delta),
        "The difference between the ends of the range of a gauge, extrapolated to the edges.",
        "delta(node_load1[5m])",
    ),
    row(
        "deriv",
        MATRIX,
        Eval::Window(regression::deriv),
        "The slope per second of a gauge by linear regression.",
        "deriv(node_load1[5m])",
    ),
    row(
        "double_exponential_smoothing",
        &[M, scalar("smoothing_factor"), scalar("trend_factor")],
        Eval::Whole(regression::double_exponential_smoothing),
        "A smoothed value of a gauge that follows its trend; both factors lie between 0 and 1.",
        "double_exponential_smoothing(node_load1[1h], 0.5, 0.1)",
    ),
    row(
        "exp",
        VECTOR,
        Eval::Math(f64::exp),
        "e to the power of the value.",
        "exp(process_temperature_celsius)",
    ),
    row(
        "first_over_time",
        MATRIX,
        Eval::Window(over_time::first),
        "The oldest sample in the range.",
        "first_over_time(node_load1[5m])",
    )
    .keeping_names(),
    row(
        "floor",
        VECTOR,
        Eval::Math(f64::floor),
        "The value rounded down to a whole number.",
        "floor(process_temperature_celsius)",
    ),
    row(
        "histogram_avg",
        VECTOR,
        Eval::Whole(histogram::native_only),
        "The mean of the observations of a native histogram; empty for other samples.",
        "histogram_avg(rate(http_request_duration_seconds[5m]))",
    ),
    row(
        "histogram_count",
        VECTOR,
        Eval::Whole(histogram::native_only),
        "The number of the observations of a native histogram; empty for other samples.",
        "histogram_count(rate(http_request_duration_seconds[5m]))",
    ),
    row(
        "histogram_fraction",
        &[scalar("lower"), scalar("upper"), V],
        Eval::Whole(histogram::histogram_fraction),
        "The share of the observations of a histogram between two values, from its buckets.",
        "histogram_fraction(0, 0.2, rate(http_request_duration_seconds_bucket[5m]))",
    ),
    row(
        "histogram_quantile",
        &[scalar("φ"), V],
        Eval::Whole(histogram::histogram_quantile),
        "The φ-quantile of the observations of a histogram, from its buckets.",
        "histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))",
    ),
    row(
        "histogram_stddev",
        VECTOR,
        Eval::Whole(histogram::native_only),
        "The standard deviation of the observations of a native histogram; empty for other samples.",
        "histogram_stddev(rate(http_request_duration_seconds[5m]))",
    ),
    row(
        "histogram_stdvar",
        VECTOR,
        Eval::Whole(histogram::native_only),
        "The variance of the observations of a native histogram; empty for other samples.",
        "histogram_stdvar(rate(http_request_duration_seconds[5m]))",
    ),
    row(
        "histogram_sum",
        VECTOR,
        Eval::Whole(histogram::native_only),
        "The sum of the observations of a native histogram; empty for other samples.",
        "histogram_sum(rate(http_request_duration_seconds[5m]))",
    ),
    row(
        "hour",
        DATE,
        Eval::Whole(date::hour),
        "Hour of the day, 0 to 23, UTC. Without an argument, of the time of evaluation.",
        "hour()",
    )
    .reading_step_time(),
    row(
        "idelta",
        MATRIX,
        Eval::Window(rate::idelta),
        "The difference between the last two samples of the range.",
        "idelta(node_load1[5m])",
    ),
    row(
        "increase",
        MATRIX,
        Eval::CounterWindow(rate::increase),
        "How much a counter rises over the range; resets are corrected and the edges extrapolated.",
        "increase(http_requests_total[5m])",
    ),
    row(
        "irate",
        MATRIX,
        Eval::Window(rate::irate),
        "How much a counter rises per second between the last two samples of the range.",
        "irate(node_load1[5m])",
    ),
    row(
        "label_join",
        &[V, text("destination"), text("separator"), repeated("source", Kind::Text)],
        Eval::Whole(label::label_join),
        "Sets a label to the values of others, joined.",
        "label_join(up, \"id\", \"/\", \"job\", \"instance\")",
    )
    .keeping_names(),
    row(
        "label_replace",
        &[V, text("destination"), text("replacement"), text("source"), text("pattern")],
        Eval::Whole(label::label_replace),
        "Sets a label from another one where the pattern matches it; $1 stands for the first group.",
        "label_replace(up, \"host\", \"$1\", \"instance\", \"(.*):.*\")",
    )
    .keeping_names(),
    row(
        "last_over_time",
        MATRIX,
        Eval::Window(over_time::last),
        "The newest sample in the range.",
        "last_over_time(node_load1[5m])",
    )
    .keeping_names(),
    row("ln", VECTOR, Eval::Math(f64::ln), "The natural logarithm.", "ln(process_temperature_celsius)"),
    row(
        "log10",
        VECTOR,
        Eval::Math(f64::log10),
        "The logarithm to base 10.",
        "log10(process_temperature_celsius)",
    ),
    row(
        "log2",
        VECTOR,
        Eval::Math(f64::log2),
        "The logarithm to base 2.",
        "log2(process_temperature_celsius)",
    ),
    row(
        "mad_over_time",
        MATRIX,
        Eval::Window(over_time::mad),
        "The median absolute deviation of the samples in the range.",
        "mad_over_time(node_load1[5m])",
    ),
    row(
        "max_over_time",
        MATRIX,
        Eval::Window(over_time::max),
        "The greatest sample in the range.",
        "max_over_time(node_load1[5m])",
    ),
    row(
        "min_over_time",
        MATRIX,
        Eval::Window(over_time::min),
        "The least sample in the range.",
        "min_over_time(node_load1[5m])",
    ),
    row(
        "minute",
        DATE,
        Eval::Whole(date::minute),
        "Minute of the hour, 0 to 59, UTC. Without an argument, of the time of evaluation.",
        "minute()",
    )
    .reading_step_time(),
    row(
        "month",
        DATE,
        Eval::Whole(date::month),
        "Month of the year, 1 to 12, UTC. Without an argument, of the time of evaluation.",
        "month()",
    )
    .reading_step_time(),
    row("pi", &[], Eval::Whole(step::pi), "The number π.", "2 * pi()").giving_a_scalar(),
    row(
        "predict_linear",
        &[M, scalar("seconds")],
        Eval::Window(regression::predict_linear),
        "The value of a gauge some seconds from now by linear regression.",
        "predict_linear(node_filesystem_avail_bytes[1h], 4 * 3600)",
    )
    .reading_step_time(),
    row(
        "present_over_time",
        MATRIX,
        Eval::Window(over_time::present),
        "1 for every series with a sample in the range.",
        "present_over_time(node_load1[5m])",
    ),
    row(
        "quantile_over_time",
        &[scalar("φ"), M],
        Eval::Whole(over_time::quantile),
        "The φ-quantile of the samples in the range, 0 ≤ φ ≤ 1.",
        "quantile_over_time(0.9, node_load1[1h])",
    ),
    row(
        "rad",
        VECTOR,
        Eval::Math(f64::to_radians),
        "Degrees as radians.",
        "rad(process_temperature_celsius)",
    ),
    row(
        "rate",
        MATRIX,
        Eval::CounterWindow(rate::rate),
        "How much a counter rises per second over the range; resets are corrected and the edges extrapolated.",
        "rate(http_requests_total[5m])",
    ),
    row(
        "resets",
        MATRIX,
        Eval::Window(rate::resets),
        "How often a counter fell within the range.",
        "resets(node_load1[5m])",
    ),
    row(
        "round",
        &[V, optional("to_nearest", Kind::Scalar)],
        Eval::Value(math::round),
        "The value rounded to the nearest multiple, of 1 if not told; halves go up.",
        "round(node_load1, 0.1)",
    ),
    row(
        "scalar",
        VECTOR,
        Eval::Whole(step::scalar),
        "The value of the only series of a vector; not a number unless there is exactly one.",
        "scalar(count(up))",
    )
    .giving_a_scalar(),
    row(
        "sgn",
        VECTOR,
        Eval::Math(math::sgn),
        "The sign of the value: -1, 0 or 1.",
        "sgn(process_temperature_celsius)",
    ),
    row(
        "sin",
        VECTOR,
        Eval::Math(f64::sin),
        "The sine of an angle in radians.",
        "sin(process_temperature_celsius)",
    ),
    row("sinh", VECTOR, Eval::Math(f64::sinh), "The hyperbolic sine.", "sinh(process_temperature_celsius)"),
    row(
        "sort",
        VECTOR,
        Eval::Whole(ordering::sort),
        "Orders the series by value, least first.",
        "sort(node_load1)",
    )
    .keeping_names(),
    row(
        "sort_by_label",
        &[V, repeated("label", Kind::Text)],
        Eval::Whole(ordering::sort_by_label),
        "Orders the series by the values of labels; runs of digits count as numbers.",
        "sort_by_label(up, \"instance\")",
    )
    .keeping_names(),
    row(
        "sort_by_label_desc",
        &[V, repeated("label", Kind::Text)],
        Eval::Whole(ordering::sort_by_label_desc),
        "Orders the series by the values of labels, in reverse.",
        "sort_by_label_desc(up, \"instance\")",
    )
    .keeping_names(),
    row(
        "sort_desc",
        VECTOR,
        Eval::Whole(ordering::sort_desc),
        "Orders the series by value, greatest first.",
        "sort_desc(node_load1)",
    )
    .keeping_names(),
    row("sqrt", VECTOR, Eval::Math(f64::sqrt), "The square root.", "sqrt(process_temperature_celsius)"),
    row(
        "stddev_over_time",
        MATRIX,
        Eval::Window(over_time::stddev),
        "The population standard deviation of the samples in the range.",
        "stddev_over_time(node_load1[5m])",
    ),
    row(
        "stdvar_over_time",
        MATRIX,
        Eval::Window(over_time::stdvar),
        "The population variance of the samples in the range.",
        "stdvar_over_time(node_load1[5m])",
    ),
    row(
        "sum_over_time",
        MATRIX,
        Eval::Window(over_time::sum),
        "The sum of the samples in the range.",
        "sum_over_time(node_load1[5m])",
    ),
    row(
        "tan",
        VECTOR,
        Eval::Math(f64::tan),
        "The tangent of an angle in radians.",
        "tan(process_temperature_celsius)",
    ),
    row(
        "tanh",
        VECTOR,
        Eval::Math(f64::tanh),
        "The hyperbolic tangent.",
        "tanh(process_temperature_celsius)",
    ),
    row(
        "time",
        &[],
        Eval::Whole(step::time),
        "The time of evaluation, in seconds since the epoch.",
        "time() - process_start_time_seconds",
    )
    .reading_step_time()
    .giving_a_scalar(),
    row(
        "timestamp",
        VECTOR,
        Eval::Whole(step::timestamp),
        "The time of each sample, in seconds since the epoch.",
        "time() - timestamp(up)",
    )
    .reading_step_time(),
    row(
        "ts_of_first_over_time",
        MATRIX,
        Eval::Window(over_time::ts_of_first),
        "The time of the oldest sample in the range, in seconds since the epoch.",
        "ts_of_first_over_time(node_load1[5m])",
    ),
    row(
        "ts_of_last_over_time",
        MATRIX,
        Eval::Window(over_time::ts_of_last),
        "The time of the newest sample in the range, in seconds since the epoch.",
        "ts_of_last_over_time(node_load1[5m])",
    ),
    row(
        "ts_of_max_over_time",
        MATRIX,
        Eval::Window(over_time::ts_of_max),
        "The time of the last greatest sample in the range, in seconds since the epoch.",
        "ts_of_max_over_time(node_load1[5m])",
    ),
    row(
        "ts_of_min_over_time",
        MATRIX,
        Eval::Window(over_time::ts_of_min),
        "The time of the last least sample in the range, in seconds since the epoch.",
        "ts_of_min_over_time(node_load1[5m])",
    ),
    row(
        "vector",
        &[scalar("s")],
        Eval::Whole(step::vector),
        "A vector with one series without labels.",
        "vector(1)",
    ),
    row(
        "year",
        DATE,
        Eval::Whole(date::year),
        "The year, UTC. Without an argument, of the time of evaluation.",
        "year()",
    )
    .reading_step_time(),
];
