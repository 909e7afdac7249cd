//! Reads samples line by line.

use std::borrow::Cow;

use model::{METRIC_NAME, Timestamp, parse_value};

use super::cursor::{Cursor, Fault};
use super::families::{Comment, Families};
use super::{Exposition, Format, Limits, Pair, ParsedSample};

/// Up to this many labels, comparing each with each is quicker than sorting.
const PAIRWISE_LABELS_MAX: usize = 16;

pub(super) fn read<'a>(text: &'a str, format: Format, limits: &Limits) -> Result<Exposition<'a>, Fault> {
    let mut cursor = Cursor::new(text);
    let mut families = Families::default();
    let mut samples = Vec::new();
    while cursor.peek().is_some() {
        cursor.eat_blanks();
        match cursor.peek() {
            None | Some(b'\n') => {}
            Some(b'#') => match families.read_comment(&mut cursor, format, limits)? {
                Comment::Read => {}
                Comment::Eof => {
                    expect_nothing_more(&mut cursor)?;
                    return Ok(Exposition { samples, metadata: families.into_list() });
                }
            },
            Some(_) if samples.len() >= limits.samples => {
                return cursor.fault(format!("more than {} samples", limits.samples));
            }
            Some(_) => samples.push(read_sample(&mut cursor, format, limits)?),
        }
        if !cursor.eat(b'\n') && cursor.peek().is_some() {
            return cursor.fault("expected the end of the line");
        }
    }
    match format {
        Format::OpenMetrics => cursor.fault("the text does not end with `# EOF`"),
        Format::Prometheus => Ok(Exposition { samples, metadata: families.into_list() }),
    }
}

fn expect_nothing_more(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    cursor.eat(b'\n');
    if cursor.peek().is_some() { cursor.fault("text after `# EOF`") } else { Ok(()) }
}

fn read_sample<'a>(
    cursor: &mut Cursor<'a>,
    format: Format,
    limits: &Limits,
) -> Result<ParsedSample<'a>, Fault> {
    let start = cursor.at();
    let pairs = read_series(cursor, limits)?;
    let series = cursor.since(start).trim_end();
    cursor.eat_blanks();
    let value = read_value(cursor)?;
    cursor.eat_blanks();
    let timestamp_ms = match cursor.peek() {
        None | Some(b'\n' | b'#') => None,
        Some(_) => Some(read_timestamp_ms(cursor, format)?),
    };
    cursor.eat_blanks();
    if format == Format::OpenMetrics && cursor.peek() == Some(b'#') {
        skip_exemplar(cursor, limits)?;
    }
    Ok(ParsedSample { series, pairs, value, timestamp_ms })
}

/// Reads the name and the labels: `name`, `name{l="v"}`, `{"name",l="v"}`.
fn read_series<'a>(cursor: &mut Cursor<'a>, limits: &Limits) -> Result<Vec<Pair<'a>>, Fault> {
    let start = cursor.at();
    let mut pairs = Vec::new();
    let name = cursor.take_metric_name();
    if !name.is_empty() {
        pairs.push((METRIC_NAME.into(), name.into()));
    }
    cursor.eat_blanks();
    if cursor.peek() == Some(b'{') {
        read_labels(cursor, limits, &mut pairs)?;
    }
    if !pairs.iter().any(|(name, value)| name == METRIC_NAME && !value.is_empty()) {
        return Err(Fault { at: start, message: "expected a metric name".to_owned() });
    }
    if let Some(name) = name_that_occurs_twice(&pairs) {
        return Err(Fault { at: start, message: format!("label name `{name}` occurs twice") });
    }
    Ok(pairs)
}

fn read_labels<'a>(cursor: &mut Cursor<'a>, limits: &Limits, pairs: &mut Vec<Pair<'a>>) -> Result<(), Fault> {
    cursor.eat(b'{');
    loop {
        cursor.eat_blanks();
        if cursor.eat(b'}') {
            return Ok(());
        }
        if pairs.len() >= limits.labels_per_sample {
            return cursor.fault(format!("more than {} labels", limits.labels_per_sample));
        }
        pairs.push(read_pair(cursor)?);
        cursor.eat_blanks();
        if !cursor.eat(b',') && cursor.peek() != Some(b'}') {
            return cursor.fault("expected `,` or `}` after a label");
        }
    }
}

/// Reads a label, or the metric's name in quotes.
fn read_pair<'a>(cursor: &mut Cursor<'a>) -> Result<Pair<'a>, Fault> {
    let quoted = cursor.peek() == Some(b'"');
    let name: Cow<'a, str> = if quoted { cursor.take_quoted()? } else { cursor.take_label_name().into() };
    if name.is_empty() {
        return cursor.fault("expected a label name");
    }
    cursor.eat_blanks();
    if quoted && matches!(cursor.peek(), Some(b',' | b'}')) {
        return Ok((METRIC_NAME.into(), name));
    }
    if !cursor.eat(b'=') {
        return cursor.fault(format!("expected `=` after the label name `{name}`"));
    }
    cursor.eat_blanks();
    Ok((name, cursor.take_quoted()?))
}

fn name_that_occurs_twice<'p>(pairs: &'p [Pair<'_>]) -> Option<&'p str> {
    if pairs.len() <= PAIRWISE_LABELS_MAX {
        let twice = |(at, (name, _)): &(usize, &Pair<'_>)| pairs.iter().take(*at).any(|(n, _)| n == name);
        return pairs.iter().enumerate().find(twice).map(|(_, (name, _))| &**name);
    }
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).find(|two| two[0] == two[1]).map(|two| two[0])
}

fn read_value(cursor: &mut Cursor<'_>) -> Result<f64, Fault> {
    let at = cursor.at();
    let word = cursor.take_word();
    match parse_value(word) {
        // Targets may not write staleness markers or other special NaNs.
        Some(value) if value.is_nan() => Ok(f64::NAN),
        Some(value) => Ok(value),
        None if word.is_empty() => Err(Fault { at, message: "expected a value".to_owned() }),
        None => Err(Fault { at, message: format!("`{word}` is not a value") }),
    }
}

fn read_timestamp_ms(cursor: &mut Cursor<'_>, format: Format) -> Result<i64, Fault> {
    let at = cursor.at();
    let word = cursor.take_word();
    let millis = match format {
        Format::Prometheus => word.parse().ok(),
        Format::OpenMetrics => word
            .parse()
            .ok()
            .filter(|secs: &f64| secs.is_finite())
            .map(|secs| Timestamp::from_secs_f64(secs).as_millis()),
    };
    millis.ok_or_else(|| Fault { at, message: format!("`{word}` is not a timestamp") })
}

/// Reads ` # {l="v"} value [timestamp]`, which nothing keeps yet.
fn skip_exemplar(cursor: &mut Cursor<'_>, limits: &Limits) -> Result<(), Fault> {
    cursor.eat(b'#');
    cursor.eat_blanks();
    if cursor.peek() != Some(b'{') {
        return cursor.fault("expected the labels of an exemplar after `#`");
    }
    read_labels(cursor, limits, &mut Vec::new())?;
    cursor.eat_blanks();
    read_value(cursor)?;
    cursor.eat_blanks();
    if !cursor.at_line_end() {
        read_timestamp_ms(cursor, Format::OpenMetrics)?;
        cursor.eat_blanks();
    }
    Ok(())
}
