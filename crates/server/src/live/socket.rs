//! One live connection.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use model::{Duration, Timestamp};
use promql::Query;
use tokio::sync::watch;
use tokio::time::Instant;

use super::protocol::{Body, Request};
use crate::answer::{ErrorKind, Failure};
use crate::app::App;
use crate::evaluation;

/// A message of a client may be this long, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Expressions one connection may follow.
const SUBSCRIPTIONS_MAX: usize = 200;
/// Messages of a client that wait while an answer is awaited; beyond that, they wait in the network.
const UNREAD_MAX: usize = 16;
/// A message must be on its way within this time.
const SEND_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
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
    /// What the client said while an answer was awaited.
    unread: VecDeque<Utf8Bytes>,
}

/// Whether the other side is still there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    There,
    Gone,
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
        Self { app, subscriptions: HashMap::new(), unread: VecDeque::new() }
    }

    async fn run(mut self, mut socket: WebSocket) -> Result<(), axum::Error> {
        let mut newest = self.app.live.newest();
        loop {
            let next_due = self.next_due(*newest.borrow());
            tokio::select! {
                message = socket.recv() => if self.note(message)? == Peer::Gone {
                    return Ok(());
                },
                changed = newest.changed() => if changed.is_err() {
                    return Ok(());
                },
                () = until(next_due) => {}
            }
            self.handle_all(&mut socket).await?;
            if self.push(&mut socket, &mut newest).await? == Peer::Gone {
                return Ok(());
            }
        }
    }

    /// Keeps what the client says until its turn.
    fn note(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Peer, axum::Error> {
        match message.transpose()? {
            Some(Message::Text(text)) => self.unread.push_back(text),
            Some(Message::Close(_)) | None => return Ok(Peer::Gone),
            Some(_) => {}
        }
        Ok(Peer::There)
    }

    async fn handle_all(&mut self, socket: &mut WebSocket) -> Result<(), axum::Error> {
        while let Some(text) = self.unread.pop_front() {
            if let Some(refusal) = self.handle(&text).await {
                send(socket, refusal).await?;
            }
        }
        Ok(())
    }

    /// When the first answer that is still to be sent is due.
    fn next_due(&self, newest: Timestamp) -> Option<Instant> {
        let now = Instant::now();
        self.subscriptions.values().filter_map(|subscription| subscription.due(newest, now)).min()
    }

    /// Takes a request; gives the message that refuses it.
    async fn handle(&mut self, text: &str) -> Option<String> {
        match serde_json::from_str(text) {
            Ok(Request::Unsubscribe { id }) => {
                self.subscriptions.remove(&id);
                None
            }
            Ok(Request::Subscribe { id, query, interval_ms }) => {
                let refusal = self.subscribe(&id, &query, interval_ms).await.err()?;
                Some(Body::error("bad_data", &refusal).addressed(&id))
            }
            Err(error) => Some(Body::error("bad_data", &format!("invalid message: {error}")).addressed("")),
        }
    }

    async fn subscribe(&mut self, id: &str, query: &str, interval_ms: u32) -> Result<(), String> {
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX && !self.subscriptions.contains_key(id) {
            return Err(format!("more than {SUBSCRIPTIONS_MAX} subscriptions on one connection"));
        }
        let query = evaluation::parse(query, |error| Failure::new(ErrorKind::BadData, error.to_string()));
        let query = query.await.map_err(|failure| failure.message)?;
        let interval = Duration::from_millis(i64::from(interval_ms.max(INTERVAL_MS_MIN)));
        let subscription = Subscription { query: Arc::new(query), interval, sent: None };
        self.subscriptions.insert(id.to_owned(), subscription);
        Ok(())
    }

    /// Sends the answers that are due, each for the time that is the newest when its turn comes.
    async fn push(
        &mut self,
        socket: &mut WebSocket,
        newest: &mut watch::Receiver<Timestamp>,
    ) -> Result<Peer, axum::Error> {
        loop {
            let of = *newest.borrow_and_update();
            let now = Instant::now();
            let is_due =
                |subscription: &Subscription| subscription.due(of, now).is_some_and(|due| due <= now);
            let due = self.subscriptions.iter_mut().filter(|(_, each)| is_due(each));
            // The one that was sent the longest ago comes first, so that none waits for ever.
            let next = due.min_by_key(|(_, each)| each.sent.map(|sent| sent.at));
            let Some((id, subscription)) = next else { return Ok(Peer::There) };
            subscription.sent = Some(Sent { of, at: now });
            let (id, query) = (id.clone(), subscription.query.clone());
            let Some(body) = self.answer(socket, &query, of).await? else { return Ok(Peer::Gone) };
            send(socket, body.addressed(&id)).await?;
            self.handle_all(socket).await?;
        }
    }

    /// Waits for an answer and listens to the client meanwhile; nothing if it goes away.
    async fn answer(
        &mut self,
        socket: &mut WebSocket,
        query: &Arc<Query>,
        of: Timestamp,
    ) -> Result<Option<Body>, axum::Error> {
        let app = self.app.clone();
        let answer = app.live.answer(query, of);
        tokio::pin!(answer);
        loop {
            tokio::select! {
                body = &mut answer => return Ok(Some(body)),
                message = socket.recv(), if self.unread.len() < UNREAD_MAX => {
                    if self.note(message)? == Peer::Gone {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

/// Sends a message. A client that does not take it in time has ended the connection.
async fn send(socket: &mut WebSocket, text: String) -> Result<(), axum::Error> {
    let sent = tokio::time::timeout(SEND_TIMEOUT, socket.send(Message::text(text))).await;
    sent.unwrap_or_else(|late| Err(axum::Error::new(late)))
}

/// Waits until then; for ever if there is no such time.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
