//! Parsed expressions and their evaluation, as rules need it.

use std::sync::Arc;

use model::store::Queryable;
use model::{Cancel, Labels, Timestamp, error_chain};
use promql::{Engine, MetricNames, Query, QueryOptions, Value};

/// A parsed expression. Two are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Expr {
    query: Arc<Query>,
}

impl Expr {
    /// Parses an expression; the error says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        match Query::parse(text) {
            Ok(query) => Ok(Self { query: Arc::new(query) }),
            Err(error) => Err(format!("cannot parse the expression: {error}")),
        }
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        self.query.text()
    }

    /// The metrics it reads.
    pub fn metric_names(&self) -> MetricNames {
        self.query.metric_names()
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// Series with one value each.
pub(crate) type Vector = Vec<(Labels, f64)>;

/// Evaluates expressions at one time. May block on disk.
pub(crate) trait Evaluate: Send + Sync {
    /// The value of the expression, or why it has none, for people. `cancel` is raised when nobody waits for it
    /// any more.
    fn evaluate(&self, expr: &Expr, at: Timestamp, cancel: &Cancel) -> Result<Vector, String>;
}

/// The PromQL engine over the store.
pub(crate) struct StoreEvaluator {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Queryable>,
}

impl Evaluate for StoreEvaluator {
    fn evaluate(&self, expr: &Expr, at: Timestamp, cancel: &Cancel) -> Result<Vector, String> {
        let options = QueryOptions::new(cancel);
        let answer =
            self.engine.instant(&*self.store, &expr.query, at, &options).map_err(|e| error_chain(&e))?;
        match answer.value {
            Value::Vector(series) => {
                Ok(series.into_iter().map(|series| (series.labels, series.sample.value)).collect())
            }
            Value::Scalar(sample) => Ok(vec![(Labels::empty(), sample.value)]),
            Value::Text { .. } | Value::Matrix(_) => {
                Err("a rule's result must be a vector or a scalar".to_owned())
            }
        }
    }
}
