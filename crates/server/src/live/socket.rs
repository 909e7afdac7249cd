//! One live connection.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use model::{Duration, Timestamp};
use promql::Query;
use tokio::time::Instant;

use super::protocol::{Body, Request};
use crate::answer::{ErrorKind, Failure};
use crate::app::App;

/// A message of a client may be this long, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Expressions one connection may follow.
const SUBSCRIPTIONS_MAX: usize = 200;
/// The shortest interval between two answers, in milliseconds.
const INTERVAL_MS_MIN: u32 = 100;
/// An answer that comes a little early still counts as one interval later.
const INTERVAL_SLACK: std::time::Duration = std::time::Duration::from_millis(50);

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
    sent: Option<Sent>,
}

/// The last answer.
#[derive(Clone, Copy)]
struct Sent {
    /// The time it is of.
    of: Timestamp,
    /// When it was sent.
    at: Instant,
}

impl Subscription {
    /// When the answer for the newest time may be sent; never if it was sent already.
    fn due(&self, newest: Timestamp, now: Instant) -> Option<Instant> {
        match self.sent {
            None => Some(now),
            Some(sent) if sent.of == newest => None,
            Some(sent) => Some(sent.at + self.interval.to_std().saturating_sub(INTERVAL_SLACK)),
        }
    }
}

impl Connection {
    fn new(app: Arc<App>) -> Self {
        Self { app, subscriptions: HashMap::new() }
    }

    async fn run(mut self, mut socket: WebSocket) -> Result<(), axum::Error> {
        let mut newest = self.app.live.newest();
        loop {
            let next_due = self.next_due(*newest.borrow());
            tokio::select! {
                message = socket.recv() => match message.transpose()? {
                    Some(Message::Text(text)) => {
                        if let Some(refusal) = self.handle(&text) {
                            socket.send(Message::text(refusal)).await?;
                        }
                    }
                    Some(Message::Close(_)) | None => return Ok(()),
                    Some(_) => {}
                },
                changed = newest.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = until(next_due) => {}
            }
            let at = *newest.borrow_and_update();
            self.push(&mut socket, at).await?;
        }
    }

    /// When the first answer that is still to be sent is due.
    fn next_due(&self, newest: Timestamp) -> Option<Instant> {
        let now = Instant::now();
        self.subscriptions.values().filter_map(|subscription| subscription.due(newest, now)).min()
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
        let subscription = Subscription { query: Arc::new(query), interval, sent: None };
        self.subscriptions.insert(id.to_owned(), subscription);
        Ok(())
    }

    /// Sends the answers that are due.
    async fn push(&mut self, socket: &mut WebSocket, of: Timestamp) -> Result<(), axum::Error> {
        let now = Instant::now();
        for (id, subscription) in &mut self.subscriptions {
            if subscription.due(of, now).is_some_and(|due| due <= now) {
                let body = self.app.live.answer(&subscription.query, of).await;
                subscription.sent = Some(Sent { of, at: now });
                socket.send(Message::text(body.addressed(id))).await?;
            }
        }
        Ok(())
    }
}

/// Waits until then; for ever if there is no such time.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
