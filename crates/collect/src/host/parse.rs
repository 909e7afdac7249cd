//! Taking kernel texts apart, as bytes and without allocation.
//!
//! Everything here answers "nothing" to what it does not understand: a number with a stray character, one that
//! does not fit, a line that was cut off. Nothing panics.

use std::borrow::Cow;

/// The lines that end with a newline, without it. A last line without one was cut off: its last number may
/// lack digits, so it is left out.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let complete = match text.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => text.get(..end),
        None => None,
    };
    complete.into_iter().flat_map(|text| text.split(|byte| *byte == b'\n'))
}

/// The words of a line, split at spaces and tabs.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(|byte| *byte == b' ' || *byte == b'\t').filter(|word| !word.is_empty())
}

/// The first line's only word, as most sysfs files hold it.
pub(super) fn single_word(text: &[u8]) -> Option<&[u8]> {
    lines(text).next().and_then(|line| words(line).next())
}

/// An unsigned whole number in decimal digits.
pub(super) fn number(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// A whole number that may be negative.
pub(super) fn signed_number(word: &[u8]) -> Option<i64> {
    match word.strip_prefix(b"-") {
        Some(digits) => i64::try_from(number(digits)?).ok().map(|value| -value),
        None => i64::try_from(number(word)?).ok(),
    }
}

/// A number after `0x`, as sysfs writes flags and identifiers.
pub(super) fn hex_number(word: &[u8]) -> Option<u64> {
    hex_digits(word.strip_prefix(b"0x")?)
}

/// A number in hexadecimal digits.
pub(super) fn hex_digits(digits: &[u8]) -> Option<u64> {
    // `from_str_radix` would accept a sign.
    if !digits.first()?.is_ascii_hexdigit() {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A finite number with a decimal point, never negative, such as a load average.
pub(super) fn decimal(word: &[u8]) -> Option<f64> {
    if !word.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Text for a label; bytes that are not UTF-8 become U+FFFD.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The part before the first `separator` and the part behind it.
pub(super) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

#[cfg(test)]
mod tests;
