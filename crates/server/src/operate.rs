//! Health, readiness, reload, and Sextant's own figures.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// `GET /-/healthy`: the process answers.
pub(crate) async fn healthy() -> &'static str {
    "Sextant is healthy.\n"
}

/// `GET /-/ready`: writes and queries will work.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let fault = if app.is_ready() {
        app.parts.store.write_fault()
    } else {
        Some("it is starting or stopping".into())
    };
    match fault {
        None => "Sextant is ready.\n".into_response(),
        Some(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("Sextant is not ready: {reason}.\n")).into_response()
        }
    }
}

/// `POST /-/reload`: reads the configuration again; a faulty one changes nothing.
pub(crate) async fn reload(State(app): State<Arc<App>>) -> Response {
    let reload = app.reload.clone();
    match tokio::task::spawn_blocking(move || reload()).await {
        Ok(Ok(())) => StatusCode::OK.into_response(),
        Ok(Err(message)) => (StatusCode::BAD_REQUEST, format!("{message}\n")).into_response(),
        Err(panicked) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{panicked}\n")).into_response(),
    }
}

/// `GET /metrics`: Sextant's own figures in Prometheus's text format.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let text = wire::exposition::encode(&app.vitals());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
