//! Samples and their values.

use crate::Timestamp;

/// One value of one series at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When the value held.
    pub timestamp: Timestamp,
    /// The value; any bit pattern is kept as it is.
    pub value: f64,
}

impl Sample {
    /// A sample at `millis` since the epoch.
    pub const fn new(millis: i64, value: f64) -> Self {
        Self { timestamp: Timestamp::from_millis(millis), value }
    }
}

/// The value that marks the end of a series: a NaN with the bits that Prometheus chose for it.
pub const STALE_NAN: f64 = f64::from_bits(STALE_NAN_BITS);
const STALE_NAN_BITS: u64 = 0x7ff0_0000_0000_0002;

/// Whether `value` is the staleness marker. Other NaNs are ordinary values.
pub const fn is_stale_nan(value: f64) -> bool {
    value.to_bits() == STALE_NAN_BITS
}

/// The value as Prometheus prints it: shortest digits that read back the same, never an exponent, and `NaN`,
/// `+Inf`, `-Inf`.
pub fn format_value(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

/// Reads a value as Prometheus's formats write it, in any letter case for the special ones.
pub fn parse_value(text: &str) -> Option<f64> {
    // Rust reads `inf`, `infinity` and `nan` in any case, with a sign, just as Go does.
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_values_without_exponent() {
        #[track_caller]
        fn f(value: f64, want: &str) {
            assert_eq!(format_value(value), want);
        }
        f(0.0, "0");
        f(-0.0, "-0");
        f(1e21, "1000000000000000000000");
        f(0.1 + 0.2, "0.30000000000000004");
        f(f64::NAN, "NaN");
        f(f64::INFINITY, "+Inf");
        f(f64::NEG_INFINITY, "-Inf");
    }

    #[test]
    fn only_one_nan_is_the_stale_marker() {
        assert!(is_stale_nan(STALE_NAN));
        assert!(!is_stale_nan(f64::NAN));
        assert!(STALE_NAN.is_nan());
    }
}
