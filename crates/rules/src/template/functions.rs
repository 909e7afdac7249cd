//! The functions of templates: those of Go's `text/template`, then those of Prometheus. Each is one row.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use model::Duration;
use regex::{Regex, RegexBuilder};

use super::humanize::{
    humanize, humanize_1024, humanize_duration, humanize_percentage, humanize_timestamp, to_time,
};
use super::printf::sprintf;
use super::value::{Missing, Value};
use super::{Scene, labels_value};

/// The largest compiled pattern, in bytes.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// The longest text that a function makes, in bytes.
const TEXT_BYTES_MAX: usize = 256 << 10;

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// The fewest and the most arguments.
    args: (usize, usize),
    call: Call,
}

type Call = fn(&[Value], &Scene<'_>) -> Result<Value, String>;

const ANY: usize = usize::MAX;

const fn row(name: &'static str, args: (usize, usize), call: Call) -> Function {
    Function { name, args, call }
}

static FUNCTIONS: &[Function] = &[
    // Go. `and` and `or` are here for their names: their arguments are evaluated one by one, elsewhere.
    row("and", (1, ANY), |args, _| Ok(args[args.len() - 1].clone())),
    row("or", (1, ANY), |args, _| Ok(args[args.len() - 1].clone())),
    row("not", (1, 1), |args, _| Ok(Value::Bool(!args[0].is_true()))),
    row("len", (1, 1), |args, _| len(&args[0])),
    row("index", (1, ANY), |args, _| args[1..].iter().try_fold(args[0].clone(), |from, by| index(&from, by))),
    row("slice", (1, 3), |args, _| slice(args)),
    row("print", (0, ANY), |args, _| Ok(text(print(args)))),
    row("println", (0, ANY), |args, _| Ok(text(println(args)))),
    row("printf", (1, ANY), |args, _| Ok(text(sprintf(args[0].as_text()?, &args[1..])))),
    row("html", (0, ANY), |args, _| Ok(text(html(&print(args))))),
    row("js", (0, ANY), |args, _| Ok(text(js(&print(args))))),
    row("urlquery", (0, ANY), |args, _| Ok(text(query_escape(&print(args))))),
    row("call", (1, ANY), |_, _| Err("there is nothing to call".to_owned())),
    row("eq", (2, ANY), |args, _| any_equal(args)),
    row("ne", (2, 2), |args, _| Ok(Value::Bool(!equal(&args[0], &args[1])?))),
    row("lt", (2, 2), |args, _| ordered(args, Ordering::is_lt)),
    row("le", (2, 2), |args, _| ordered(args, Ordering::is_le)),
    row("gt", (2, 2), |args, _| ordered(args, Ordering::is_gt)),
    row("ge", (2, 2), |args, _| ordered(args, Ordering::is_ge)),
    // Prometheus: numbers.
    row("humanize", (1, 1), |args, _| Ok(text(humanize(args[0].number()?)))),
    row("humanize1024", (1, 1), |args, _| Ok(text(humanize_1024(args[0].number()?)))),
    row("humanizeDuration", (1, 1), |args, _| Ok(text(humanize_duration(args[0].number()?)))),
    row("humanizePercentage", (1, 1), |args, _| Ok(text(humanize_percentage(args[0].number()?)))),
    row("humanizeTimestamp", (1, 1), |args, _| Ok(text(humanize_timestamp(args[0].number()?)))),
    row("toTime", (1, 1), |args, _| Ok(Value::Time(to_time(args[0].number()?)))),
    row("toDuration", (1, 1), |args, _| Ok(Value::Duration((args[0].number()? * 1e9) as i64))),
    row("now", (0, 0), |_, scene| Ok(Value::Float(scene.at.as_secs_f64()))),
    row("parseDuration", (1, 1), |args, _| parse_duration(args[0].as_text()?)),
    // Prometheus: texts.
    row("title", (1, 1), |args, _| Ok(text(title(args[0].as_text()?)))),
    row("toUpper", (1, 1), |args, _| Ok(text(args[0].as_text()?.to_uppercase()))),
    row("toLower", (1, 1), |args, _| Ok(text(args[0].as_text()?.to_lowercase()))),
    row("stripPort", (1, 1), |args, _| Ok(text(strip_port(args[0].as_text()?)))),
    row("stripDomain", (1, 1), |args, _| Ok(text(strip_domain(args[0].as_text()?)))),
    row("match", (2, 2), |args, _| {
        Ok(Value::Bool(compile(args[0].as_text()?)?.is_match(args[1].as_text()?)))
    }),
    row("reReplaceAll", (3, 3), |args, _| re_replace_all(args)),
    row("safeHtml", (1, 1), |args, _| Ok(args[0].clone())),
    row("urlQueryEscape", (1, 1), |args, _| Ok(text(query_escape(args[0].as_text()?)))),
    row("graphLink", (1, 1), |args, _| Ok(text(link(args[0].as_text()?, 0)))),
    row("tableLink", (1, 1), |args, _| Ok(text(link(args[0].as_text()?, 1)))),
    row("pathPrefix", (0, 0), |_, scene| Ok(text(scene.globals.path_prefix()))),
    row("externalURL", (0, 0), |_, scene| Ok(Value::text(&scene.globals.external_url))),
    // Prometheus: queries and their results.
    row("query", (1, 1), |args, scene| query(args[0].as_text()?, scene)),
    row("first", (1, 1), |args, _| first(&args[0])),
    row("label", (2, 2), |args, _| args[1].field("Labels")?.field(args[0].as_text()?)),
    row("value", (1, 1), |args, _| args[0].field("Value")),
    row("strvalue", (1, 1), |args, _| args[0].field("Labels")?.field("__value__")),
    row("sortByLabel", (2, 2), |args, _| sort_by_label(args[0].as_text()?, &args[1])),
    row("args", (0, ANY), |args, _| {
        let named = args.iter().enumerate().map(|(n, value)| (format!("arg{n}"), value.clone()));
        Ok(Value::Map(Arc::new(named.collect()), Missing::Nothing))
    }),
];

/// The function of this name.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl Function {
    /// Calls the function, after a look at the number of arguments.
    pub(super) fn call(&self, args: &[Value], scene: &Scene<'_>) -> Result<Value, String> {
        let (fewest, most) = self.args;
        if args.len() < fewest || args.len() > most {
            let want = if most == ANY { format!("at least {fewest}") } else { fewest.to_string() };
            return Err(format!("wrong number of args for {}: want {want} got {}", self.name, args.len()));
        }
        (self.call)(args, scene).map_err(|error| format!("error calling {}: {error}", self.name))
    }
}

