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
        let mut columns = self.eval_vector(&aggregate.expr, steps)?;
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
        let mut chosen = Chosen::of(columns.len());
        for (_, members) in &Groups::of(&columns, &aggregate.grouping).groups {
            for (index, wanted) in wanted.iter().enumerate() {
                self.effort.spend(members.len())?;
                let mut ranked = present(&columns, members, index);
                let value = |member: &usize| columns[*member].values[index];
                self.effort.sort_by(&mut ranked, |a, b| compare(value(a), value(b)))?;
                let kept = if *wanted < 1.0 { 0 } else { (*wanted as usize).min(ranked.len()) };
                chosen.keep(&ranked[..kept]);
                ranked[kept..].iter().for_each(|member| columns[*member].values[index] = ABSENT);
            }
        }
        Ok(chosen.out_of(columns))
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
            self.effort.spend(column.values.len())?;
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

/// The series chosen at any step so far, in the order in which they were chosen first: for an instant vector,
/// that is the order of the answer.
struct Chosen {
    is_chosen: Vec<bool>,
    order: Vec<usize>,
}

impl Chosen {
    fn of(count: usize) -> Self {
        Self { is_chosen: vec![false; count], order: Vec::new() }
    }

    fn keep(&mut self, members: &[usize]) {
        for member in members {
            if !std::mem::replace(&mut self.is_chosen[*member], true) {
                self.order.push(*member);
            }
        }
    }

    fn out_of(self, columns: Vec<Column>) -> Vec<Column> {
        let mut columns: Vec<Option<Column>> = columns.into_iter().map(Some).collect();
        self.order.iter().filter_map(|member| columns[*member].take()).collect()
    }
}
