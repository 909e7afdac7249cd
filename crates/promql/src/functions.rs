//! The function table: one row per function. Type checks, the evaluator, completion and the reference page all
//! read these rows.

use std::fmt;

use crate::eval::{Data, Evaluation, Steps, Window};
use crate::plan::Call;
use crate::{Kind, QueryError};

mod absent;
mod date;
mod histogram;
mod label;
mod math;
mod ordering;
mod over_time;
mod rate;
mod regression;
mod step;
pub(crate) mod summation;
mod table;

pub(crate) use ordering::{ascending, descending};
pub(crate) use over_time::{quantile_of, replaces_max, replaces_min};

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// The type of its value.
    pub returns: Kind,
    /// Whether the series it gives keep their metric's name.
    pub keeps_metric_name: bool,
    /// Whether its value may change from step to step even where its arguments do not.
    pub reads_step_time: bool,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// An expression that uses it.
    pub example: &'static str,
    pub(crate) eval: Eval,
}

/// An argument of a function.
#[derive(Debug)]
pub struct Arg {
    /// Its name, for people.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it must be given.
    pub presence: Presence,
}

/// How often an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Exactly once.
    Required,
    /// At most once.
    Optional,
    /// Any number of times; only the last argument.
    Repeated,
}

/// How a function is evaluated.
#[derive(Clone, Copy)]
pub(crate) enum Eval {
    /// Each value of the vector.
    Math(fn(f64) -> f64),
    /// Each value of the vector, with the scalar arguments of the step; `None` drops the series there.
    Value(fn(f64, &[f64]) -> Option<f64>),
    /// Each window of the matrix, which holds at least one sample.
    Window(fn(&Window<'_>) -> Option<f64>),
    /// The same, with a remark if the metric is not named like a counter.
    CounterWindow(fn(&Window<'_>) -> Option<f64>),
    /// The whole call, for all steps.
    Whole(fn(&mut Evaluation<'_>, &Call, Steps) -> Result<Data, QueryError>),
}

impl fmt::Debug for Eval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Math(_) => "Math",
            Self::Value(_) => "Value",
            Self::Window(_) => "Window",
            Self::CounterWindow(_) => "CounterWindow",
            Self::Whole(_) => "Whole",
        })
    }
}

impl Function {
    /// The argument that stands at `index` of a call.
    pub(crate) fn arg(&self, index: usize) -> Option<&Arg> {
        self.args.get(index).or_else(|| self.args.last().filter(|arg| arg.presence == Presence::Repeated))
    }
}

/// All functions, sorted by name.
pub fn functions() -> &'static [Function] {
    table::FUNCTIONS
}

/// The function of this name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    let index = functions().binary_search_by(|function| function.name.cmp(name)).ok()?;
    functions().get(index)
}

#[cfg(test)]
mod tests;
