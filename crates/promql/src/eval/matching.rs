//! Binary operators on two vectors: which series meet, and what labels the result has.

use std::collections::HashMap;

use ahash::RandomState;
use model::Labels;

use super::binary::{apply, drops_name};
use super::column::weight;
use super::grouping::Groups;
use super::{ABSENT, Column, Evaluation, Steps, is_absent, merge_same_labels};
use crate::operators::BinaryOp;
use crate::plan::{Binary, Cardinality, LabelSet};
use crate::{ExecutionError, QueryError};

impl Evaluation<'_> {
    pub(super) fn match_vectors(
        &mut self,
        binary: &Binary,
        lhs: Vec<Column>,
        rhs: Vec<Column>,
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        let columns = match binary.op {
            BinaryOp::And => self.masked(lhs, &rhs, binary, steps, true)?,
            BinaryOp::Unless => self.masked(lhs, &rhs, binary, steps, false)?,
            BinaryOp::Or => {
                let more = self.masked(rhs, &lhs, binary, steps, false)?;
                lhs.into_iter().chain(more).collect()
            }
            BinaryOp::Arithmetic(_) | BinaryOp::Comparison(_) => self.pair(binary, &lhs, &rhs, steps)?,
        };
        merge_same_labels(&mut self.effort, columns)
    }

    fn pair(
        &mut self,
        binary: &Binary,
        lhs: &[Column],
        rhs: &[Column],
        steps: Steps,
    ) -> Result<Vec<Column>, QueryError> {
        let swapped = binary.matching.cardinality == Cardinality::OneToMany;
        let (many, one) = if swapped { (rhs, lhs) } else { (lhs, rhs) };
        let one_groups = Groups::of(one, &binary.matching.labels);
        let many_groups = Groups::of(many, &binary.matching.labels);
        self.refuse_duplicates(&one_groups, one, many, swapped, steps)?;
        let mut pairs = Pairs { binary, swapped, columns: Vec::new(), taken: HashMap::default() };
        for (column, group) in many.iter().zip(&many_groups.of_column) {
            for partner in one_groups.members(&many_groups.groups[*group].0) {
                self.effort.spend(steps.count)?;
                // Beside its values, a result has labels of its own and marks of the steps it takes.
                self.budget.charge(steps.count.saturating_add(steps.count / 8))?;
                let labels = pairs.add(*group, column, &one[*partner])?;
                self.budget.charge(labels)?;
            }
        }
        Ok(pairs.columns)
    }
    /// Columns kept at steps where their group has (or has not) a value among the others.
    fn masked(
        &mut self,
        columns: Vec<Column>,
        others: &[Column],
        binary: &Binary,
        steps: Steps,
        keep_if_present: bool,
    ) -> Result<Vec<Column>, QueryError> {
        let set = &binary.matching.labels;
        let other_groups = Groups::of(others, set);
        let groups = Groups::of(&columns, set);
        let mut present = Vec::with_capacity(groups.groups.len());
        for (labels, _) in &groups.groups {
            present.push(self.presence(others, other_groups.members(labels), steps.count)?);
        }
        let mut masked = Vec::with_capacity(columns.len());
        for (mut column, group) in columns.into_iter().zip(&groups.of_column) {
            self.effort.spend(steps.count)?;
            for (value, present) in column.values.iter_mut().zip(&present[*group]) {
                if *present != keep_if_present {
                    *value = ABSENT;
                }
            }
            masked.extend((!column.is_empty()).then_some(column));
        }
        Ok(masked)
    }

    /// At which steps any of the members has a value.
    fn presence(
        &mut self,
        columns: &[Column],
        members: &[usize],
        count: usize,
    ) -> Result<Vec<bool>, QueryError> {
        self.budget.charge(count / 8)?;
        let mut present = vec![false; count];
        for member in members {
            self.effort.spend(count)?;
            for (present, value) in present.iter_mut().zip(&columns[*member].values) {
                *present |= !is_absent(*value);
            }
        }
        Ok(present)
    }

    /// Fails if at some step two series of the "one" side are in the same group, unless a side is empty there.
    fn refuse_duplicates(
        &mut self,
        groups: &Groups,
        one: &[Column],
        many: &[Column],
        swapped: bool,
        steps: Steps,
    ) -> Result<(), QueryError> {
        let crowded = || groups.groups.iter().filter(|(_, members)| members.len() > 1);
        if crowded().next().is_none() {
            return Ok(());
        }
        let everyone: Vec<usize> = (0..many.len()).collect();
        let many_present = self.presence(many, &everyone, steps.count)?;
        for (labels, members) in crowded() {
            for index in (0..steps.count).filter(|index| many_present[*index]) {
                self.effort.spend(members.len())?;
                let mut there = members.iter().map(|member| &one[*member]);
                let mut next = || there.find(|column| !is_absent(column.values[index]));
                if let (Some(first), Some(second)) = (next(), next()) {
                    return Err(duplicate(labels, swapped, first, second).into());
                }
            }
        }
        Ok(())
    }
}

