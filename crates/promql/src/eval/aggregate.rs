//! Aggregations: one value per group and step, or a choice of the group's series.

use model::{Labels, LabelsBuilder, format_value};

use super::grouping::Groups;
use super::{ABSENT, Column, Evaluation, Steps, is_absent, merge_same_labels};
use crate::functions::quantile_of;
use crate::functions::summation::{mean_of, sum_of};
use crate::functions::{replaces_max, replaces_min};
use crate::operators::AggregationOp;
use crate::plan::{Aggregate, Node};
use crate::{ExecutionError, QueryError};

mod choice;

impl Evaluation<'_> {
    pub(super) fn eval_aggregate(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        match aggregate.op {
            AggregationOp::Avg => self.reduce(aggregate, steps, |values| mean_of(values.iter().copied())),
            AggregationOp::Count => self.reduce(aggregate, steps, |values| values.len() as f64),
            AggregationOp::Group => self.reduce(aggregate, steps, |_| 1.0),
            AggregationOp::Max => self.reduce(aggregate, steps, |values| best_of(values, replaces_max)),
            AggregationOp::Min => self.reduce(aggregate, steps, |values| best_of(values, replaces_min)),
            AggregationOp::Stddev => self.reduce(aggregate, steps, |values| variance(values).sqrt()),
            AggregationOp::Stdvar => self.reduce(aggregate, steps, |values| variance(values)),
            AggregationOp::Sum => self.reduce(aggregate, steps, |values| sum_of(values.iter().copied())),
            AggregationOp::Quantile => self.quantile(aggregate, steps),
            AggregationOp::CountValues => self.count_values(aggregate, steps),
            AggregationOp::Topk | AggregationOp::Bottomk | AggregationOp::Limitk => {
                self.choose_k(aggregate, steps)
            }
            AggregationOp::LimitRatio => self.limit_ratio(aggregate, steps),
        }
    }

    fn reduce(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
        f: fn(&mut [f64]) -> f64,
    ) -> Result<Vec<Column>, QueryError> {
        self.reduce_steps(aggregate, steps, |_, values| f(values))
    }

    /// One column per group from the values that its series have at each step.
    fn reduce_steps(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
        f: impl Fn(usize, &mut [f64]) -> f64,
    ) -> Result<Vec<Column>, QueryError> {
        let columns = self.eval_vector(&aggregate.expr, steps)?;
        let groups = Groups::of(&columns, &aggregate.grouping);
        self.budget.charge(groups.groups.len().saturating_mul(steps.count))?;
        let mut reduced = Vec::with_capacity(groups.groups.len());
        let mut gathered = Vec::new();
        for (labels, members) in groups.groups {
            self.check_cancel()?;
            let mut at = |index: usize| {
                gathered.clear();
                let values = members.iter().map(|member| columns[*member].values[index]);
                gathered.extend(values.filter(|value| !is_absent(*value)));
                if gathered.is_empty() { ABSENT } else { f(index, &mut gathered) }
            };
            let values = (0..steps.count).map(&mut at).collect();
            reduced.push(Column { labels, values });
        }
        Ok(reduced)
    }

    fn quantile(&mut self, aggregate: &Aggregate, steps: Steps) -> Result<Vec<Column>, QueryError> {
        let quantiles = self.param(aggregate, steps)?;
        let position = aggregate.param.as_ref().and_then(Node::position).or(aggregate.position);
        for quantile in quantiles.iter().filter(|quantile| !(0.0..=1.0).contains(*quantile)) {
            self.notes.invalid_quantile(*quantile, position);
        }
        self.reduce_steps(aggregate, steps, |index, values| quantile_of(quantiles[index], values))
    }

    /// The scalar parameter at each step.
    fn param(&mut self, aggregate: &Aggregate, steps: Steps) -> Result<Vec<f64>, QueryError> {
        match &aggregate.param {
            Some(param) => self.eval_scalar(param, steps),
            None => Ok(vec![f64::NAN; steps.count]),
        }
    }

    fn count_values(&mut self, aggregate: &Aggregate, steps: Steps) -> Result<Vec<Column>, QueryError> {
        let label = match aggregate.param.as_ref().map(Node::unwrapped) {
            Some(Node::Text(label)) if !label.is_empty() => label.as_str(),
            Some(Node::Text(label)) => return Err(ExecutionError::InvalidValueLabel(label.clone()).into()),
            _ => "",
        };
        let columns = self.eval_vector(&aggregate.expr, steps)?;
        let mut counts = Vec::new();
        for (labels, members) in Groups::of(&columns, &aggregate.grouping).groups {
            self.check_cancel()?;
            for member in members {
                for (index, value) in columns[member].values.iter().enumerate() {
                    if !is_absent(*value) {
                        counts.push((with_value(&labels, label, *value), index));
                    }
                }
            }
        }
        self.counted(counts, steps)
    }

    /// One column per distinct labels; its value at a step is how often labels and step occur.
    fn counted(&mut self, counts: Vec<(Labels, usize)>, steps: Steps) -> Result<Vec<Column>, QueryError> {
        let mut columns: Vec<Column> = Vec::new();
        let mut places = ahash::AHashMap::new();
        for (labels, index) in counts {
            let place = match places.get(&labels) {
                Some(place) => *place,
                None => {
                    self.budget.charge(steps.count)?;
                    columns.push(Column::absent(labels.clone(), steps.count));
                    places.insert(labels, columns.len() - 1);
                    columns.len() - 1
                }
            };
            let count = &mut columns[place].values[index];
            *count = if is_absent(*count) { 1.0 } else { *count + 1.0 };
        }
        Ok(merge_same_labels(columns)?)
    }
}

fn with_value(labels: &Labels, label: &str, value: f64) -> Labels {
    let mut builder: LabelsBuilder = labels.to_builder();
    builder.set(label, &format_value(value));
    builder.build()
}

fn best_of(values: &[f64], replaces: fn(f64, f64) -> bool) -> f64 {
    let better = |best, value| if replaces(best, value) { value } else { best };
    values.iter().copied().reduce(better).unwrap_or(f64::NAN)
}

/// Population variance by Welford's method.
fn variance(values: &[f64]) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        let delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }
    squares / count
}
