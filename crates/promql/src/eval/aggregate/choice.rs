//! Aggregations that choose some series of each group and keep their labels: `topk`, `bottomk`, `limitk`,
//! `limit_ratio`.

use std::cmp::Ordering;

use super::super::grouping::Groups;
use super::super::{ABSENT, Column, Evaluation, Steps, is_absent};
use crate::functions::{ascending, descending};
use crate::operators::AggregationOp;
use crate::plan::{Aggregate, Node};
use crate::{ExecutionError, QueryError};

/// Two to the power 63: the first number beyond Prometheus's parameters.
const PARAMETER_END: f64 = 9_223_372_036_854_775_808.0;

impl Evaluation<'_> {
    pub(super) fn choose_k(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        let wanted = self.param(aggregate, steps)?;
        let columns = self.eval_vector(&aggregate.expr, steps)?;
        if wanted.iter().copied().fold(f64::NEG_INFINITY, f64::max) < 1.0
            && !wanted.iter().any(|k| k.is_nan())
        {
            return Ok(Vec::new());
        }
        check_counts(&wanted)?;
        let compare = match aggregate.op {
            AggregationOp::Topk => descending,
            AggregationOp::Bottomk => ascending,
            _ => |_, _| Ordering::Equal,
        };
        let mut chosen = Chosen::new(&columns, steps);
        for (_, members) in &Groups::of(&columns, &aggregate.grouping).groups {
            self.check_cancel()?;
            for (index, wanted) in wanted.iter().enumerate() {
                let mut ranked = present(&columns, members, index);
                ranked.sort_by(|a, b| compare(columns[*a].values[index], columns[*b].values[index]));
                ranked.truncate(if *wanted < 1.0 { 0 } else { *wanted as usize });
                chosen.keep(&columns, &ranked, index);
            }
        }
        Ok(chosen.into_columns())
    }

    /// A series is chosen by the hash of its labels, so that a ratio and its negative complement divide the
    /// series between them.
    pub(super) fn limit_ratio(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        let mut ratios = self.param(aggregate, steps)?;
        let position = aggregate.param.as_ref().and_then(Node::position).or(aggregate.position);
        for ratio in &mut ratios {
            if ratio.is_nan() {
                return Err(ExecutionError::RatioNan.into());
            }
            let capped = ratio.clamp(-1.0, 1.0);
            if capped != *ratio {
                self.notes.invalid_ratio(*ratio, capped, position);
                *ratio = capped;
            }
        }
        let mut columns = self.eval_vector(&aggregate.expr, steps)?;
        for column in &mut columns {
            let share = column.labels.fingerprint() as f64 / u64::MAX as f64;
            for (value, ratio) in column.values.iter_mut().zip(&ratios) {
                let inside = if *ratio >= 0.0 { share < *ratio } else { share >= 1.0 + ratio };
                if !inside {
                    *value = ABSENT;
                }
            }
        }
        columns.retain(|column| !column.is_empty());
        Ok(columns)
    }
}

fn check_counts(wanted: &[f64]) -> Result<(), ExecutionError> {
    for wanted in wanted.iter().copied() {
        if wanted.is_nan() {
            return Err(ExecutionError::ParameterNan);
        }
        if wanted >= PARAMETER_END {
            return Err(ExecutionError::ParameterOverflow(wanted));
        }
        if wanted <= -PARAMETER_END {
            return Err(ExecutionError::ParameterUnderflow(wanted));
        }
    }
    Ok(())
}

/// The members that have a value at a step.
fn present(columns: &[Column], members: &[usize], index: usize) -> Vec<usize> {
    members.iter().copied().filter(|member| !is_absent(columns[*member].values[index])).collect()
}

/// The series chosen so far, in the order in which they were chosen first: for an instant vector, that is the
/// order of the answer.
struct Chosen {
    columns: Vec<Option<Column>>,
    order: Vec<usize>,
    count: usize,
}

impl Chosen {
    fn new(columns: &[Column], steps: Steps) -> Self {
        Self { columns: vec![None; columns.len()], order: Vec::new(), count: steps.count }
    }

    fn keep(&mut self, from: &[Column], members: &[usize], index: usize) {
        for member in members {
            let source = &from[*member];
            let target = self.columns[*member].get_or_insert_with(|| {
                self.order.push(*member);
                Column::absent(source.labels.clone(), self.count)
            });
            target.values[index] = source.values[index];
        }
    }

    fn into_columns(mut self) -> Vec<Column> {
        self.order.iter().filter_map(|member| self.columns[*member].take()).collect()
    }
}
