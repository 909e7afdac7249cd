//! Lengths of time in Prometheus's notation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A length of time in whole milliseconds, never negative, written as Prometheus writes it (`5m`, `1h30m`,
/// `250ms`). A day is 24 hours, a week 7 days, a year 365 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Duration(i64);

/// Units from the largest to the smallest; Prometheus accepts them in this order, each at most once.
const UNITS: &[(&str, i64)] = &[
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration: write a number and a unit such as `15s`, `5m`, `1h30m`, `30d` or `1y`")]
pub struct ParseDurationError(String);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of this many milliseconds; negative ones become zero.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }

    /// A duration of this many seconds; saturates.
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs as i64 * 1000)
    }

    /// Whole milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Fractional seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The standard library's duration of the same length.
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.unsigned_abs())
    }
}

impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "0" {
            return Ok(Self::ZERO);
        }
        parse(text).map(Self).ok_or_else(|| ParseDurationError(text.to_owned()))
    }
}

/// Milliseconds of `text`, or nothing if a unit is missing, unknown, repeated or out of order, or the sum
/// overflows.
fn parse(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut units = UNITS;
    let mut millis: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let name_len = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let at = units.iter().position(|(name, _)| *name == &rest[..name_len])?;
        millis = millis.checked_add(number.checked_mul(units[at].1)?)?;
        units = &units[at + 1..];
        rest = &rest[name_len..];
    }
    Some(millis)
}

/// The shortest notation Prometheus would print: weeks and years only where they divide the whole.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (index, (name, unit)) in UNITS.iter().enumerate() {
            let exact_only = index < 3;
            if (exact_only && rest % unit != 0) || rest < *unit {
                continue;
            }
            write!(f, "{}{name}", rest / unit)?;
            rest %= unit;
        }
        Ok(())
    }
}

impl TryFrom<String> for Duration {
    type Error = ParseDurationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}

impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "duration" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_prometheus_reads() {
        #[track_caller]
        fn f(text: &str, want: Option<i64>) {
            assert_eq!(text.parse::<Duration>().ok().map(Duration::as_millis), want, "{text}");
        }
        f("0", Some(0));
        f("0s", Some(0));
        f("250ms", Some(250));
        f("15s", Some(15_000));
        f("1h30m", Some(5_400_000));
        f("1y2w3d4h5m6s7ms", Some(31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_706_007));
        f("", None);
        f("1", None);
        f("s", None);
        f("1m1h", None);
        f("1s1s", None);
        f("-1s", None);
        f("1.5h", None);
        f("99999999999999999999s", None);
        f("300000000000y", None);
        f("5 m", None);
        f("5µs", None);
    }

    #[test]
    fn prints_what_prometheus_prints() {
        #[track_caller]
        fn f(text: &str, want: &str) {
            assert_eq!(text.parse::<Duration>().map(|d| d.to_string()), Ok(want.to_owned()));
        }
        f("0", "0s");
        f("60s", "1m");
        f("90m", "1h30m");
        f("7d", "1w");
        f("8d", "8d");
        f("365d", "1y");
        f("25h", "25h");
        f("1001ms", "1s1ms");
    }
}
