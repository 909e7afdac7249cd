//! Numbers for people, as Prometheus's template functions write them.

use model::Timestamp;

use super::go_format::{self, float};

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const LARGE_BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

/// Four significant digits.
fn short(value: f64) -> String {
    float(value, 'g', Some(4))
}

/// With a metric prefix: `1.234M`, `12.34m`.
pub(super) fn humanize(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        short(value)
    } else if value.abs() >= 1.0 {
        divided(value, 1000.0, &LARGE)
    } else {
        multiplied(value)
    }
}

/// With a binary prefix: `1.206Mi`.
pub(super) fn humanize_1024(value: f64) -> String {
    if value.abs() <= 1.0 || !value.is_finite() {
        short(value)
    } else {
        divided(value, 1024.0, &LARGE_BINARY)
    }
}

fn divided(mut value: f64, by: f64, prefixes: &[&'static str]) -> String {
    let mut prefix = "";
    for larger in prefixes {
        if value.abs() < by {
            break;
        }
        prefix = larger;
        value /= by;
    }
    format!("{}{prefix}", short(value))
}

fn multiplied(mut value: f64) -> String {
    let mut prefix = "";
    for smaller in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = smaller;
        value *= 1000.0;
    }
    format!("{}{prefix}", short(value))
}

/// Seconds as `1d 2h 3m 4s`, `3.4s` or `12ms`.
pub(super) fn humanize_duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return short(seconds);
    }
    if seconds == 0.0 {
        return format!("{}s", short(seconds));
    }
    if seconds.abs() < 1.0 {
        return format!("{}s", multiplied(seconds));
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let whole = seconds.abs() as u64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{}s", short(seconds.abs())),
        (0, 0, _) => format!("{sign}{minutes}m {rest}s"),
        (0, _, _) => format!("{sign}{hours}h {minutes}m {rest}s"),
        _ => format!("{sign}{days}d {hours}h {minutes}m {rest}s"),
    }
}

/// A ratio as a percentage.
pub(super) fn humanize_percentage(ratio: f64) -> String {
    format!("{}%", short(ratio * 100.0))
}

/// Seconds since 1970 as a date and time.
pub(super) fn humanize_timestamp(seconds: f64) -> String {
    if !seconds.is_finite() {
        return short(seconds);
    }
    go_format::time(to_time(seconds))
}

/// Seconds since 1970 as a time. As in Prometheus, the way leads over whole nanoseconds, and what is finer than a
/// millisecond is cut.
pub(super) fn to_time(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1e9) as i64 / 1_000_000)
}
