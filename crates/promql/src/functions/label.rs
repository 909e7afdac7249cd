//! Functions that change labels.

use model::Labels;
use regex::Regex;

use crate::eval::{Data, Evaluation, Steps, refuse_same_labels, weight};
use crate::plan::{Call, Node};
use crate::{ExecutionError, Kind, QueryError};

/// A compiled pattern may not take more memory than this, in bytes.
const PATTERN_SIZE_MAX: usize = 4 << 20;
/// A label value made from others may be this long, in bytes.
const VALUE_BYTES_MAX: usize = 1 << 20;

/// `label_replace(v, dst, replacement, src, pattern)`
pub(super) fn label_replace(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let [target, replacement, source, pattern] = text_args(call);
    let regex = compile(pattern)?;
    if target.is_empty() {
        return Err(invalid("destination label", "label_replace", target));
    }
    relabel(evaluation, call, steps, |labels| {
        let value = labels.get(source).unwrap_or("");
        let Some(captures) = regex.captures(value) else { return Ok(labels.clone()) };
        // Each `$` may stand for the whole value.
        let references = replacement.matches('$').count();
        check_length("label_replace", replacement.len() + references * value.len())?;
        let mut replaced = String::new();
        captures.expand(replacement, &mut replaced);
        Ok(with_label(labels, target, &replaced))
    })
}

/// `label_join(v, dst, separator, src...)`
pub(super) fn label_join(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
) -> Result<Data, QueryError> {
    let [target, separator] = text_args(call);
    let sources: Vec<&str> = texts(call).skip(2).collect();
    if let Some(source) = sources.iter().find(|source| source.is_empty()) {
        return Err(invalid("source label", "label_join", source));
    }
    if target.is_empty() {
        return Err(invalid("destination label", "label_join", target));
    }
    relabel(evaluation, call, steps, |labels| {
        let values: Vec<&str> = sources.iter().map(|source| labels.get(source).unwrap_or("")).collect();
        let texts: usize = values.iter().map(|value| value.len() + separator.len()).sum();
        check_length("label_join", texts)?;
        Ok(with_label(labels, target, &values.join(separator)))
    })
}

fn texts(call: &Call) -> impl Iterator<Item = &str> {
    call.args.iter().filter_map(|arg| match arg.unwrapped() {
        Node::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// The first texts among the arguments; a missing one is empty.
fn text_args<const N: usize>(call: &Call) -> [&str; N] {
    let mut texts = texts(call);
    std::array::from_fn(|_| texts.next().unwrap_or(""))
}

fn invalid(role: &'static str, function: &'static str, name: &str) -> QueryError {
    ExecutionError::InvalidLabelName { role, function, name: name.to_owned() }.into()
}

fn compile(pattern: &str) -> Result<Regex, QueryError> {
    let builder = |text: &str| regex::RegexBuilder::new(text).size_limit(PATTERN_SIZE_MAX).build();
    builder(pattern)
        .and_then(|_| builder(&format!("^(?s:{pattern})$")))
        .map_err(|_| ExecutionError::InvalidPattern(pattern.to_owned()).into())
}

/// Fails if a value may become longer than any that is of use: nested calls could double it each time.
fn check_length(function: &'static str, bytes: usize) -> Result<(), ExecutionError> {
    if bytes > VALUE_BYTES_MAX {
        return Err(ExecutionError::LabelValueTooLong { function, limit: VALUE_BYTES_MAX });
    }
    Ok(())
}

fn with_label(labels: &Labels, name: &str, value: &str) -> Labels {
    let mut builder = labels.to_builder();
    builder.set(name, value);
    builder.build()
}

fn relabel(
    evaluation: &mut Evaluation<'_>,
    call: &Call,
    steps: Steps,
    f: impl Fn(&Labels) -> Result<Labels, ExecutionError>,
) -> Result<Data, QueryError> {
    let Some(arg) = Evaluation::arg_of_kind(call, Kind::Vector) else { return Ok(Data::Vector(Vec::new())) };
    let mut columns = evaluation.eval_vector(arg, steps)?;
    for column in &mut columns {
        evaluation.check_cancel()?;
        column.labels = f(&column.labels)?;
        evaluation.budget.charge(weight(&column.labels))?;
    }
    refuse_same_labels(&mut evaluation.effort, &columns)?;
    Ok(Data::Vector(columns))
}
