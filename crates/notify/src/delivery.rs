//! One attempt to deliver a notification over HTTP.

use model::{Clock, Duration, Timestamp, error_chain};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use wire::alertmanager::Webhook;

use crate::config::WebhookConfig;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The receiver has it.
    Delivered,
    /// It may work later, not before `after` if the receiver said so.
    Retry { reason: String, after: Option<Duration> },
    /// It will never work.
    Refused { reason: String },
}

/// A client for all deliveries. Redirects are not followed: most turn a POST into a GET, and any would take
/// the credentials elsewhere.
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    // Fails only if the process has chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("Sextant/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Posts a notification once.
pub(crate) async fn post(
    client: &Client,
    config: &WebhookConfig,
    webhook: &Webhook,
    clock: &dyn Clock,
) -> Outcome {
    let mut request = client.post(config.url.reveal().clone()).timeout(config.timeout.to_std()).json(webhook);
    if let Some(auth) = &config.http_config.basic_auth {
        request = request.basic_auth(&auth.username, Some(auth.password.reveal()));
    }
    if let Some(auth) = &config.http_config.authorization {
        let value = format!("{} {}", auth.scheme, auth.credentials.reveal());
        request = request.header(reqwest::header::AUTHORIZATION, value);
    }
    match request.send().await {
        Ok(answer) => judge(answer.status(), retry_after(answer.headers(), clock.now())),
        Err(error) if error.is_builder() => Outcome::Refused { reason: describe(error) },
        Err(error) => Outcome::Retry { reason: describe(error), after: None },
    }
}

/// What an answer's status means.
fn judge(status: StatusCode, after: Option<Duration>) -> Outcome {
    let reason = format!("the receiver answered {status}");
    match status.as_u16() {
        200..=299 => Outcome::Delivered,
        408 | 425 | 429 | 500..=599 => Outcome::Retry { reason, after },
        _ => Outcome::Refused { reason },
    }
}

/// The wait that a receiver asks for, in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(secs) = text.parse::<u32>() {
        return Some(Duration::from_secs(secs));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?);
    Some(Duration::from_millis(at.millis_since(now)))
}

/// The error and its causes, without the address, which may hold secrets.
fn describe(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "the receiver did not answer in time".to_owned();
    }
    error_chain(&error.without_url())
}

#[cfg(test)]
mod tests;
