//! The web UI, built from `ui/` into this crate.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Assets;

const INDEX: &str = "index.html";

/// Vite names assets by their content, so they never change.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ALWAYS_ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// A file of the UI, or its page for any path that a view may have.
pub(crate) async fn asset(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_api = path.starts_with("api/") || path.starts_with("-/");
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    match Assets::get(path).filter(|_| !path.is_empty()) {
        Some(file) => respond(path, file),
        None if is_api || is_file => (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
        None => match Assets::get(INDEX) {
            Some(file) => respond(INDEX, file),
            None => (StatusCode::NOT_FOUND, "this build holds no UI: run `make build`\n").into_response(),
        },
    }
}

fn respond(path: &str, file: rust_embed::EmbeddedFile) -> Response {
    let cache = if path.starts_with("assets/") { FOREVER } else { ALWAYS_ASK };
    let mime = HeaderValue::from_str(file.metadata.mimetype());
    let mime = mime.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, cache)], file.data).into_response()
}
