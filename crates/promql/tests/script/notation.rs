//! Series and their values as the test notation writes them.

use model::{Duration, Labels, METRIC_NAME, STALE_NAN, parse_value};

/// `name{label="value", ...} values...`: the labels and the rest of the line.
pub(crate) fn series(line: &str) -> Result<(Labels, &str), String> {
    let name_end = line.find(|c: char| c == '{' || c.is_whitespace()).unwrap_or(line.len());
    let (name, mut rest) = line.split_at(name_end);
    let mut pairs = vec![(METRIC_NAME.to_owned(), name.to_owned())];
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            rest = rest.trim_start_matches([',', ' ']);
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            let (pair, after) = label(rest)?;
            pairs.push(pair);
            rest = after;
        }
    }
    let labels = Labels::from_pairs(&pairs).map_err(|error| error.to_string())?;
    Ok((labels, rest.trim()))
}

fn label(text: &str) -> Result<((String, String), &str), String> {
    let (name, rest) = text.split_once('=').ok_or("a label has no value")?;
    let rest = rest.trim_start().strip_prefix('"').ok_or("a label's value is not quoted")?;
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok(((name.trim().trim_matches('"').to_owned(), value), &rest[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, c)| if c == 'n' { '\n' } else { c })),
            c => value.push(c),
        }
    }
    Err("a label's value has no end".to_owned())
}

/// Values with blanks: `1 2 _ stale 0+10x5 7x2 _x3`.
pub(crate) fn values(text: &str) -> Result<Vec<Option<f64>>, String> {
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        expand(word, &mut all)?;
    }
    Ok(all)
}

fn expand(word: &str, all: &mut Vec<Option<f64>>) -> Result<(), String> {
    let bad = || format!("`{word}` is no value");
    if word == "stale" {
        all.push(Some(STALE_NAN));
        return Ok(());
    }
    let (what, times) = match word.rsplit_once('x') {
        Some((what, times)) => (what, times.parse::<usize>().map_err(|_| bad())?),
        None => (word, 0),
    };
    if what == "_" {
        all.extend(std::iter::repeat_n(None, times.max(1)));
        return Ok(());
    }
    if let Some(value) = parse_value(what) {
        all.extend(std::iter::repeat_n(Some(value), times + 1));
        return Ok(());
    }
    let sign_at =
        what.char_indices().skip(1).find(|(at, c)| matches!(c, '+' | '-') && !what[..*at].ends_with('e'));
    let (at, _) = sign_at.ok_or_else(bad)?;
    let start = parse_value(&what[..at]).ok_or_else(bad)?;
    let step = parse_value(&what[at..]).ok_or_else(bad)?;
    all.extend((0..=times).map(|index| Some(start + step * index as f64)));
    Ok(())
}

/// A time or length of time in milliseconds: a duration, or seconds.
pub(crate) fn millis(text: &str) -> Result<i64, String> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    if let Ok(duration) = text.parse::<Duration>() {
        return Ok(sign * duration.as_millis());
    }
    text.parse::<f64>()
        .map(|secs| sign * (secs * 1000.0).round() as i64)
        .map_err(|_| format!("`{text}` is no time"))
}
