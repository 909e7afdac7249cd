//! Labels restricted to those that group or match.

use std::collections::HashMap;

use ahash::RandomState;
use model::{Labels, METRIC_NAME};

use super::Column;
use crate::plan::LabelSet;

/// The labels by which series are grouped or matched.
pub(super) fn group_labels(labels: &Labels, set: &LabelSet) -> Labels {
    match set {
        LabelSet::Only(names) => labels.retain(|name| names.iter().any(|wanted| wanted == name)),
        LabelSet::Without(names) => {
            labels.retain(|name| name != METRIC_NAME && !names.iter().any(|unwanted| unwanted == name))
        }
    }
}

/// Columns with the same group labels, by their indices; groups in the order of their first column.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) groups: Vec<(Labels, Vec<usize>)>,
    /// The group of each column.
    pub(super) of_column: Vec<usize>,
    places: HashMap<Labels, usize, RandomState>,
}

impl Groups {
    pub(super) fn of(columns: &[Column], set: &LabelSet) -> Self {
        let mut this = Self { groups: Vec::new(), of_column: Vec::new(), places: HashMap::default() };
        for (index, column) in columns.iter().enumerate() {
            let labels = group_labels(&column.labels, set);
            let place = *this.places.entry(labels.clone()).or_insert_with(|| {
                this.groups.push((labels, Vec::new()));
                this.groups.len() - 1
            });
            this.groups[place].1.push(index);
            this.of_column.push(place);
        }
        this
    }

    /// The columns of a group; none if there is no such group.
    pub(super) fn members(&self, labels: &Labels) -> &[usize] {
        self.places.get(labels).map_or(&[], |place| &self.groups[*place].1)
    }
}
