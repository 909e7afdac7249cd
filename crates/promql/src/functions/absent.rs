//! Functions that say what is not there.

use std::collections::BTreeMap;

use model::{Labels, LabelsBuilder, METRIC_NAME, MatchOp};

use crate::eval::{ABSENT, Column, Data, Evaluation, Steps, is_absent};
use crate::plan::{Call, Node, Selector};
use crate::{Kind, QueryError};

/// 1 at steps where the vector is empty.
pub(super) fn absent(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Data, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Vector) else { return Ok(Data::Vector(Vec::new())) };
    let mut present = vec![false; steps.count];
    for column in evaluation.eval_vector(arg, steps)? {
        evaluation.effort.spend(steps.count)?;
        for (present, value) in present.iter_mut().zip(&column.values) {
            *present |= !is_absent(*value);
        }
    }
    Ok(Data::Vector(vec![where_missing(arg, &present)]))
}

/// 1 at steps where the window of every series is empty.
pub(super) fn absent_over_time(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Matrix) else { return Ok(Data::Vector(Vec::new())) };
    let matrix = evaluation.eval_matrix(arg, steps)?;
    let mut present = vec![false; steps.count];
    evaluation
        .each_window(&matrix, steps, &[], |_, index, window| present[index] |= !window.values.is_empty())?;
    Ok(Data::Vector(vec![where_missing(arg, &present)]))
}

fn where_missing(arg: &Node, present: &[bool]) -> Column {
    let labels = match arg.unwrapped() {
        Node::Select(selector) | Node::Range { selector, .. } => labels_asked_for(selector),
        _ => Labels::empty(),
    };
    Column { labels, values: present.iter().map(|present| if *present { ABSENT } else { 1.0 }).collect() }
}

/// The labels that a selector asks for by a single matcher for equality.
fn labels_asked_for(selector: &Selector) -> Labels {
    let mut asked: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for matcher in selector.matchers.iter().filter(|matcher| matcher.name() != METRIC_NAME) {
        let first = !asked.contains_key(matcher.name());
        let value = (matcher.op() == MatchOp::Equal && first).then(|| matcher.value());
        asked.insert(matcher.name(), value);
    }
    let mut labels = LabelsBuilder::new();
    for (name, value) in asked {
        labels.set(name, value.unwrap_or(""));
    }
    labels.build()
}
