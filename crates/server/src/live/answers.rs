//! Answers shared among subscribers that ask the same at the same time.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use model::Timestamp;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::protocol::Body;

/// Distinct expressions whose answers are kept for one time; others are evaluated for each who asks.
const EXPRESSIONS_MAX: usize = 1000;

/// The answers for the newest time anyone asked for.
#[derive(Default)]
pub(super) struct Answers(Mutex<AtOneTime>);

/// By expression; each is computed once, by whoever asks first. Should that one go away, the next takes over.
#[derive(Default)]
struct AtOneTime {
    at: Timestamp,
    by_text: HashMap<Arc<str>, Arc<OnceCell<Body>>>,
}

impl Answers {
    /// The answer for an expression at a time; evaluated if it is not known yet.
    pub(super) async fn get<F>(&self, text: &str, at: Timestamp, evaluate: impl FnOnce() -> F) -> Body
    where
        F: Future<Output = Body>,
    {
        match self.cell(text, at) {
            Some(cell) => cell.get_or_init(evaluate).await.clone(),
            None => evaluate().await,
        }
    }

    /// Where the answer is shared; nowhere if it is of an older time or if there are too many.
    fn cell(&self, text: &str, at: Timestamp) -> Option<Arc<OnceCell<Body>>> {
        let mut answers = self.0.lock();
        if at > answers.at {
            *answers = AtOneTime { at, by_text: HashMap::new() };
        }
        if at < answers.at {
            return None;
        }
        if let Some(cell) = answers.by_text.get(text) {
            return Some(cell.clone());
        }
        if answers.by_text.len() >= EXPRESSIONS_MAX {
            return None;
        }
        Some(answers.by_text.entry(text.into()).or_default().clone())
    }
}

#[cfg(test)]
mod tests;
