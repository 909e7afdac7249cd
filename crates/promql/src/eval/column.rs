//! Values of many steps, series by series.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ahash::RandomState;
use model::store::SeriesColumns;
use model::{Labels, STALE_NAN, is_stale_nan};

use super::{Effort, Steps};
use crate::{ExecutionError, QueryError};

/// Stands in a column where the series has no value. It is the staleness marker, which no sample that reaches a
/// column can be, and no arithmetic gives.
pub(crate) const ABSENT: f64 = STALE_NAN;

/// A sample of the budget stands for so much memory.
const BYTES_PER_SAMPLE: usize = 32;

/// Whether the series has no value here.
pub(crate) const fn is_absent(value: f64) -> bool {
    is_stale_nan(value)
}

/// The value of an expression at all steps.
#[derive(Debug)]
pub(crate) enum Data {
    /// One number per step.
    Scalar(Vec<f64>),
    Text(String),
    Vector(Vec<Column>),
}

/// One series of a vector: its value at each step, or [`ABSENT`].
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) labels: Labels,
    pub(crate) values: Vec<f64>,
}

impl Data {
    /// How many samples it holds.
    pub(crate) fn samples(&self) -> usize {
        match self {
            Self::Scalar(values) => values.len(),
            Self::Text(_) => 0,
            Self::Vector(columns) => columns.iter().map(|column| column.values.len()).sum(),
        }
    }

    /// What it costs the budget: its samples, and what the labels weigh.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Scalar(_) | Self::Text(_) => self.samples(),
            Self::Vector(columns) => {
                columns.iter().map(|column| column.values.len() + weight(&column.labels)).sum()
            }
        }
    }

    /// The same value at `count` steps; there must have been one step.
    pub(crate) fn repeated(self, count: usize) -> Self {
        let repeat = |values: &[f64]| values.first().map_or_else(Vec::new, |value| vec![*value; count]);
        match self {
            Self::Scalar(values) => Self::Scalar(repeat(&values)),
            Self::Text(text) => Self::Text(text),
            Self::Vector(columns) => Self::Vector(
                columns
                    .into_iter()
                    .map(|column| Column { values: repeat(&column.values), labels: column.labels })
                    .collect(),
            ),
        }
    }
}

impl Column {
    /// A series without any value.
    pub(crate) fn absent(labels: Labels, count: usize) -> Self {
        Self { labels, values: vec![ABSENT; count] }
    }

    /// Whether there is no value at any step.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.iter().all(|value| is_absent(*value))
    }

    /// Replaces all values that are there.
    pub(crate) fn map(&mut self, f: impl Fn(f64) -> f64) {
        for value in self.values.iter_mut().filter(|value| !is_absent(**value)) {
            *value = f(*value);
        }
    }

    /// The values that are there with their times, if any is.
    pub(crate) fn to_series(&self, steps: Steps) -> Option<SeriesColumns> {
        let there = || steps.times().zip(&self.values).filter(|(_, value)| !is_absent(**value));
        let timestamps: Vec<i64> = there().map(|(time, _)| time).collect();
        let values = there().map(|(_, value)| *value).collect();
        (!timestamps.is_empty()).then(|| SeriesColumns { labels: self.labels.clone(), timestamps, values })
    }
}

/// What labels cost the budget, in samples: what they and a column's own fields take in memory. Series shared
/// with the store are counted too, for a store may have read them from disk for this query.
pub(crate) fn weight(labels: &Labels) -> usize {
    let texts: usize = labels.iter().map(|(name, value)| 8 + name.len() + value.len()).sum();
    1 + texts / BYTES_PER_SAMPLE
}

/// Makes one column of those with the same labels, as happens when names are dropped. Two values at the same
/// step are an error.
pub(crate) fn merge_same_labels(
    effort: &mut Effort<'_>,
    columns: Vec<Column>,
) -> Result<Vec<Column>, QueryError> {
    let mut merged: Vec<Column> = Vec::with_capacity(columns.len());
    let mut places: HashMap<Labels, usize, RandomState> = HashMap::default();
    for column in columns {
        effort.spend(column.values.len())?;
        match places.entry(column.labels.clone()) {
            Entry::Vacant(place) => {
                place.insert(merged.len());
                merged.push(column);
            }
            Entry::Occupied(place) => merge_into(&mut merged[*place.get()], &column)?,
        }
    }
    Ok(merged)
}

fn merge_into(target: &mut Column, source: &Column) -> Result<(), ExecutionError> {
    for (to, from) in target.values.iter_mut().zip(&source.values) {
        match (is_absent(*to), is_absent(*from)) {
            (_, true) => {}
            (true, false) => *to = *from,
            (false, false) => return Err(ExecutionError::SameLabelset),
        }
    }
    Ok(())
}

/// Fails if two columns with values have the same labels, even if never at the same step.
pub(crate) fn refuse_same_labels(effort: &mut Effort<'_>, columns: &[Column]) -> Result<(), QueryError> {
    let mut seen: HashMap<&Labels, (), RandomState> = HashMap::default();
    for column in columns {
        effort.spend(column.values.len())?;
        if !column.is_empty() && seen.insert(&column.labels, ()).is_some() {
            return Err(ExecutionError::SameLabelset.into());
        }
    }
    Ok(())
}