fn duplicate(group: &Labels, swapped: bool, first: &Column, second: &Column) -> ExecutionError {
    ExecutionError::DuplicateMatch {
        group: in_braces(group),
        side: if swapped { "left" } else { "right" },
        first: in_braces(&second.labels),
        second: in_braces(&first.labels),
    }
}

/// All labels in braces, the metric's name among them, as Prometheus's error messages have it.
fn in_braces(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// The columns of pairs so far.
struct Pairs<'a> {
    binary: &'a Binary,
    /// The "many" side is the right one.
    swapped: bool,
    columns: Vec<Column>,
    /// At which steps a group has a result of these labels. Without grouping, a group may have but one result at
    /// a step, whatever its labels, so that the labels are left out here.
    taken: HashMap<(usize, Labels), Vec<bool>, RandomState>,
}

impl Pairs<'_> {
    /// Adds a pair; gives what its labels cost the budget.
    fn add(&mut self, group: usize, many: &Column, one: &Column) -> Result<usize, ExecutionError> {
        let labels = self.result_labels(&many.labels, &one.labels);
        let one_to_one = self.binary.matching.cardinality == Cardinality::OneToOne;
        let key = if one_to_one { Labels::empty() } else { labels.clone() };
        let values: Vec<f64> =
            many.values.iter().zip(&one.values).map(|(many, one)| self.value(*many, *one)).collect();
        let taken = self.taken.entry((group, key)).or_insert_with(|| vec![false; values.len()]);
        let steps = taken.iter_mut().zip(&values).filter(|(_, value)| !is_absent(**value));
        for (taken, _) in steps {
            if *taken {
                return Err(match one_to_one {
                    true => ExecutionError::ImplicitManyToOne,
                    false => ExecutionError::AmbiguousGrouping,
                });
            }
            *taken = true;
        }
        let weight = weight(&labels);
        self.columns.push(Column { labels, values });
        Ok(weight)
    }

    fn value(&self, many: f64, one: f64) -> f64 {
        if is_absent(many) || is_absent(one) {
            return ABSENT;
        }
        let (lhs, rhs) = if self.swapped { (one, many) } else { (many, one) };
        apply(self.binary.op, self.binary.bool_result, lhs, rhs).unwrap_or(ABSENT)
    }

    fn result_labels(&self, many: &Labels, one: &Labels) -> Labels {
        let matching = &self.binary.matching;
        let mut labels = if drops_name(self.binary) { many.without_metric_name() } else { many.clone() };
        if matching.cardinality == Cardinality::OneToOne {
            labels = match &matching.labels {
                LabelSet::Only(names) => labels.retain(|name| names.iter().any(|wanted| wanted == name)),
                LabelSet::Without(names) => labels.retain(|name| !names.iter().any(|other| other == name)),
            };
        }
        if matching.include.is_empty() {
            return labels;
        }
        let mut builder = labels.to_builder();
        for name in &matching.include {
            builder.set(name, one.get(name).unwrap_or(""));
        }
        builder.build()
    }
}
