//! The evaluation of queries: its parameters and its two entry points.

use model::store::Queryable;
use model::{Cancel, Duration, Timestamp};

use crate::eval::Evaluation;
use crate::{Answer, ExecutionError, Kind, Query, QueryError};

/// What holds for all evaluations unless one says otherwise.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// How far back an instant selector looks for a sample.
    pub lookback: Duration,
    /// How many samples one evaluation may hold at once.
    pub max_samples: u64,
    /// The step of subqueries that name none.
    pub subquery_step: Duration,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            lookback: Duration::from_secs(300),
            max_samples: 50_000_000,
            subquery_step: Duration::from_secs(60),
        }
    }
}

/// What holds for one evaluation.
#[derive(Clone, Debug)]
pub struct QueryOptions<'a> {
    /// Replaces the engine's lookback.
    pub lookback: Option<Duration>,
    /// Replaces the engine's limit on samples.
    pub max_samples: Option<u64>,
    /// Raised when the answer is no longer wanted.
    pub cancel: &'a Cancel,
}

impl<'a> QueryOptions<'a> {
    /// The engine's options.
    pub const fn new(cancel: &'a Cancel) -> Self {
        Self { lookback: None, max_samples: None, cancel }
    }
}

/// The times at which a range evaluation evaluates: `start`, then every `step` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeSteps {
    /// The first time.
    pub start: Timestamp,
    /// No time is later than this.
    pub end: Timestamp,
    /// Between two times; not zero.
    pub step: Duration,
}

/// Evaluates queries. It has no state beside its options, so one engine serves all threads.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: EngineOptions,
}

impl Engine {
    /// An engine with these options.
    pub const fn new(options: EngineOptions) -> Self {
        Self { options }
    }

    /// The options the engine was made with.
    pub const fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// The value of the query at one time.
    pub fn instant(
        &self,
        store: &dyn Queryable,
        query: &Query,
        at: Timestamp,
        options: &QueryOptions<'_>,
    ) -> Result<Answer, QueryError> {
        let steps = RangeSteps { start: at, end: at, step: Duration::from_millis(1) };
        Evaluation::new(store, &self.options, options, steps)?.instant(&query.root)
    }

    /// The values of the query at all times of the range, as a matrix. Only scalars and instant vectors can be
    /// evaluated so. The number of steps is bounded by the limit on samples alone.
    pub fn range(
        &self,
        store: &dyn Queryable,
        query: &Query,
        range: RangeSteps,
        options: &QueryOptions<'_>,
    ) -> Result<Answer, QueryError> {
        match query.kind() {
            Kind::Scalar | Kind::Vector => {}
            kind => return Err(ExecutionError::NotRangeable(kind).into()),
        }
        Evaluation::new(store, &self.options, options, range)?.range(&query.root)
    }
}