fn text(text: String) -> Value {
    Value::Text(text.into())
}

fn len(value: &Value) -> Result<Value, String> {
    let len = match value {
        Value::Text(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Map(map, _) => map.len(),
        other => return Err(format!("a {} has no length", other.type_name())),
    };
    Ok(Value::Int(len as i64))
}

fn index(from: &Value, by: &Value) -> Result<Value, String> {
    match (from, by) {
        (Value::Map(..), Value::Text(name)) => from.field(name),
        (Value::List(list), Value::Int(at)) => {
            let item = usize::try_from(*at).ok().and_then(|at| list.get(at));
            item.cloned().ok_or_else(|| format!("index out of range: {at}"))
        }
        (Value::Text(text), Value::Int(at)) => {
            let byte = usize::try_from(*at).ok().and_then(|at| text.as_bytes().get(at));
            byte.map(|byte| Value::Int(i64::from(*byte))).ok_or_else(|| format!("index out of range: {at}"))
        }
        (from, by) => Err(format!("cannot index a {} by a {}", from.type_name(), by.type_name())),
    }
}

fn slice(args: &[Value]) -> Result<Value, String> {
    let bound = |at: usize, default: usize| match args.get(at) {
        None => Ok(default),
        Some(Value::Int(value)) => {
            usize::try_from(*value).map_err(|_| format!("index out of range: {value}"))
        }
        Some(other) => Err(format!("cannot slice by a {}", other.type_name())),
    };
    match &args[0] {
        Value::Text(whole) => {
            let range = bound(1, 0)?..bound(2, whole.len())?;
            let part = whole.get(range).ok_or("index out of range")?;
            Ok(Value::text(part))
        }
        Value::List(list) => {
            let part = list.get(bound(1, 0)?..bound(2, list.len())?).ok_or("index out of range")?;
            Ok(Value::List(Arc::new(part.to_vec())))
        }
        other => Err(format!("cannot slice a {}", other.type_name())),
    }
}

/// As Go's `fmt.Sprint`: a space between neighbours that are both no texts.
fn print(args: &[Value]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for arg in args {
        let is_text = matches!(arg, Value::Text(_));
        if !out.is_empty() && !is_text && !after_text {
            out.push(' ');
        }
        arg.print(&mut out, TEXT_BYTES_MAX);
        after_text = is_text;
    }
    out
}

fn println(args: &[Value]) -> String {
    let mut out = String::new();
    for (at, arg) in args.iter().enumerate() {
        out.push_str(if at > 0 { " " } else { "" });
        arg.print(&mut out, TEXT_BYTES_MAX);
    }
    out.push('\n');
    out
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => {
                out.push('\\');
                out.push(c);
            }
            '<' | '>' | '&' | '=' => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// As Go's `url.QueryEscape`.
pub(crate) fn query_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

fn any_equal(args: &[Value]) -> Result<Value, String> {
    for other in &args[1..] {
        if equal(&args[0], other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Ok(*a as f64 == *b),
        (Value::None, _) | (_, Value::None) => Ok(a == b),
        (Value::Map(..) | Value::List(_), _) => Err(format!("cannot compare a {}", a.type_name())),
        _ if std::mem::discriminant(a) == std::mem::discriminant(b) => Ok(a == b),
        _ => Err(format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name())),
    }
}

fn ordered(args: &[Value], accept: fn(Ordering) -> bool) -> Result<Value, String> {
    let order = match (&args[0], &args[1]) {
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (a @ (Value::Int(_) | Value::Float(_)), b @ (Value::Int(_) | Value::Float(_))) => {
            a.number()?.partial_cmp(&b.number()?)
        }
        (a, b) => {
            return Err(format!(
                "incompatible types for comparison: {} and {}",
                a.type_name(),
                b.type_name()
            ));
        }
    };
    Ok(Value::Bool(order.is_some_and(accept)))
}

fn parse_duration(text: &str) -> Result<Value, String> {
    let (negative, length) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let seconds = length.parse::<Duration>().map_err(|error| error.to_string())?.as_secs_f64();
    Ok(Value::Float(if negative { -seconds } else { seconds }))
}

/// Every letter that follows no letter, digit, underscore or apostrophe as a capital.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.push(c)
        } else {
            out.extend(c.to_uppercase())
        }
        inside = c.is_alphanumeric() || c == '_' || (c.is_ascii() && !c.is_ascii_whitespace() && c == '\'');
    }
    out
}

