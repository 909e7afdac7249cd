//! The table of endpoints.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::answer::{ErrorKind, Failure};
use crate::api::{functions, labels, metadata, query, rules, status, targets, write};
use crate::app::App;
use crate::{guard, live, operate, ui};

/// One endpoint: this row registers it and documents it.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// The path, with `{name}` for parts that vary.
    pub path: &'static str,
    /// Methods, for the reference.
    pub methods: &'static str,
    /// What it does, one sentence.
    pub doc: &'static str,
    handler: fn() -> MethodRouter<Arc<App>>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.methods, self.path)
    }
}

/// Every endpoint but the UI's files.
#[rustfmt::skip]
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint { path: "/api/v1/query", methods: "GET, POST", doc: "Evaluates an expression at one time: `query`, `time`, `timeout`, `limit`, `lookback_delta`.", handler: || get(query::instant).post(query::instant) },
    Endpoint { path: "/api/v1/query_range", methods: "GET, POST", doc: "Evaluates an expression over a range: `query`, `start`, `end`, `step`, `timeout`, `limit`, `lookback_delta`.", handler: || get(query::range).post(query::range) },
    Endpoint { path: "/api/v1/series", methods: "GET, POST", doc: "Series that match: `match[]`, `start`, `end`, `limit`.", handler: || get(labels::series).post(labels::series) },
    Endpoint { path: "/api/v1/labels", methods: "GET, POST", doc: "Label names: `match[]`, `start`, `end`, `limit`.", handler: || get(labels::names).post(labels::names) },
    Endpoint { path: "/api/v1/label/{name}/values", methods: "GET", doc: "Values of a label: `match[]`, `start`, `end`, `limit`.", handler: || get(labels::values) },
    Endpoint { path: "/api/v1/metadata", methods: "GET", doc: "Type, help and unit of metrics: `metric`, `limit`, `limit_per_metric`.", handler: || get(metadata::metadata) },
    Endpoint { path: "/api/v1/functions", methods: "GET", doc: "The functions of the query language, for editors.", handler: || get(functions::functions) },
    Endpoint { path: "/api/v1/targets", methods: "GET", doc: "Scrape targets and their health: `state`, `scrapePool`.", handler: || get(targets::targets) },
    Endpoint { path: "/api/v1/rules", methods: "GET", doc: "Rule groups with state: `type`, `rule_name[]`, `rule_group[]`, `file[]`, `exclude_alerts`.", handler: || get(rules::rules) },
    Endpoint { path: "/api/v1/alerts", methods: "GET", doc: "Alerts that are pending or firing.", handler: || get(rules::alerts) },
    Endpoint { path: "/api/v1/status/buildinfo", methods: "GET", doc: "What this server is and which Prometheus it speaks like.", handler: || get(status::build_info) },
    Endpoint { path: "/api/v1/status/tsdb", methods: "GET", doc: "Cardinality of the store: `limit`.", handler: || get(status::tsdb) },
    Endpoint { path: "/api/v1/write", methods: "POST", doc: "Prometheus remote write 1.0.", handler: || post(write::write) },
    Endpoint { path: "/api/v1/live", methods: "GET (WebSocket)", doc: "Answers of expressions, pushed as samples arrive.", handler: || get(live::upgrade) },
    Endpoint { path: "/metrics", methods: "GET", doc: "Sextant's own figures in Prometheus's text format.", handler: || get(operate::metrics) },
    Endpoint { path: "/-/healthy", methods: "GET", doc: "200 while the process answers.", handler: || get(operate::healthy) },
    Endpoint { path: "/-/ready", methods: "GET", doc: "200 while writes and queries work.", handler: || get(operate::ready) },
    Endpoint { path: "/-/reload", methods: "POST, PUT", doc: "Reads the configuration and rule files again; faulty ones change nothing.", handler: || post(operate::reload).put(operate::reload) },
];

/// Headers of every answer: nothing may be loaded from elsewhere, framed, or guessed.
const HEADERS: &[(HeaderName, &str)] = &[
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// The longest pause within a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// All endpoints with their common behaviour: sign-in, limits, compression, safe headers.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for endpoint in ENDPOINTS {
        router = router.route(endpoint.path, (endpoint.handler)().fallback(wrong_method));
    }
    let mut router = router
        .fallback(get(ui::asset).fallback(wrong_method))
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard::guard))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(CompressionLayer::new());
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::overriding(name.clone(), value));
    }
    router.with_state(app)
}

async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n").into_response()
}

/// A panic in one request is our fault; it is logged by the panic hook and ends with that request.
fn panicked() -> Response {
    Failure::new(ErrorKind::Internal, "a fault in Sextant ended this request").into_response()
}
