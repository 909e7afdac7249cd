//! A target that answers whatever a test wants.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use parking_lot::Mutex;

/// What a path answers; anything else is 404.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Text(String),
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// A body without end.
    Endless,
    /// Nothing, ever.
    Silence,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let replies: Arc<Mutex<HashMap<String, Reply>>> = Arc::default();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (known, log) = (replies.clone(), seen.clone());
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
            let reply = known.lock().get(uri.path()).cloned();
            log.lock().push(Seen { uri, headers });
            answer(reply)
        });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { addr, replies, seen, task }
    }

    pub(super) fn reply(&self, path: &str, reply: Reply) {
        self.replies.lock().insert(path.to_owned(), reply);
    }

    pub(super) fn text(&self, text: &str) {
        self.reply("/metrics", Reply::Text(text.to_owned()));
    }
}

async fn answer(reply: Option<Reply>) -> Response<Body> {
    let builder = Response::builder().header("content-type", "text/plain; version=0.0.4");
    match reply {
        Some(Reply::Text(text)) => builder.body(text.into()).unwrap(),
        Some(Reply::Full { status, headers, body }) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(body.into()).unwrap()
        }
        Some(Reply::Endless) => {
            let chunk = "# all work and no play\n".repeat(1000);
            let chunks = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
            builder.body(Body::from_stream(chunks)).unwrap()
        }
        Some(Reply::Silence) => std::future::pending().await,
        None => Response::builder().status(404).body(Body::empty()).unwrap(),
    }
}
