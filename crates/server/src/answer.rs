//! Prometheus's JSON envelope, for success and failure.
//!
//! Source: Prometheus HTTP API, "Format overview".

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use model::{Labels, Timestamp, error_chain, format_value};

/// A successful answer.
#[derive(Debug, Serialize)]
pub(crate) struct Success<T> {
    status: &'static str,
    data: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    infos: Vec<String>,
}

impl<T: Serialize> Success<T> {
    pub(crate) fn new(data: T) -> Self {
        Self::with_notes(data, Vec::new(), Vec::new())
    }

    pub(crate) fn with_notes(data: T, warnings: Vec<String>, infos: Vec<String>) -> Self {
        Self { status: "success", data, warnings, infos }
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// Why a request failed, as Prometheus names the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    BadData,
    Execution,
    Timeout,
    Canceled,
    Internal,
    Unavailable,
    Forbidden,
    Unauthorized,
}

impl ErrorKind {
    const fn parts(self) -> (StatusCode, &'static str) {
        match self {
            Self::BadData => (StatusCode::BAD_REQUEST, "bad_data"),
            Self::Execution => (StatusCode::UNPROCESSABLE_ENTITY, "execution"),
            Self::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout"),
            Self::Canceled => (StatusCode::SERVICE_UNAVAILABLE, "canceled"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        }
    }
}

/// A failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A parameter that cannot be used, in Prometheus's words.
    pub(crate) fn parameter(name: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::BadData, format!("invalid parameter \"{name}\": {reason}"))
    }

    /// The whole chain of causes in one line.
    pub(crate) fn from_error(kind: ErrorKind, error: &dyn std::error::Error) -> Self {
        Self::new(kind, error_chain(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            status: &'static str,
            error_type: &'static str,
            error: &'a str,
        }
        let (status, error_type) = self.kind.parts();
        (status, Json(Body { status: "error", error_type, error: &self.message })).into_response()
    }
}

/// What every handler of the API returns.
pub(crate) type Answer<T> = Result<Success<T>, Failure>;

/// Labels as a JSON object.
#[derive(Debug)]
pub(crate) struct LabelsJson<'a>(pub(crate) &'a Labels);

impl Serialize for LabelsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

/// Labels as a JSON object, for fields of a derived `Serialize`.
pub(crate) fn labels_json<S: Serializer>(labels: &Labels, serializer: S) -> Result<S::Ok, S::Error> {
    LabelsJson(labels).serialize(serializer)
}

/// A time as seconds, whole ones without decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecondsJson(pub(crate) Timestamp);

impl Serialize for SecondsJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.as_millis();
        if millis % 1000 == 0 {
            serializer.serialize_i64(millis / 1000)
        } else {
            serializer.serialize_f64(self.0.as_secs_f64())
        }
    }
}

/// A sample as `[seconds, "value"]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SampleJson(pub(crate) Timestamp, pub(crate) f64);

impl Serialize for SampleJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pair = serializer.serialize_seq(Some(2))?;
        pair.serialize_element(&SecondsJson(self.0))?;
        pair.serialize_element(&format_value(self.1))?;
        pair.end()
    }
}

/// A time in RFC 3339, as Prometheus writes the times of targets, rules and alerts; the zero time if unknown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rfc3339(pub(crate) Option<Timestamp>);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(time) => serializer.serialize_str(&wire::time::rfc3339(time)),
            None => serializer.serialize_str("0001-01-01T00:00:00Z"),
        }
    }
}
