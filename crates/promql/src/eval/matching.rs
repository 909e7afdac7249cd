//! Binary operators on two vectors: which series meet, and what labels the result has.

use std::collections::HashMap;

use ahash::RandomState;
use model::Labels;

use super::binary::{apply, drops_name};
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
            BinaryOp::And => masked(lhs, &rhs, binary, steps, true),
            BinaryOp::Unless => masked(lhs, &rhs, binary, steps, false),
            BinaryOp::Or => {
                let more = masked(rhs, &lhs, binary, steps, false);
                lhs.into_iter().chain(more).collect()
            }
            BinaryOp::Arithmetic(_) | BinaryOp::Comparison(_) => self.pair(binary, &lhs, &rhs, steps)?,
        };
        Ok(merge_same_labels(columns)?)
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
        refuse_duplicates(&one_groups, one, many, swapped, steps)?;
        let mut pairs = Pairs { binary, swapped, columns: Vec::new(), taken: HashMap::default() };
        for (column, group) in many.iter().zip(&many_groups.of_column) {
            self.check_cancel()?;
            for partner in one_groups.members(&many_groups.groups[*group].0) {
                self.budget.charge(steps.count)?;
                pairs.add(*group, column, &one[*partner])?;
            }
        }
        Ok(pairs.columns)
    }
}

/// Columns kept at steps where their group has (or has not) a value among the others.
fn masked(
    columns: Vec<Column>,
    others: &[Column],
    binary: &Binary,
    steps: Steps,
    keep_if_present: bool,
) -> Vec<Column> {
    let set = &binary.matching.labels;
    let other_groups = Groups::of(others, set);
    let groups = Groups::of(&columns, set);
    let present: Vec<Vec<bool>> = groups
        .groups
        .iter()
        .map(|(labels, _)| presence(others, other_groups.members(labels), steps.count))
        .collect();
    let mask = |(mut column, group): (Column, &usize)| {
        for (value, present) in column.values.iter_mut().zip(&present[*group]) {
            if *present != keep_if_present {
                *value = ABSENT;
            }
        }
        column
    };
    let masked = columns.into_iter().zip(&groups.of_column).map(mask);
    masked.filter(|column| !column.is_empty()).collect()
}

/// At which steps any of the members has a value.
fn presence(columns: &[Column], members: &[usize], count: usize) -> Vec<bool> {
    let mut present = vec![false; count];
    for member in members {
        for (present, value) in present.iter_mut().zip(&columns[*member].values) {
            *present |= !is_absent(*value);
        }
    }
    present
}

/// Fails if at some step two series of the "one" side are in the same group, unless a side is empty there.
fn refuse_duplicates(
    groups: &Groups,
    one: &[Column],
    many: &[Column],
    swapped: bool,
    steps: Steps,
) -> Result<(), ExecutionError> {
    let crowded = || groups.groups.iter().filter(|(_, members)| members.len() > 1);
    if crowded().next().is_none() {
        return Ok(());
    }
    let everyone: Vec<usize> = (0..many.len()).collect();
    let many_present = presence(many, &everyone, steps.count);
    for (labels, members) in crowded() {
        for index in (0..steps.count).filter(|index| many_present[*index]) {
            let mut there = members.iter().map(|member| &one[*member]);
            let mut next = || there.find(|column| !is_absent(column.values[index]));
            if let (Some(first), Some(second)) = (next(), next()) {
                return Err(ExecutionError::DuplicateMatch {
                    group: in_braces(labels),
                    side: if swapped { "left" } else { "right" },
                    first: in_braces(&second.labels),
                    second: in_braces(&first.labels),
                });
            }
        }
    }
    Ok(())
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
    fn add(&mut self, group: usize, many: &Column, one: &Column) -> Result<(), ExecutionError> {
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
        self.columns.push(Column { labels, values });
        Ok(())
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
