//! Aggregations: one value per group and step, or a choice of the group's series.

use ahash::AHashMap;
use model::{Labels, LabelsBuilder, format_value};

use super::column::weight;
use super::grouping::Groups;
use super::{ABSENT, Budget, Column, Evaluation, Steps, is_absent};
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
            let mut values = Vec::with_capacity(steps.count);
            for index in 0..steps.count {
                self.effort.spend(members.len())?;
                gathered.clear();
                let there = members.iter().map(|member| columns[*member].values[index]);
                gathered.extend(there.filter(|value| !is_absent(*value)));
                values.push(if gathered.is_empty() { ABSENT } else { f(index, &mut gathered) });
            }
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
        let mut counts = Counts::default();
        for (labels, members) in Groups::of(&columns, &aggregate.grouping).groups {
            counts.places_in_group.clear();
            for member in members {
                self.effort.spend(steps.count)?;
                for (index, value) in columns[member].values.iter().enumerate() {
                    if !is_absent(*value) {
                        counts.add(&mut self.budget, (&labels, label, *value), index, steps)?;
                    }
                }
            }
        }
        Ok(counts.columns)
    }
}

/// How often each value occurs at each step: one column per distinct labels.
#[derive(Default)]
struct Counts {
    columns: Vec<Column>,
    places: AHashMap<Labels, usize>,
    /// Places of the group at hand by the bits of the value, so that labels are made once per value.
    places_in_group: AHashMap<u64, usize>,
}

impl Counts {
    fn add(
        &mut self,
        budget: &mut Budget,
        (group, label, value): (&Labels, &str, f64),
        index: usize,
        steps: Steps,
    ) -> Result<(), QueryError> {
        // All that is not a number is written the same.
        let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        let place = match self.places_in_group.get(&bits) {
            Some(place) => *place,
            None => {
                let place = self.place_of(budget, with_value(group, label, value), steps)?;
                self.places_in_group.insert(bits, place);
                place
            }
        };
        let count = &mut self.columns[place].values[index];
        *count = if is_absent(*count) { 1.0 } else { *count + 1.0 };
        Ok(())
    }

    /// The column of these labels. Groups share one where the value's label replaces what told them apart.
    fn place_of(&mut self, budget: &mut Budget, labels: Labels, steps: Steps) -> Result<usize, QueryError> {
        if let Some(place) = self.places.get(&labels) {
            return Ok(*place);
        }
        budget.charge(steps.count.saturating_add(weight(&labels)))?;
        self.columns.push(Column::absent(labels.clone(), steps.count));
        self.places.insert(labels, self.columns.len() - 1);
        Ok(self.columns.len() - 1)
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