/// Host and port of `host:port` or `[v6]:port`.
fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    match host.strip_prefix('[').map(|host| host.strip_suffix(']')) {
        Some(Some(host)) => Some((host, port)),
        Some(None) => None,
        None => (!host.contains([':', '[', ']'])).then_some((host, port)),
    }
}

fn strip_port(text: &str) -> String {
    split_host_port(text).map_or(text, |(host, _)| host).to_owned()
}

fn strip_domain(text: &str) -> String {
    let (host, port) = split_host_port(text).unwrap_or((text, ""));
    if host.parse::<IpAddr>().is_ok() {
        return text.to_owned();
    }
    let name = host.split('.').next().unwrap_or(host);
    if port.is_empty() { name.to_owned() } else { format!("{name}:{port}") }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let compiled = RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build();
    compiled.map_err(|_| format!("cannot compile the regular expression `{pattern}`"))
}

fn re_replace_all(args: &[Value]) -> Result<Value, String> {
    let (pattern, by, whole) = (compile(args[0].as_text()?)?, args[1].as_text()?, args[2].as_text()?);
    // Every match may grow by the replacement, in which a group may stand many times for the whole text.
    let worst = whole.len().saturating_add(1).saturating_mul(by.len().saturating_mul(whole.len().max(1)));
    if worst > TEXT_BYTES_MAX << 8 {
        return Err("the texts are too long".to_owned());
    }
    let replaced = pattern.replace_all(whole, by);
    if replaced.len() > TEXT_BYTES_MAX {
        return Err("the result is too long".to_owned());
    }
    Ok(Value::text(&replaced))
}

fn link(expr: &str, tab: u8) -> String {
    format!("/graph?g0.expr={}&g0.tab={tab}", query_escape(expr))
}

fn query(expr: &str, scene: &Scene<'_>) -> Result<Value, String> {
    let series = (scene.query)(expr)?;
    let samples = series.iter().map(|(labels, value)| Value::sample(labels_value(labels), *value));
    Ok(Value::List(Arc::new(samples.collect())))
}

fn first(value: &Value) -> Result<Value, String> {
    match value {
        Value::List(list) => list.first().cloned().ok_or_else(|| "the vector has no elements".to_owned()),
        other => Err(format!("expected a query's result, found a {}", other.type_name())),
    }
}

fn sort_by_label(label: &str, value: &Value) -> Result<Value, String> {
    let Value::List(list) = value else {
        return Err(format!("expected a query's result, found a {}", value.type_name()));
    };
    let mut keyed: BTreeMap<(String, usize), Value> = BTreeMap::new();
    for (at, sample) in list.iter().enumerate() {
        let key = sample.field("Labels")?.field(label)?;
        keyed.insert((key.as_text()?.to_owned(), at), sample.clone());
    }
    Ok(Value::List(Arc::new(keyed.into_values().collect())))
}
