//! Functions that put the series of an instant vector in order. Over a range they change nothing, for each step
//! has an order of its own and the answer is sorted by labels.

use std::cmp::Ordering;

use model::Labels;

use crate::eval::{Column, Data, Evaluation, Steps};
use crate::plan::{Call, Node};
use crate::{Kind, QueryError};

pub(super) fn sort(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Data, QueryError> {
    by_value(evaluation, call, steps, ascending)
}

pub(super) fn sort_desc(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    by_value(evaluation, call, steps, descending)
}

/// Least first; what is not a number comes last.
pub(crate) fn ascending(a: f64, b: f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

/// Greatest first; what is not a number comes last.
pub(crate) fn descending(a: f64, b: f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(b.partial_cmp(&a).unwrap_or(Ordering::Equal))
}

fn by_value(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
    compare: fn(f64, f64) -> Ordering,
) -> Result<Data, QueryError> {
    let mut columns = operand(evaluation, call, steps)?;
    if steps.count == 1 {
        let value = |column: &Column| column.values.first().copied().unwrap_or(f64::NAN);
        evaluation.effort.sort_by(&mut columns, |a, b| compare(value(a), value(b)))?;
    }
    Ok(Data::Vector(columns))
}

pub(super) fn sort_by_label(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let mut columns = operand(evaluation, call, steps)?;
    evaluation.effort.sort_by(&mut columns, |a, b| by_labels(call, &a.labels, &b.labels))?;
    Ok(Data::Vector(columns))
}

pub(super) fn sort_by_label_desc(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let mut columns = operand(evaluation, call, steps)?;
    evaluation.effort.sort_by(&mut columns, |a, b| by_labels(call, &b.labels, &a.labels))?;
    Ok(Data::Vector(columns))
}

fn operand(evaluation: &mut Evaluation<'_>, call: &Call, steps: Steps) -> Result<Vec<Column>, QueryError> {
    match Evaluation::arg_of_kind(call, Kind::Vector) {
        Some(arg) => evaluation.eval_vector(arg, steps),
        None => Ok(Vec::new()),
    }
}

/// By the named labels in turn, then by all labels.
fn by_labels(call: &Call, a: &Labels, b: &Labels) -> Ordering {
    let names = call.args.iter().filter_map(|arg| match arg {
        Node::Text(name) => Some(name.as_str()),
        _ => None,
    });
    let differing = names
        .map(|name| natural(a.get(name).unwrap_or(""), b.get(name).unwrap_or("")))
        .find(|ordering| ordering.is_ne());
    differing.unwrap_or_else(|| a.cmp(b))
}

/// Text order in which runs of digits count as numbers, so that `cpu9` comes before `cpu10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (head_a, rest_a) = split_run(a);
        let (head_b, rest_b) = split_run(b);
        let ordering = match (digits(head_a), digits(head_b)) {
            (Some(x), Some(y)) => x.len().cmp(&y.len()).then(x.cmp(y)).then(head_a.cmp(head_b)),
            _ => head_a.cmp(head_b),
        };
        if ordering.is_ne() || head_a.is_empty() {
            return ordering;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The longest start that is all digits or has none, and the rest.
fn split_run(text: &str) -> (&str, &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let starts_with_digit = text.starts_with(is_digit);
    let end = text.find(|c: char| is_digit(c) != starts_with_digit).unwrap_or(text.len());
    text.split_at(end)
}

/// The number's digits without leading zeros, if it is a number.
fn digits(run: &str) -> Option<&str> {
    run.starts_with(|c: char| c.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_compare_as_numbers() {
        #[track_caller]
        fn f(a: &str, b: &str, want: Ordering) {
            assert_eq!(natural(a, b), want);
        }
        f("cpu9", "cpu10", Ordering::Less);
        f("1.10.2", "1.9.30", Ordering::Greater);
        f("a", "a1", Ordering::Less);
        f("", "", Ordering::Equal);
        f("x01", "x1", Ordering::Less);
    }
}
