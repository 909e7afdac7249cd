//! Numbers in messages, as Go's `%v` and `%g` print them, since clients compare messages.

/// Shortest digits that read back the same, with an exponent below 1e-4 and from 1e6 on where there are enough
/// digits, as in `1e+30` or `1.5e-07`.
pub(crate) fn go_number(value: f64) -> String {
    if value.is_nan() || value.is_infinite() {
        return model::format_value(value);
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_small_numbers_have_exponents() {
        #[track_caller]
        fn f(value: f64, want: &str) {
            assert_eq!(go_number(value), want);
        }
        f(1.5, "1.5");
        f(-0.25, "-0.25");
        f(1e30, "1e+30");
        f(1.5e-7, "1.5e-07");
        f(f64::NAN, "NaN");
        f(f64::INFINITY, "+Inf");
    }
}
