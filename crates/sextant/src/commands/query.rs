//! `sextant query`: asks a running server.

use std::path::PathBuf;

use model::{Labels, Timestamp};
use serde::Deserialize;

use super::Failure;
use crate::cli::{Output, QueryArgs};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueryFailure {
    /// The server cannot be reached or does not answer in HTTP.
    #[error("cannot ask `{url}`")]
    Http {
        /// The server.
        url: String,
        /// The cause.
        #[source]
        source: reqwest::Error,
    },
    /// The server refused.
    #[error("{kind}: {message}")]
    Refused {
        /// Prometheus's name for the kind of error.
        kind: String,
        /// The server's words.
        message: String,
    },
    /// The answer is not of Prometheus's form.
    #[error("`{url}` answered {status} with something that is not the answer to a query")]
    Form {
        /// The server.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The token cannot be read.
    #[error("cannot read the token file `{}`", path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// No HTTP client or runtime can be made.
    #[error("cannot set up a client")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Points of a range query whose step is not given.
const POINTS_DEFAULT: i64 = 250;

pub(crate) fn run(args: &QueryArgs) -> Result<(), Failure> {
    let range = range(args).map_err(Failure::Usage)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| QueryFailure::Setup(error.into()))?;
    let body = runtime.block_on(ask(args, range))?;
    if args.output == Output::Json {
        return super::print(&format!("{body}\n"));
    }
    let answer = read(args, &body)?;
    for warning in answer.warnings.iter().chain(&answer.infos) {
        eprint_line(warning);
    }
    super::print(&match args.output {
        Output::Csv => csv(&answer.data),
        Output::Table | Output::Json => table(&answer.data),
    })
}

#[expect(clippy::print_stderr, reason = "remarks of the server belong beside the answer, not into it")]
fn eprint_line(text: &str) {
    eprintln!("{text}");
}

/// A range as the server is asked for it.
struct Range {
    start: String,
    end: String,
    step: String,
}

/// The range of the command line, if it asks for one, with its end and step filled in.
fn range(args: &QueryArgs) -> Result<Option<Range>, String> {
    let Some(start) = args.start.clone() else { return Ok(None) };
    let end = args.end.clone().unwrap_or_else(|| model::Clock::now(&model::SystemClock).to_string());
    let step = match &args.step {
        Some(step) => step.clone(),
        None => {
            let span_ms = time("end", &end)?.millis_since(time("start", &start)?);
            format!("{}", (span_ms / POINTS_DEFAULT).max(1000) as f64 / 1000.0)
        }
    };
    Ok(Some(Range { start, end, step }))
}

fn time(name: &str, text: &str) -> Result<Timestamp, String> {
    let seconds = text.parse::<f64>().ok().filter(|secs| secs.is_finite()).map(Timestamp::from_secs_f64);
    let parsed = seconds.or_else(|| wire::time::parse_rfc3339(text));
    parsed.ok_or_else(|| {
        format!("--{name} {text}: write Unix seconds or RFC 3339, such as `2026-01-31T12:00:00Z`")
    })
}

/// The server's address with a scheme and without a slash at its end.
fn base_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.contains("://") { url.to_owned() } else { format!("http://{url}") }
}

async fn ask(args: &QueryArgs, range: Option<Range>) -> Result<String, QueryFailure> {
    let http = |source| QueryFailure::Http { url: args.url.clone(), source };
    let mut form = vec![("query", args.query.clone())];
    let path = match range {
        Some(Range { start, end, step }) => {
            form.extend([("start", start), ("end", end), ("step", step)]);
            "query_range"
        }
        None => {
            form.extend(args.time.clone().map(|time| ("time", time)));
            "query"
        }
    };
    let client = client().map_err(QueryFailure::Setup)?;
    let mut request = client.post(format!("{}/api/v1/{path}", base_url(&args.url))).form(&form);
    if let Some(path) = &args.token_file {
        let token = std::fs::read_to_string(path)
            .map_err(|source| QueryFailure::Token { path: path.clone(), source })?;
        request = request.bearer_auth(token.trim());
    }
    request.send().await.map_err(http)?.text().await.map_err(http)
}

fn client() -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// Prometheus's answer, as far as it is printed.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    data: Data,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "resultType", content = "result")]
enum Data {
    Scalar(Point),
    String(Point),
    Vector(Vec<VectorItem>),
    Matrix(Vec<MatrixItem>),
}

impl Default for Data {
    fn default() -> Self {
        Self::Vector(Vec::new())
    }
}

#[derive(Debug, Deserialize)]
struct Point(f64, String);

#[derive(Debug, Deserialize)]
struct VectorItem {
    metric: std::collections::BTreeMap<String, String>,
    value: Point,
}

#[derive(Debug, Deserialize)]
struct MatrixItem {
    metric: std::collections::BTreeMap<String, String>,
    values: Vec<Point>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    error_type: String,
    error: String,
}

fn read(args: &QueryArgs, body: &str) -> Result<Answer, QueryFailure> {
    if let Ok(refusal) = serde_json::from_str::<Refusal>(body) {
        return Err(QueryFailure::Refused { kind: refusal.error_type, message: refusal.error });
    }
    serde_json::from_str(body).map_err(|_| QueryFailure::Form { url: args.url.clone(), status: 200 })
}

fn series_name(metric: &std::collections::BTreeMap<String, String>) -> String {
    let pairs: Vec<(&String, &String)> = metric.iter().collect();
    Labels::from_pairs(&pairs).unwrap_or_default().to_string()
}

/// Each series with its time and value, for reading.
fn rows(data: &Data) -> Vec<(String, &Point)> {
    match data {
        Data::Scalar(point) | Data::String(point) => vec![(String::new(), point)],
        Data::Vector(items) => items.iter().map(|item| (series_name(&item.metric), &item.value)).collect(),
        Data::Matrix(items) => {
            let of_item = |item: &'_ MatrixItem| series_name(&item.metric);
            items
                .iter()
                .flat_map(|item| item.values.iter().map(move |point| (of_item(item), point)))
                .collect()
        }
    }
}

fn table(data: &Data) -> String {
    if let Data::Matrix(items) = data {
        let lines = items.iter().map(|item| {
            let points: String = item.values.iter().map(|p| format!("  {}  {}\n", time_of(p), p.1)).collect();
            format!("{}\n{points}", series_name(&item.metric))
        });
        return lines.collect();
    }
    let rows = rows(data);
    if rows.is_empty() {
        return "(no series)\n".to_owned();
    }
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let line = |(name, point): &(String, &Point)| match name.as_str() {
        "" => format!("{}\n", point.1),
        name => format!("{name:width$}  {}\n", point.1),
    };
    rows.iter().map(line).collect()
}

fn time_of(point: &Point) -> String {
    wire::time::rfc3339(Timestamp::from_secs_f64(point.0))
}

fn csv(data: &Data) -> String {
    let mut text = "series,timestamp,value\n".to_owned();
    for (name, point) in rows(data) {
        text.push_str(&format!("\"{}\",{},{}\n", name.replace('"', "\"\""), point.0, point.1));
    }
    text
}
