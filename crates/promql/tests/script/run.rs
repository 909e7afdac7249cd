//! Reads a script and runs it.

use model::store::SeriesColumns;
use model::{Cancel, Duration, Labels, Sample, Timestamp, is_stale_nan, parse_value};
use promql::{Answer, Engine, Query, QueryOptions, RangeSteps, Value};

use super::notation::{millis, series, values};
use super::store::MemStore;

/// Runs a script; fails with the line of the first thing that is not as expected.
pub(crate) fn run(script: &str) -> Result<usize, String> {
    let mut store = MemStore::default();
    let mut lines = script.lines().enumerate().peekable();
    let mut evaluations = 0;
    while let Some((number, line)) = lines.next() {
        let command = line.trim();
        if command.is_empty() || command.starts_with('#') {
            continue;
        }
        let mut body = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                body.push(line);
            }
        }
        evaluations += usize::from(command.starts_with("eval"));
        execute(&mut store, command, &body)
            .map_err(|why| format!("line {}: {command}\n{why}", number + 1))?;
    }
    Ok(evaluations)
}

fn execute(store: &mut MemStore, command: &str, body: &[&str]) -> Result<(), String> {
    let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
    match word {
        "clear" => *store = MemStore::default(),
        "load" => load(store, millis(rest)?, body)?,
        "eval" => evaluate(store, rest, body)?,
        other => return Err(format!("unknown command `{other}`")),
    }
    Ok(())
}

fn load(store: &mut MemStore, step_ms: i64, body: &[&str]) -> Result<(), String> {
    for line in body {
        let (labels, rest) = series(line)?;
        let samples = values(rest)?.into_iter().enumerate();
        store.add(labels, samples.filter_map(|(index, value)| Some((index as i64 * step_ms, value?))));
    }
    Ok(())
}

fn evaluate(store: &MemStore, rest: &str, body: &[&str]) -> Result<(), String> {
    let mut words = rest.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default();
    match word() {
        "instant" => {
            let at = (word() == "at").then(&mut word).ok_or("expected `at`")?;
            let at = millis(at)?;
            let times = RangeSteps {
                start: Timestamp::from_millis(at),
                end: Timestamp::from_millis(at),
                step: Duration::ZERO,
            };
            check(store, word(), times, body)
        }
        "range" => {
            let words: Vec<&str> = rest.splitn(8, ' ').collect();
            let ["range", "from", start, "to", end, "step", step, expr] = words[..] else {
                return Err("expected `range from START to END step STEP EXPR`".to_owned());
            };
            let times = RangeSteps {
                start: Timestamp::from_millis(millis(start)?),
                end: Timestamp::from_millis(millis(end)?),
                step: Duration::from_millis(millis(step)?),
            };
            check(store, expr, times, body)
        }
        other => Err(format!("unknown evaluation `{other}`")),
    }
}

/// Instant if the step is zero.
fn answer(store: &MemStore, expr: &str, times: RangeSteps) -> Result<Answer, String> {
    let query = Query::parse(expr).map_err(|error| error.to_string())?;
    let (engine, cancel) = (Engine::default(), Cancel::new());
    let options = QueryOptions::new(&cancel);
    let answer = match times.step.is_zero() {
        true => engine.instant(store, &query, times.start, &options),
        false => engine.range(store, &query, times, &options),
    };
    answer.map_err(|error| error.to_string())
}

fn check(store: &MemStore, expr: &str, times: RangeSteps, body: &[&str]) -> Result<(), String> {
    let (expectations, wanted): (Vec<&str>, Vec<&str>) =
        body.iter().partition(|line| line.starts_with("expect "));
    let expectations: Vec<&str> = expectations.iter().map(|line| line["expect ".len()..].trim()).collect();
    let got = answer(store, expr, times);
    if let Some(wanted) = expectations.iter().find_map(|line| line.strip_prefix("fail")) {
        return match got {
            Err(message) => message_fits(wanted, &message),
            Ok(answer) => Err(format!("expected failure, got {:?}", answer.value)),
        };
    }
    let got = got?;
    check_remarks(&expectations, "warn", "no_warn", &got.warnings)?;
    check_remarks(&expectations, "info", "no_info", &got.infos)?;
    if let Some(text) = expectations.iter().find_map(|line| line.strip_prefix("string ")) {
        return match got.value {
            Value::Text { text: got, .. } if got == text.trim_matches('"') => Ok(()),
            other => Err(format!("expected the text {text}, got {other:?}")),
        };
    }
    let ordered = expectations.contains(&"ordered");
    check_value(&got.value, &wanted, times, ordered)
}

