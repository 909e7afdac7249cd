//! `/api/v1/query` and `/api/v1/query_range`.

use std::sync::Arc;

use axum::extract::State;
use model::store::SeriesColumns;
use model::{Cancel, Duration, Timestamp};
use promql::{Answer as QueryAnswer, InstantSample, Query, QueryError, QueryOptions, RangeSteps, Value};
use serde::Serialize;
use serde::ser::SerializeSeq as _;
use serde::ser::{SerializeMap as _, Serializer};

use crate::answer::{Answer, ErrorKind, Failure, LabelsJson, SampleJson, Success};
use crate::app::App;
use crate::evaluation::{self, query_failure};
use crate::params::Params;

/// Prometheus's bound on the points of one series in a range answer.
const POINTS_MAX: i64 = 11_000;

/// `GET|POST /api/v1/query`
pub(crate) async fn instant(State(app): State<Arc<App>>, params: Params) -> Answer<QueryData> {
    let at = params.time("time", app.parts.clock.now())?;
    let work = Work::from_params(&params).await?;
    work.run(app, move |app, query, options| app.parts.engine.instant(app.store(), query, at, options)).await
}

/// `GET|POST /api/v1/query_range`
pub(crate) async fn range(State(app): State<Arc<App>>, params: Params) -> Answer<QueryData> {
    let steps = range_steps(&params)?;
    let work = Work::from_params(&params).await?;
    work.run(app, move |app, query, options| app.parts.engine.range(app.store(), query, steps, options)).await
}

fn range_steps(params: &Params) -> Result<RangeSteps, Failure> {
    let start = params.required_time("start")?;
    let end = params.required_time("end")?;
    if end < start {
        return Err(Failure::parameter("end", "end timestamp must not be before start time"));
    }
    let step = params.duration("step")?.unwrap_or_default();
    if step.is_zero() {
        let reason = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(Failure::parameter("step", reason));
    }
    if end.millis_since(start) / step.as_millis() > POINTS_MAX {
        let reason = "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query \
                      resolution (?step=XX)";
        return Err(Failure::new(ErrorKind::BadData, reason));
    }
    Ok(RangeSteps { start, end, step })
}

/// One query on its way.
struct Work {
    query: Query,
    timeout: Option<Duration>,
    lookback: Option<Duration>,
    limit: usize,
}

impl Work {
    async fn from_params(params: &Params) -> Result<Self, Failure> {
        let text = params.get("query").unwrap_or_default();
        let query = evaluation::parse(text, |error| Failure::parameter("query", error)).await?;
        let timeout = params.duration("timeout")?;
        let lookback = params.duration("lookback_delta")?.filter(|lookback| !lookback.is_zero());
        Ok(Self { query, timeout, lookback, limit: params.limit("limit")? })
    }

    /// Evaluates within the limits, and gives up when the client goes away.
    async fn run<F>(self, app: Arc<App>, evaluate: F) -> Answer<QueryData>
    where
        F: FnOnce(&App, &Query, &QueryOptions<'_>) -> Result<QueryAnswer, QueryError> + Send + 'static,
    {
        let Self { query, timeout, lookback, limit } = self;
        let reader = app.clone();
        let work = move |cancel: &Cancel| {
            evaluate(&reader, &query, &QueryOptions { lookback, ..QueryOptions::new(cancel) })
        };
        let answer = app.evaluations.run(timeout, work).await?;
        answer.map(|answer| success(answer, limit)).map_err(|error| query_failure(&error))
    }
}

fn success(answer: QueryAnswer, limit: usize) -> Success<QueryData> {
    let QueryAnswer { mut value, mut warnings, infos } = answer;
    let cut = match &mut value {
        Value::Vector(samples) => truncate(samples, limit),
        Value::Matrix(series) => truncate(series, limit),
        Value::Scalar(_) | Value::Text { .. } => false,
    };
    if cut {
        warnings.push("results truncated due to limit".to_owned());
    }
    Success::with_notes(QueryData(value), warnings, infos)
}

fn truncate<T>(items: &mut Vec<T>, limit: usize) -> bool {
    let cut = items.len() > limit;
    items.truncate(limit);
    cut
}

/// A query's value as `{"resultType": ..., "result": ...}`.
#[derive(Debug)]
pub(crate) struct QueryData(Value);

impl Serialize for QueryData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        match &self.0 {
            Value::Scalar(sample) => {
                map.serialize_entry("resultType", "scalar")?;
                map.serialize_entry("result", &SampleJson(sample.timestamp, sample.value))?;
            }
            Value::Text { timestamp, text } => {
                map.serialize_entry("resultType", "string")?;
                map.serialize_entry("result", &(crate::answer::SecondsJson(*timestamp), text))?;
            }
            Value::Vector(samples) => {
                map.serialize_entry("resultType", "vector")?;
                map.serialize_entry("result", &Each(samples, VectorItem))?;
            }
            Value::Matrix(series) => {
                map.serialize_entry("resultType", "matrix")?;
                map.serialize_entry("result", &Each(series, MatrixItem))?;
            }
        }
        map.end()
    }
}

/// A list, each item of which is wrapped for writing without collecting the wrapped ones first.
struct Each<'a, T, W>(&'a [T], fn(&'a T) -> W);

impl<T, W: Serialize> Serialize for Each<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

struct VectorItem<'a>(&'a InstantSample);

impl Serialize for VectorItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("metric", &LabelsJson(&self.0.labels))?;
        map.serialize_entry("value", &SampleJson(self.0.sample.timestamp, self.0.sample.value))?;
        map.end()
    }
}

struct MatrixItem<'a>(&'a SeriesColumns);

impl Serialize for MatrixItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("metric", &LabelsJson(&self.0.labels))?;
        map.serialize_entry("values", &Points(self.0))?;
        map.end()
    }
}

struct Points<'a>(&'a SeriesColumns);

impl Serialize for Points<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut points = serializer.serialize_seq(Some(self.0.timestamps.len()))?;
        for (millis, value) in self.0.timestamps.iter().zip(&self.0.values) {
            points.serialize_element(&SampleJson(Timestamp::from_millis(*millis), *value))?;
        }
        points.end()
    }
}
