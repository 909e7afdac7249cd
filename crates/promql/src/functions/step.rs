//! Functions of the step itself, and those that turn scalars into vectors and back.

use model::Labels;

use crate::eval::{Column, Data, Evaluation, Steps, is_absent};
use crate::plan::{Call, Node};
use crate::{Kind, QueryError};

pub(super) fn time(_: &mut Evaluation<'_>, _: &Call, steps: Steps) -> Result<Data, QueryError> {
    Ok(Data::Scalar(steps.times().map(|time_ms| time_ms as f64 / 1000.0).collect()))
}

pub(super) fn pi(_: &mut Evaluation<'_>, _: &Call, steps: Steps) -> Result<Data, QueryError> {
    Ok(Data::Scalar(vec![std::f64::consts::PI; steps.count]))
}

/// The time of the sample that a selector finds; of anything else, the time of the step.
pub(super) fn timestamp(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Vector) else { return Ok(Data::Vector(Vec::new())) };
    let mut columns = match arg.unwrapped() {
        Node::Select(selector) => evaluation.select_times(selector, steps)?,
        other => {
            let mut columns = evaluation.eval_vector(other, steps)?;
            columns.iter_mut().for_each(|column| set_to_step_time(column, steps));
            columns
        }
    };
    for column in &mut columns {
        evaluation.effort.spend(column.values.len())?;
        column.labels = column.labels.without_metric_name();
    }
    Ok(Data::Vector(crate::eval::merge_same_labels(&mut evaluation.effort, columns)?))
}

fn set_to_step_time(column: &mut Column, steps: Steps) {
    for (value, time_ms) in column.values.iter_mut().zip(steps.times()) {
        if !is_absent(*value) {
            *value = time_ms as f64 / 1000.0;
        }
    }
}

/// The one value of a vector, or not a number if there are none or several.
pub(super) fn scalar(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Data, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Vector) else { return Ok(Data::Vector(Vec::new())) };
    let columns = evaluation.eval_vector(arg, steps)?;
    let mut values = Vec::with_capacity(steps.count);
    for index in 0..steps.count {
        evaluation.effort.spend(columns.len())?;
        let mut there = columns.iter().map(|column| column.values[index]).filter(|value| !is_absent(*value));
        values.push(match (there.next(), there.next()) {
            (Some(value), None) => value,
            _ => f64::NAN,
        });
    }
    Ok(Data::Scalar(values))
}

/// A vector with one series without labels.
pub(super) fn vector(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Data, QueryError> {
    let values = evaluation.scalar_args(call, steps)?.into_iter().next().unwrap_or_default();
    Ok(Data::Vector(vec![Column { labels: Labels::empty(), values }]))
}
