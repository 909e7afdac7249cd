//! Who may call.
//!
//! Two dangers remain on a loopback address. A web page from elsewhere may send requests to it from a browser on
//! this machine: requests that change something, and WebSockets, must therefore come from our own pages if they
//! come from a page at all. And a page may give its own host name our address (DNS rebinding): in open mode the
//! `Host` must therefore be an IP address or `localhost`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;

use crate::answer::{ErrorKind, Failure};
use crate::app::App;

/// Who is let in.
#[derive(Clone)]
pub enum Access {
    /// Everyone who reaches the address.
    Open,
    /// Those who know the token, as `Authorization: Bearer TOKEN` or as a password of any user.
    Token(Arc<str>),
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Token(_) => "Token(<secret>)",
        })
    }
}

/// Liveness is told to everyone: probes cannot sign in, and it says nothing.
const PUBLIC_PATHS: &[&str] = &["/-/healthy", "/-/ready"];

/// Refuses those who may not call.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match refusal(&app.access, request.method(), request.uri(), request.headers()) {
        None => next.run(request).await,
        Some(failure) => {
            let is_unauthorized = failure.kind == ErrorKind::Unauthorized;
            let mut response = failure.into_response();
            if is_unauthorized {
                let challenge = HeaderValue::from_static("Basic realm=\"sextant\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

fn refusal(access: &Access, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Failure> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(header::HOST).or_else(|| uri.authority().map(|a| a.as_str())).unwrap_or_default();
    if headers.get_all(header::HOST).iter().nth(1).is_some() {
        return Some(Failure::new(ErrorKind::BadData, "more than one `Host` header"));
    }
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let opens_socket = text(header::UPGRADE).is_some();
    if let Some(origin) = text(header::ORIGIN) {
        let is_own = origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host));
        if (changes || opens_socket) && !is_own {
            let message = format!("requests from pages of `{origin}` are refused");
            return Some(Failure::new(ErrorKind::Forbidden, message));
        }
    }
    match access {
        Access::Open if !is_local_name(host) => {
            let message =
                format!("host `{host}` is refused: without sign-in, use an IP address or `localhost`");
            Some(Failure::new(ErrorKind::Forbidden, message))
        }
        Access::Open => None,
        Access::Token(_) if PUBLIC_PATHS.contains(&uri.path()) => None,
        Access::Token(token) => {
            let given = text(header::AUTHORIZATION).and_then(credential);
            let is_right =
                given.is_some_and(|given| equal_in_constant_time(given.as_bytes(), token.as_bytes()));
            (!is_right).then(|| Failure::new(ErrorKind::Unauthorized, "sign in with the token"))
        }
    }
}

/// Whether a `Host` is an IP address or `localhost`, with or without a port. HTTP/1.0 clients may send none.
fn is_local_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.is_empty() || name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

/// The token in an `Authorization` header.
fn credential(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded =
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

/// Compares without telling by its duration how many bytes are right.
fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(
        access: &Access,
        method: Method,
        path: &str,
        pairs: &[(&'static str, &str)],
    ) -> Option<ErrorKind> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        refusal(access, &method, &path.parse().unwrap(), &headers).map(|failure| failure.kind)
    }

    #[test]
    fn open_mode_refuses_foreign_pages_and_rebound_names() {
        #[track_caller]
        fn f(method: Method, pairs: &[(&'static str, &str)], want: Option<ErrorKind>) {
            assert_eq!(kind(&Access::Open, method, "/api/v1/query", pairs), want);
        }
        f(Method::GET, &[("host", "127.0.0.1:8470")], None);
        f(Method::GET, &[("host", "[::1]:8470")], None);
        f(Method::GET, &[("host", "localhost:8470")], None);
        f(Method::GET, &[], None);
        f(Method::GET, &[("host", "evil.example:8470")], Some(ErrorKind::Forbidden));
        let own = [("host", "127.0.0.1:8470"), ("origin", "http://127.0.0.1:8470")];
        let foreign = [("host", "127.0.0.1:8470"), ("origin", "https://evil.example")];
        f(Method::POST, &own, None);
        f(Method::POST, &foreign, Some(ErrorKind::Forbidden));
        f(Method::GET, &foreign, None);
        let socket = [("host", "127.0.0.1:8470"), ("origin", "null"), ("upgrade", "websocket")];
        f(Method::GET, &socket, Some(ErrorKind::Forbidden));
    }

    #[test]
    fn required_mode_asks_for_the_token() {
        let access = Access::Token("a-token-of-16-ch".into());
        #[track_caller]
        fn f(access: &Access, path: &str, authorization: &str, want: Option<ErrorKind>) {
            let pairs = [("host", "metrics.example"), ("authorization", authorization)];
            assert_eq!(kind(access, Method::GET, path, &pairs), want);
        }
        f(&access, "/metrics", "Bearer a-token-of-16-ch", None);
        f(&access, "/metrics", "Basic YW55OmEtdG9rZW4tb2YtMTYtY2g=", None);
        f(&access, "/metrics", "Bearer wrong", Some(ErrorKind::Unauthorized));
        f(&access, "/metrics", "Basic broken", Some(ErrorKind::Unauthorized));
        f(&access, "/metrics", "", Some(ErrorKind::Unauthorized));
        f(&access, "/-/healthy", "", None);
    }
}
