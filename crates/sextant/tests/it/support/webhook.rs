//! A receiver of webhooks that remembers what it was told and fails as often as it is asked to.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

use super::until;

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    failures_left: u32,
    attempts: u32,
    delivered: Vec<Value>,
}

/// The receiver; it ends with the test's runtime.
pub struct Webhook {
    pub url: String,
    shared: Shared,
}

impl Webhook {
    /// Answers the first `failures` requests with 503.
    pub async fn start(failures: u32) -> Self {
        let shared = Shared::default();
        shared.0.lock().unwrap().failures_left = failures;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub fn delivered(&self) -> Vec<Value> {
        self.shared.0.lock().unwrap().delivered.clone()
    }

    pub fn attempts(&self) -> u32 {
        self.shared.0.lock().unwrap().attempts
    }

    /// Waits for a number of deliveries and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} webhooks were delivered"), async || {
            Some(self.delivered()).filter(|delivered| delivered.len() >= count)
        })
        .await
    }
}

async fn take(State(shared): State<Shared>, Json(body): Json<Value>) -> StatusCode {
    let mut inner = shared.0.lock().unwrap();
    inner.attempts += 1;
    if inner.failures_left > 0 {
        inner.failures_left -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    inner.delivered.push(body);
    StatusCode::OK
}
