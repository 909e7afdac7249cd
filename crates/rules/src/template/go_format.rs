//! Numbers, times and texts as Go prints them.

use model::Timestamp;

/// A number as Go's `strconv` writes it: `e`, `f` or `g`, with a precision or with the fewest digits that read
/// back the same.
pub(super) fn float(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    match verb {
        'f' => precision.map_or_else(|| value.to_string(), |digits| format!("{value:.digits$}")),
        'e' => exponent(value, precision),
        _ => shorter(value, precision),
    }
}

/// `d.ddde+dd`, with at least two digits in the exponent.
fn exponent(value: f64, precision: Option<usize>) -> String {
    let text = precision.map_or_else(|| format!("{value:e}"), |digits| format!("{value:.digits$e}"));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// `g`: an exponent for large and small numbers only, and no zeros at the end.
fn shorter(value: f64, precision: Option<usize>) -> String {
    let digits = precision.map(|digits| digits.max(1));
    let scientific = exponent(value, digits.map(|digits| digits - 1));
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    // For the fewest digits, Go decides as if there were six.
    let threshold = digits.map_or(6, |digits| i32::try_from(digits).unwrap_or(i32::MAX));
    if power < -4 || power >= threshold {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), power.unsigned_abs());
    }
    match digits {
        None => value.to_string(),
        Some(digits) => {
            let decimals = usize::try_from(digits as i64 - 1 - i64::from(power)).unwrap_or(0);
            trimmed(&format!("{value:.decimals$}")).to_owned()
        }
    }
}

/// Without zeros at the end of the decimals.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A time as Go's `Time.String` writes it in UTC: `2015-07-01 20:10:51.781 +0000 UTC`.
pub(super) fn time(at: Timestamp) -> String {
    let text = wire::time::rfc3339(at);
    let text = text.trim_end_matches('Z').replacen('T', " ", 1);
    format!("{} +0000 UTC", trimmed(&text))
}

/// A length of time as Go's `Duration.String` writes it: `1h2m3.5s`, `1.5ms`, `0s`.
pub(super) fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    let decimal = |unit: u64| {
        trimmed(&format!("{}.{:09}", size / unit, size % unit * (1_000_000_000 / unit))).to_owned()
    };
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", decimal(1_000_000)),
        _ => {
            let (minutes, rest) = (size / 60_000_000_000, size % 60_000_000_000);
            let seconds = format!("{}.{:09}", rest / 1_000_000_000, rest % 1_000_000_000);
            let seconds = trimmed(&seconds);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// A text in double quotes, as Go's `strconv.Quote` writes it.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if c.is_control() && u32::from(c) < 0x80 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
