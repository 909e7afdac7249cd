//! `/api/v1/write`: Prometheus remote write 1.0.
//!
//! What can be stored is stored, whatever else is in the request. Anything left out makes the answer 400, which
//! senders do not try again; a store that cannot write makes it 503, which they do.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::store::StoreError;

use crate::answer::{ErrorKind, Failure};
use crate::app::App;

mod places;

pub(crate) use places::WritePlaces;

/// Senders wait this long before they try again, in seconds.
const RETRY_AFTER_SECS: &str = "5";

/// A body must have arrived within this time.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// `POST /api/v1/write`
pub(crate) async fn write(State(app): State<Arc<App>>, request: Request) -> Response {
    match take(app, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(response) => response,
    }
}

async fn take(app: Arc<App>, request: Request) -> Result<(), Response> {
    check_headers(request.headers())?;
    // The room is taken before the body is read, so that requests that wait take no memory.
    let room = app.writes.for_body(request.headers()).await.ok_or_else(busy)?;
    let body = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await;
    let body = body.map_err(|_| later("the body of the request did not arrive in time"))?;
    let body = body.map_err(IntoResponse::into_response)?;
    let place = app.writes.for_work().await.ok_or_else(busy)?;
    let work = move || {
        // Kept until the work has ended, even if the sender has gone.
        let _held = (room, place);
        store(&app, &body)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(Failure::from_error(ErrorKind::Internal, &panicked).into_response()))
}

/// Only version 1 of the protocol, in a snappy block, is read. A missing header is taken as meant so.
fn check_headers(headers: &HeaderMap) -> Result<(), Response> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = text(header::CONTENT_TYPE);
    let is_version_1 = media.is_empty()
        || media == "application/x-protobuf"
        || media == "application/x-protobuf;proto=prometheus.WriteRequest";
    let encoding = text(header::CONTENT_ENCODING);
    if !is_version_1 {
        let message =
            format!("content type `{media}` is not read: send `application/x-protobuf`, remote write 1.0");
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if !encoding.is_empty() && encoding != "snappy" {
        let message = format!("content encoding `{encoding}` is not read: send `snappy`");
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(())
}

fn store(app: &App, body: &[u8]) -> Result<(), Response> {
    let request = wire::remote_write::decode(body)
        .map_err(|error| Failure::from_error(ErrorKind::BadData, &error).into_response())?;
    let outcome = app.parts.intake.ingest(request.batch).map_err(|error| refused(&error.0))?;
    if request.faults.is_empty() && outcome.rejections.is_empty() {
        return Ok(());
    }
    let mut reasons: Vec<String> = outcome.rejections.iter().map(ToString::to_string).collect();
    if !request.faults.is_empty() {
        reasons.push(request.faults.to_string());
    }
    let message = format!("stored {} samples, refused the others: {}", outcome.stored, reasons.join("; "));
    Err(Failure::new(ErrorKind::BadData, message).into_response())
}

fn refused(error: &StoreError) -> Response {
    try_later(Failure::from_error(ErrorKind::Unavailable, error))
}

fn busy() -> Response {
    later("too many requests to write are at work")
}

fn later(message: &str) -> Response {
    try_later(Failure::new(ErrorKind::Unavailable, message))
}

fn try_later(failure: Failure) -> Response {
    let mut response = failure.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER_SECS));
    response
}

fn plain(status: StatusCode, message: String) -> Response {
    let mut response = Failure::new(ErrorKind::BadData, message).into_response();
    *response.status_mut() = status;
    response
}
