//! The tree of a template.

use std::collections::HashMap;

use super::functions::Function;
use super::value::Value;

/// A template and those it defines.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    pub(super) body: Vec<Node>,
    /// Bodies of `{{ define "name" }}`.
    pub(super) defined: HashMap<String, Vec<Node>>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Text as it is.
    Text(String),
    /// `{{ pipeline }}`: printed, unless it declares or sets a variable.
    Action(Pipeline),
    /// `{{ if }} ... {{ else if }} ... {{ else }} ... {{ end }}`, as nested choices.
    If(Choice),
    /// `{{ with }} ... {{ else }} ... {{ end }}`.
    With(Choice),
    /// `{{ range }} ... {{ else }} ... {{ end }}`.
    Range(Choice),
    /// `{{ template "name" pipeline }}`.
    Template(String, Option<Pipeline>),
    Break,
    Continue,
}

/// A pipeline that decides between two bodies.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) pipeline: Pipeline,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// Commands of which each gets the value of the one before as its last argument.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    /// Variables that get the value: one, or two in a `range`.
    pub(super) variables: Vec<String>,
    /// Whether they must exist already (`=`) or come into being (`:=`).
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// An operand, or a function with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) operands: Vec<Operand>,
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A literal.
    Constant(Value),
    /// `.` or `.a.b`: fields of the dot.
    Dot(Vec<String>),
    /// `$x` or `$x.a.b`.
    Variable(String, Vec<String>),
    Function(&'static Function),
    /// `(pipeline)` or `(pipeline).a.b`.
    Nested(Box<Pipeline>, Vec<String>),
}
