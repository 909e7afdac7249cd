//! What all live connections share: the newest time, and the answers for it.

use std::collections::HashMap;
use std::sync::Arc;

use model::{Cancel, Clock, Timestamp};
use parking_lot::Mutex;
use promql::{Engine, Query, QueryOptions, Value};
use tokio::sync::{OnceCell, Semaphore, watch};

use super::protocol::Body;
use crate::app::Parts;

/// Live connections at the same time.
const CONNECTIONS_MAX: usize = 256;

/// The shared state of live connections.
pub(crate) struct Hub {
    store: Arc<tsdb::Store>,
    engine: Arc<Engine>,
    newest: watch::Receiver<Timestamp>,
    answers: Mutex<Answers>,
    pub(crate) connections: Arc<Semaphore>,
}

/// Answers at one time, by expression; each is computed once, by whoever asks first.
#[derive(Default)]
struct Answers {
    at: Timestamp,
    by_text: HashMap<Arc<str>, Arc<OnceCell<Body>>>,
}

impl Hub {
    /// A hub that follows the intake's stream from now on; must be made inside the runtime.
    pub(crate) fn new(parts: &Parts) -> Self {
        let (sender, newest) = watch::channel(parts.clock.now());
        let mut stream = parts.intake.subscribe();
        let clock = parts.clock.clone();
        tokio::spawn(async move {
            // A gap in the stream does not matter here: the next batch tells the newest time.
            while let Some(batch) = stream.next().await {
                let Ok(batch) = batch else { continue };
                if let Some(time) = newest_time(&batch, clock.as_ref()) {
                    sender.send_if_modified(|known| {
                        time > *known && {
                            *known = time;
                            true
                        }
                    });
                }
            }
        });
        Self {
            store: parts.store.clone(),
            engine: parts.engine.clone(),
            newest,
            answers: Mutex::default(),
            connections: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        }
    }

    /// Tells each time that new samples have arrived.
    pub(crate) fn newest(&self) -> watch::Receiver<Timestamp> {
        self.newest.clone()
    }

    /// The value of an expression at a time, shared with everyone who asks the same.
    pub(crate) async fn answer(&self, query: &Arc<Query>, at: Timestamp) -> Body {
        let cell = {
            let mut answers = self.answers.lock();
            if answers.at != at {
                *answers = Answers { at, by_text: HashMap::new() };
            }
            answers.by_text.entry(query.text().into()).or_default().clone()
        };
        cell.get_or_init(|| self.evaluate(query.clone(), at)).await.clone()
    }

    async fn evaluate(&self, query: Arc<Query>, at: Timestamp) -> Body {
        let (store, engine) = (self.store.clone(), self.engine.clone());
        let work = move || {
            let cancel = Cancel::new();
            engine.instant(store.as_ref(), &query, at, &QueryOptions::new(&cancel))
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(answer)) => match answer.value {
                Value::Vector(samples) => Body::answer(at, &samples),
                Value::Scalar(sample) => {
                    Body::answer(at, &[promql::InstantSample { labels: model::Labels::empty(), sample }])
                }
                Value::Text { .. } | Value::Matrix(_) => Body::error(
                    "bad_data",
                    "only expressions that give an instant vector or a scalar can be live",
                ),
            },
            Ok(Err(error)) => Body::error("execution", &error.to_string()),
            Err(panicked) => Body::error("internal", &panicked.to_string()),
        }
    }
}

/// The newest time in a batch that is not in the future.
fn newest_time(batch: &model::Batch, clock: &dyn Clock) -> Option<Timestamp> {
    let now = clock.now();
    batch.rows.iter().map(|row| row.sample.timestamp).filter(|time| *time <= now).max()
}
