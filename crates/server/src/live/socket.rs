//! One live connection.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::{Duration, Timestamp};
use promql::Query;

use super::protocol::{Body, Request};
use crate::answer::{ErrorKind, Failure};
use crate::app::App;

/// A message of a client may be this long, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Expressions one connection may follow.
const SUBSCRIPTIONS_MAX: usize = 200;
/// The shortest interval between two answers, in milliseconds.
const INTERVAL_MS_MIN: u32 = 100;
/// A sample that comes a little early still counts as one interval later, in milliseconds.
const INTERVAL_SLACK_MS: i64 = 50;

/// `GET /api/v1/live`
pub(crate) async fn upgrade(State(app): State<Arc<App>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = app.live.connections.clone().try_acquire_owned() else {
        return Failure::new(ErrorKind::Unavailable, "too many live connections").into_response();
    };
    upgrade.max_message_size(MESSAGE_BYTES_MAX).on_upgrade(move |socket| async move {
        let _place = place;
        // An error here means that the client has gone, which is how connections end.
        let _ = Connection::new(app).run(socket).await;
    })
}

struct Connection {
    app: Arc<App>,
    subscriptions: HashMap<String, Subscription>,
}

struct Subscription {
    query: Arc<Query>,
    interval: Duration,
    sent_at: Option<Timestamp>,
}

impl Subscription {
    fn is_due(&self, newest: Timestamp) -> bool {
        let wait = self.interval.as_millis().saturating_sub(INTERVAL_SLACK_MS);
        self.sent_at.is_none_or(|sent| newest.millis_since(sent) >= wait)
    }
}

impl Connection {
    fn new(app: Arc<App>) -> Self {
        Self { app, subscriptions: HashMap::new() }
    }

    async fn run(mut self, mut socket: WebSocket) -> Result<(), axum::Error> {
        let mut newest = self.app.live.newest();
        loop {
            tokio::select! {
                message = socket.recv() => match message.transpose()? {
                    Some(Message::Text(text)) => {
                        if let Some(refusal) = self.handle(&text) {
                            socket.send(Message::text(refusal)).await?;
                        }
                        let at = *newest.borrow();
                        self.push(&mut socket, at).await?;
                    }
                    Some(Message::Close(_)) | None => return Ok(()),
                    Some(_) => {}
                },
                changed = newest.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let at = *newest.borrow_and_update();
                    self.push(&mut socket, at).await?;
                }
            }
        }
    }

    /// Takes a request; gives the message that refuses it.
    fn handle(&mut self, text: &str) -> Option<String> {
        match serde_json::from_str(text) {
            Ok(Request::Unsubscribe { id }) => {
                self.subscriptions.remove(&id);
                None
            }
            Ok(Request::Subscribe { id, query, interval_ms }) => {
                let refusal = self.subscribe(&id, &query, interval_ms).err()?;
                Some(Body::error("bad_data", &refusal).addressed(&id))
            }
            Err(error) => Some(Body::error("bad_data", &format!("invalid message: {error}")).addressed("")),
        }
    }

    fn subscribe(&mut self, id: &str, query: &str, interval_ms: u32) -> Result<(), String> {
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX && !self.subscriptions.contains_key(id) {
            return Err(format!("more than {SUBSCRIPTIONS_MAX} subscriptions on one connection"));
        }
        let query = Query::parse(query).map_err(|error| error.to_string())?;
        let interval = Duration::from_millis(i64::from(interval_ms.max(INTERVAL_MS_MIN)));
        let subscription = Subscription { query: Arc::new(query), interval, sent_at: None };
        self.subscriptions.insert(id.to_owned(), subscription);
        Ok(())
    }

    /// Sends the answers that are due.
    async fn push(&mut self, socket: &mut WebSocket, at: Timestamp) -> Result<(), axum::Error> {
        for (id, subscription) in &mut self.subscriptions {
            if subscription.is_due(at) {
                let body = self.app.live.answer(&subscription.query, at).await;
                subscription.sent_at = Some(at);
                socket.send(Message::text(body.addressed(id))).await?;
            }
        }
        Ok(())
    }
}
