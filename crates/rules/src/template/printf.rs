//! Go's `fmt.Sprintf` for the values that templates have.

use super::go_format::{float, quote};
use super::value::Value;

/// The widest field and highest precision.
const WIDTH_MAX: usize = 1_000;
/// Beyond this many bytes nothing more is added; the caller refuses texts of that length.
const ENOUGH_BYTES: usize = 512 << 10;

#[derive(Debug, Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Formats `args` as `format` says. Mistakes appear in the text, as in Go: `%!d(string=x)`.
pub(super) fn sprintf(format: &str, args: &[Value]) -> String {
    let mut out = String::new();
    let mut args_left = args.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if out.len() > ENOUGH_BYTES {
            return out;
        }
        if c != '%' {
            out.push(c);
            continue;
        }
        let spec = spec(&mut chars, &mut args_left);
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => match args_left.next() {
                None => out.push_str(&format!("%!{verb}(MISSING)")),
                Some(value) => out.push_str(&formatted(&spec, verb, value)),
            },
        }
    }
    let extra: Vec<String> =
        args_left.map(|value| format!("{}={}", value.type_name(), plain(value))).collect();
    if !extra.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn spec<'a>(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    args: &mut impl Iterator<Item = &'a Value>,
) -> Spec {
    let mut spec = Spec::default();
    while let Some(c) = chars.peek() {
        match c {
            '-' => spec.minus = true,
            '+' => spec.plus = true,
            '#' => spec.sharp = true,
            ' ' => spec.space = true,
            '0' => spec.zero = true,
            _ => break,
        }
        chars.next();
    }
    spec.width = count(chars, args);
    if chars.next_if_eq(&'.').is_some() {
        spec.precision = Some(count(chars, args).unwrap_or(0));
    }
    spec
}

/// A number in the format, or for `*` the next argument.
fn count<'a>(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    args: &mut impl Iterator<Item = &'a Value>,
) -> Option<usize> {
    if chars.next_if_eq(&'*').is_some() {
        return match args.next() {
            Some(Value::Int(value)) => usize::try_from(*value).ok().map(|value| value.min(WIDTH_MAX)),
            _ => None,
        };
    }
    let mut value = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        chars.next();
        value = Some((value.unwrap_or(0) * 10 + digit as usize).min(WIDTH_MAX));
    }
    value
}

fn plain(value: &Value) -> String {
    let mut text = String::new();
    value.print(&mut text, 1 << 16);
    text
}

fn formatted(spec: &Spec, verb: char, value: &Value) -> String {
    match (verb, value) {
        ('v', Value::Float(number)) => number_text(spec, &float_text(spec, 'g', *number)),
        ('v' | 'd', Value::Int(number)) => number_text(spec, &signed(spec, *number, |n| n.to_string())),
        ('v', Value::None) => padded(spec, "<nil>".to_owned()),
        ('v', Value::Text(_)) | ('s', Value::Text(_) | Value::Time(_) | Value::Duration(_)) => {
            padded(spec, cut(spec, plain(value)))
        }
        ('s' | 'v', Value::Map(..) | Value::List(_)) | ('v', _) => padded(spec, plain(value)),
        ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Value::Float(number)) => {
            let text = float_text(spec, verb.to_ascii_lowercase(), *number);
            number_text(spec, &if verb.is_ascii_uppercase() { text.to_uppercase() } else { text })
        }
        ('q', Value::Text(text)) if spec.sharp && !text.contains('`') => padded(spec, format!("`{text}`")),
        ('q', Value::Text(text)) => padded(spec, quote(&cut(spec, text.to_string()))),
        ('x', Value::Text(text)) => padded(spec, text.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ('X', Value::Text(text)) => padded(spec, text.bytes().map(|byte| format!("{byte:02X}")).collect()),
        ('x', Value::Int(number)) => {
            number_text(spec, &signed(spec, *number, |n| radix(spec, "0x", format!("{n:x}"))))
        }
        ('X', Value::Int(number)) => {
            number_text(spec, &signed(spec, *number, |n| radix(spec, "0X", format!("{n:X}"))))
        }
        ('o', Value::Int(number)) => {
            number_text(spec, &signed(spec, *number, |n| radix(spec, "0", format!("{n:o}"))))
        }
        ('b', Value::Int(number)) => {
            number_text(spec, &signed(spec, *number, |n| radix(spec, "0b", format!("{n:b}"))))
        }
        ('c', Value::Int(number)) => {
            let c = u32::try_from(*number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            padded(spec, c.to_string())
        }
        ('t', Value::Bool(_)) => padded(spec, plain(value)),
        ('T', _) => padded(spec, value.type_name().to_owned()),
        (verb, Value::None) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", value.type_name(), plain(value)),
    }
}

fn float_text(spec: &Spec, verb: char, number: f64) -> String {
    let precision = match (verb, spec.precision) {
        (_, Some(precision)) => Some(precision),
        ('g', None) => None,
        // Six decimals, unlike the fewest digits of `%g`.
        (_, None) => Some(6),
    };
    let text = float(number, verb, precision);
    match text.strip_prefix('+') {
        // Go shows the plus of infinity only when asked.
        Some(_) => text,
        None if number.is_sign_negative() || number.is_nan() => text,
        None => format!("{}{text}", sign(spec)),
    }
}

fn signed(spec: &Spec, number: i64, digits: impl Fn(u64) -> String) -> String {
    let sign = if number < 0 { "-" } else { sign(spec) };
    format!("{sign}{}", digits(number.unsigned_abs()))
}

fn sign(spec: &Spec) -> &'static str {
    match (spec.plus, spec.space) {
        (true, _) => "+",
        (false, true) => " ",
        _ => "",
    }
}

fn radix(spec: &Spec, prefix: &str, digits: String) -> String {
    if spec.sharp { format!("{prefix}{digits}") } else { digits }
}

/// The first characters of a text, as many as the precision says.
fn cut(spec: &Spec, text: String) -> String {
    match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

/// A number to its width: zeros go behind the sign.
fn number_text(spec: &Spec, text: &str) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    let finite = text.ends_with(|c: char| c.is_ascii_hexdigit());
    if !spec.zero || spec.minus || !finite {
        return padded(spec, text.to_owned());
    }
    let digits = text.trim_start_matches(['+', '-', ' ']);
    let sign = &text[..text.len() - digits.len()];
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn padded(spec: &Spec, text: String) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    let fill = " ".repeat(missing);
    if spec.minus { text + &fill } else { fill + &text }
}