fn check_remarks(expectations: &[&str], some: &str, none: &str, got: &[String]) -> Result<(), String> {
    let forbidden = expectations.contains(&none);
    if forbidden && !got.is_empty() {
        return Err(format!("expected {none}, got {got:?}"));
    }
    for wanted in expectations.iter().filter_map(|line| line.strip_prefix(some)) {
        if !got.iter().any(|remark| message_fits(wanted, remark).is_ok()) {
            return Err(format!("expected {some}{wanted}, got {got:?}"));
        }
    }
    Ok(())
}

/// Whether a message fits `msg: TEXT`, `regex: PATTERN` or nothing at all.
fn message_fits(wanted: &str, message: &str) -> Result<(), String> {
    let wanted = wanted.trim();
    let fits = if let Some(text) = wanted.strip_prefix("msg:") {
        message == text.trim()
    } else if let Some(pattern) = wanted.strip_prefix("regex:") {
        regex::Regex::new(pattern.trim()).map_err(|error| error.to_string())?.is_match(message)
    } else {
        wanted.is_empty()
    };
    if fits { Ok(()) } else { Err(format!("wanted {wanted}\ngot    {message}")) }
}

fn check_value(got: &Value, wanted: &[&str], times: RangeSteps, ordered: bool) -> Result<(), String> {
    if let ([only], Value::Scalar(sample)) = (wanted, got) {
        let value = parse_value(only).ok_or_else(|| format!("`{only}` is no value"))?;
        return same_value(value, sample.value).map_err(|why| format!("scalar: {why}"));
    }
    let got = series_of(got)?;
    let mut wanted = wanted.iter().map(|line| wanted_series(line, times)).collect::<Result<Vec<_>, _>>()?;
    if !ordered {
        wanted.sort_by(|a, b| a.labels.cmp(&b.labels));
    }
    let mut got = got;
    if !ordered {
        got.sort_by(|a, b| a.labels.cmp(&b.labels));
    }
    let names = |series: &[SeriesColumns]| series.iter().map(|s| s.labels.to_string()).collect::<Vec<_>>();
    if names(&wanted) != names(&got) {
        return Err(format!("wanted series {:?}\ngot    series {:?}", names(&wanted), names(&got)));
    }
    for (wanted, got) in wanted.iter().zip(&got) {
        same_series(wanted, got).map_err(|why| format!("{}: {why}\ngot {:?}", wanted.labels, got.values))?;
    }
    Ok(())
}

fn series_of(value: &Value) -> Result<Vec<SeriesColumns>, String> {
    let of_sample = |labels: Labels, sample: Sample| SeriesColumns {
        labels,
        timestamps: vec![sample.timestamp.as_millis()],
        values: vec![sample.value],
    };
    match value {
        Value::Vector(vector) => Ok(vector.iter().map(|s| of_sample(s.labels.clone(), s.sample)).collect()),
        Value::Matrix(matrix) => Ok(matrix.clone()),
        other => Err(format!("expected series, got {other:?}")),
    }
}

/// `{labels} values`; over a range, one value per step. Of an instant range selector, `value@seconds`.
fn wanted_series(line: &str, times: RangeSteps) -> Result<SeriesColumns, String> {
    let (labels, rest) = series(line)?;
    let mut wanted = SeriesColumns { labels, ..SeriesColumns::default() };
    if rest.contains('@') {
        for word in rest.split_whitespace() {
            let (value, time) = word.split_once('@').ok_or("expected value@time")?;
            wanted.timestamps.push(millis(time)?);
            wanted.values.push(parse_value(value).ok_or("no value")?);
        }
        return Ok(wanted);
    }
    for (index, value) in values(rest)?.into_iter().enumerate() {
        if let Some(value) = value {
            wanted.timestamps.push(times.start.as_millis() + index as i64 * times.step.as_millis());
            wanted.values.push(value);
        }
    }
    Ok(wanted)
}

fn same_series(wanted: &SeriesColumns, got: &SeriesColumns) -> Result<(), String> {
    if wanted.timestamps != got.timestamps {
        return Err(format!("wanted times {:?}, got {:?}", wanted.timestamps, got.timestamps));
    }
    wanted.values.iter().zip(&got.values).try_for_each(|(wanted, got)| same_value(*wanted, *got))
}

/// Equal but for rounding.
fn same_value(wanted: f64, got: f64) -> Result<(), String> {
    let near = (wanted - got).abs() <= 1e-9 * wanted.abs().max(got.abs()).min(f64::MAX);
    let same = wanted == got || near || (wanted.is_nan() && got.is_nan());
    if same && !is_stale_nan(got) { Ok(()) } else { Err(format!("wanted {wanted}, got {got}")) }
}
