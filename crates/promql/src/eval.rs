//! The evaluator: each node of the plan is evaluated for all steps at once.

use model::store::{Queryable, SeriesColumns};
use model::{Labels, METRIC_NAME, Sample, Timestamp};

use crate::engine::{EngineOptions, QueryOptions, RangeSteps};
use crate::notes::Notes;
use crate::plan::{At, Node, Shift};
use crate::{Answer, ExecutionError, InstantSample, QueryError, Value};

mod aggregate;
mod binary;
mod budget;
mod call;
mod column;
mod effort;
mod grouping;
mod matching;
mod matrix;
mod select;
mod steps;

pub(crate) use budget::Budget;
pub(crate) use column::{ABSENT, Column, Data, is_absent, merge_same_labels, refuse_same_labels, weight};
pub(crate) use effort::Effort;
pub(crate) use matrix::{Matrix, Window};
pub(crate) use steps::Steps;

/// One evaluation of one query.
pub(crate) struct Evaluation<'a> {
    pub(crate) store: &'a dyn Queryable,
    pub(crate) lookback_ms: i64,
    pub(crate) subquery_step_ms: i64,
    pub(crate) budget: Budget,
    pub(crate) effort: Effort<'a>,
    pub(crate) notes: Notes,
    /// All steps of the query, for `@ start()` and `@ end()`.
    pub(crate) outer: Steps,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(
        store: &'a dyn Queryable,
        engine: &EngineOptions,
        options: &QueryOptions<'a>,
        range: RangeSteps,
    ) -> Result<Self, QueryError> {
        let max = options.max_samples.unwrap_or(engine.max_samples);
        Ok(Self {
            store,
            lookback_ms: options.lookback.unwrap_or(engine.lookback).as_millis().max(1),
            subquery_step_ms: engine.subquery_step.as_millis().max(1),
            budget: Budget::new(max),
            effort: Effort::new(options.cancel),
            notes: Notes::default(),
            outer: Steps::of_range(range, max)?,
        })
    }

    /// Fails if nobody waits for the answer any more.
    pub(crate) fn check_cancel(&self) -> Result<(), QueryError> {
        self.effort.check()
    }

    pub(crate) fn instant(mut self, root: &Node) -> Result<Answer, QueryError> {
        let steps = self.outer;
        let timestamp = Timestamp::from_millis(steps.start_ms);
        let value = match root {
            Node::Range { .. } | Node::Subquery(_) => Value::Matrix(self.matrix_answer(root)?),
            other => match self.eval(other, steps)? {
                Data::Scalar(values) => {
                    let value = values.first().copied().unwrap_or(f64::NAN);
                    Value::Scalar(Sample { timestamp, value })
                }
                Data::Text(text) => Value::Text { timestamp, text },
                Data::Vector(columns) => Value::Vector(instant_samples(columns, timestamp)),
            },
        };
        Ok(self.answer(value))
    }

    pub(crate) fn range(mut self, root: &Node) -> Result<Answer, QueryError> {
        let steps = self.outer;
        let columns = match self.eval(root, steps)? {
            Data::Scalar(values) => vec![Column { labels: Labels::empty(), values }],
            Data::Vector(columns) => columns,
            Data::Text(_) => return Err(ExecutionError::NotRangeable(root.kind()).into()),
        };
        let mut series = self.series_of(columns, steps)?;
        self.effort.sort_by(&mut series, |a, b| a.labels.cmp(&b.labels))?;
        Ok(self.answer(Value::Matrix(series)))
    }

    /// The samples that are there, with their times. Columns are let go one by one.
    pub(crate) fn series_of(
        &mut self,
        columns: Vec<Column>,
        steps: Steps,
    ) -> Result<Vec<SeriesColumns>, QueryError> {
        let mut series = Vec::with_capacity(columns.len());
        for column in columns {
            self.effort.spend(steps.count)?;
            series.extend(column.to_series(steps));
        }
        Ok(series)
    }

    fn answer(self, value: Value) -> Answer {
        let (warnings, infos) = self.notes.into_lists();
        Answer { value, warnings, infos }
    }

    /// The value of a node at all steps. What it holds is charged to the budget; what its operands held is
    /// given back.
    pub(crate) fn eval(&mut self, node: &Node, steps: Steps) -> Result<Data, QueryError> {
        self.check_cancel()?;
        let used_before = self.budget.used();
        let data = self.eval_uncharged(node, steps)?;
        self.budget.reset(used_before);
        self.budget.charge(data.size())?;
        Ok(data)
    }

    fn eval_uncharged(&mut self, node: &Node, steps: Steps) -> Result<Data, QueryError> {
        match node {
            Node::Number(value) => {
                self.budget.charge(steps.count)?;
                Ok(Data::Scalar(vec![*value; steps.count]))
            }
            Node::Text(text) => Ok(Data::Text(text.clone())),
            Node::Select(selector) => self.select_instant(selector, steps).map(Data::Vector),
            Node::Range { .. } | Node::Subquery(_) => Err(ExecutionError::NotRangeable(node.kind()).into()),
            Node::Negate(inner) => {
                let data = self.eval(inner, steps)?;
                self.negate(data)
            }
            Node::Binary(binary) => self.eval_binary(binary, steps),
            Node::Aggregate(aggregate) => self.eval_aggregate(aggregate, steps).map(Data::Vector),
            Node::Call(call) => self.eval_call(call, steps),
            Node::Constant(inner) => self.eval_constant(inner, steps),
        }
    }

    fn eval_constant(&mut self, inner: &Node, steps: Steps) -> Result<Data, QueryError> {
        let once = self.eval(inner, steps.first_only())?;
        self.budget.charge(once.samples().saturating_mul(steps.count))?;
        self.effort.spend(once.samples().saturating_mul(steps.count))?;
        Ok(once.repeated(steps.count))
    }

    /// A vector; anything else has been refused by the checks of the plan.
    pub(crate) fn eval_vector(&mut self, node: &Node, steps: Steps) -> Result<Vec<Column>, QueryError> {
        match self.eval(node, steps)? {
            Data::Vector(columns) => Ok(columns),
            Data::Scalar(_) | Data::Text(_) => Ok(Vec::new()),
        }
    }

    /// One number per step; anything else has been refused by the checks of the plan.
    pub(crate) fn eval_scalar(&mut self, node: &Node, steps: Steps) -> Result<Vec<f64>, QueryError> {
        match self.eval(node, steps)? {
            Data::Scalar(values) => Ok(values),
            Data::Vector(_) | Data::Text(_) => Ok(vec![f64::NAN; steps.count]),
        }
    }

    fn negate(&mut self, data: Data) -> Result<Data, QueryError> {
        match data {
            Data::Scalar(values) => Ok(Data::Scalar(values.into_iter().map(|value| -value).collect())),
            Data::Vector(mut columns) => {
                for column in &mut columns {
                    self.effort.spend(column.values.len())?;
                    column.labels = column.labels.without_metric_name();
                    column.map(|value| -value);
                }
                refuse_same_labels(&mut self.effort, &columns)?;
                Ok(Data::Vector(columns))
            }
            text @ Data::Text(_) => Ok(text),
        }
    }

    /// The time that is read at the step of time `step_ms`.
    pub(crate) fn shifted(&self, shift: Shift, step_ms: i64) -> i64 {
        let at = match shift.at {
            None => step_ms,
            Some(At::Start) => self.outer.start_ms,
            Some(At::End) => self.outer.end_ms,
            Some(At::Millis(millis)) => millis,
        };
        at.saturating_sub(shift.offset_ms)
    }
}

fn instant_samples(columns: Vec<Column>, timestamp: Timestamp) -> Vec<InstantSample> {
    let sample = |column: Column| {
        let value = column.values.first().copied().filter(|value| !is_absent(*value))?;
        Some(InstantSample { labels: column.labels, sample: Sample { timestamp, value } })
    };
    columns.into_iter().filter_map(sample).collect()
}

/// The metric's name of a series, empty if it has none.
pub(crate) fn metric_name(labels: &Labels) -> &str {
    labels.get(METRIC_NAME).unwrap_or("")
}
