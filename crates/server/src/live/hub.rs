//! What all live connections share: the newest time, and the answers for it.

use std::sync::Arc;

use model::{Cancel, Clock, Labels, Timestamp};
use promql::{Engine, InstantSample, Query, QueryOptions, Value};
use tokio::sync::{Semaphore, watch};

use super::answers::Answers;
use super::protocol::Body;
use crate::app::Parts;
use crate::evaluation::{Runner, query_failure};

/// Live connections at the same time.
const CONNECTIONS_MAX: usize = 256;

/// The shared state of live connections.
pub(crate) struct Hub {
    store: Arc<tsdb::Store>,
    engine: Arc<Engine>,
    newest: watch::Receiver<Timestamp>,
    answers: Answers,
    runner: Runner,
    pub(crate) connections: Arc<Semaphore>,
}

impl Hub {
    /// A hub that follows the intake's stream from now on and evaluates with `runner`; must be made inside the
    /// runtime.
    pub(crate) fn new(parts: &Parts, runner: Runner) -> Self {
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
            answers: Answers::default(),
            runner,
            connections: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        }
    }

    /// Tells each time that new samples have arrived.
    pub(crate) fn newest(&self) -> watch::Receiver<Timestamp> {
        self.newest.clone()
    }

    /// The value of an expression at a time, shared with everyone who asks the same.
    pub(crate) async fn answer(&self, query: &Arc<Query>, at: Timestamp) -> Body {
        self.answers.get(query.text(), at, || self.evaluate(query.clone(), at)).await
    }

    /// Evaluates within the limits of all queries; ends when the future is dropped.
    async fn evaluate(&self, query: Arc<Query>, at: Timestamp) -> Body {
        let (store, engine) = (self.store.clone(), self.engine.clone());
        let work = move |cancel: &Cancel| {
            let answer = engine.instant(store.as_ref(), &query, at, &QueryOptions::new(cancel));
            answer.map(|answer| body_of(answer.value, at))
        };
        match self.runner.run(None, work).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) => Body::failure(&query_failure(&error)),
            Err(failure) => Body::failure(&failure),
        }
    }
}

fn body_of(value: Value, at: Timestamp) -> Body {
    match value {
        Value::Vector(samples) => Body::answer(at, &samples),
        Value::Scalar(sample) => Body::answer(at, &[InstantSample { labels: Labels::empty(), sample }]),
        Value::Text { .. } | Value::Matrix(_) => {
            Body::error("bad_data", "only expressions that give an instant vector or a scalar can be live")
        }
    }
}

/// The newest time in a batch that is not in the future.
fn newest_time(batch: &model::Batch, clock: &dyn Clock) -> Option<Timestamp> {
    let now = clock.now();
    batch.rows.iter().map(|row| row.sample.timestamp).filter(|time| *time <= now).max()
}
