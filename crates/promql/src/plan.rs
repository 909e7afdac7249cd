//! The checked form of a query that the evaluator runs.

use model::Matcher;

use crate::functions::Function;
use crate::operators::{AggregationOp, BinaryOp};
use crate::{Kind, Position};

/// An expression. Times and lengths of time are milliseconds.
#[derive(Debug)]
pub(crate) enum Node {
    Number(f64),
    Text(String),
    Select(Selector),
    /// The samples of a selector within a range before each step.
    Range {
        selector: Selector,
        range_ms: i64,
    },
    Subquery(Subquery),
    Negate(Box<Node>),
    Binary(Box<Binary>),
    Aggregate(Box<Aggregate>),
    Call(Call),
    /// An expression whose value is the same at every step; evaluated once.
    Constant(Box<Node>),
}

/// Which series, and when relative to the step.
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) matchers: Vec<Matcher>,
    pub(crate) shift: Shift,
    pub(crate) position: Option<Position>,
}

/// How the time of reading differs from the time of the step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shift {
    pub(crate) at: Option<At>,
    /// Positive looks into the past.
    pub(crate) offset_ms: i64,
}

/// The time of an `@` modifier.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    Start,
    End,
    Millis(i64),
}

#[derive(Debug)]
pub(crate) struct Subquery {
    pub(crate) expr: Box<Node>,
    pub(crate) range_ms: i64,
    /// `None` is the engine's default.
    pub(crate) step_ms: Option<i64>,
    pub(crate) shift: Shift,
}

#[derive(Debug)]
pub(crate) struct Binary {
    pub(crate) op: BinaryOp,
    pub(crate) lhs: Node,
    pub(crate) rhs: Node,
    /// A comparison gives 0 or 1 instead of filtering.
    pub(crate) bool_result: bool,
    pub(crate) matching: Matching,
}

/// How series of two vectors find each other.
#[derive(Debug)]
pub(crate) struct Matching {
    pub(crate) labels: LabelSet,
    pub(crate) cardinality: Cardinality,
    /// Labels taken over from the "one" side.
    pub(crate) include: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cardinality {
    OneToOne,
    /// `group_left`
    ManyToOne,
    /// `group_right`
    OneToMany,
}

/// A choice of labels by name.
#[derive(Debug)]
pub(crate) enum LabelSet {
    /// `on`, `by`
    Only(Vec<String>),
    /// `ignoring`, `without`; the metric's name is left out too.
    Without(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Aggregate {
    pub(crate) op: AggregationOp,
    pub(crate) expr: Node,
    pub(crate) param: Option<Node>,
    pub(crate) grouping: LabelSet,
    pub(crate) position: Option<Position>,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: &'static Function,
    pub(crate) args: Vec<Node>,
    pub(crate) position: Option<Position>,
}

impl Node {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Scalar,
            Self::Text(_) => Kind::Text,
            Self::Select(_) | Self::Aggregate(_) => Kind::Vector,
            Self::Range { .. } | Self::Subquery(_) => Kind::Matrix,
            Self::Negate(inner) | Self::Constant(inner) => inner.kind(),
            Self::Binary(binary) => binary.kind(),
            Self::Call(call) => call.function.returns,
        }
    }

    /// The expression itself, without the mark that its value never changes.
    pub(crate) fn unwrapped(&self) -> &Node {
        match self {
            Self::Constant(inner) => inner,
            other => other,
        }
    }

    /// Where the expression begins, if that is known.
    pub(crate) fn position(&self) -> Option<Position> {
        match self {
            Self::Number(_) | Self::Text(_) => None,
            Self::Select(selector) | Self::Range { selector, .. } => selector.position,
            Self::Subquery(subquery) => subquery.expr.position(),
            Self::Negate(_) => None,
            Self::Constant(inner) => inner.position(),
            Self::Binary(binary) => binary.lhs.position(),
            Self::Aggregate(aggregate) => aggregate.position,
            Self::Call(call) => call.position,
        }
    }

    /// Calls `visit` with every selector.
    pub(crate) fn each_selector<'a>(&'a self, visit: &mut dyn FnMut(&'a Selector)) {
        match self {
            Self::Number(_) | Self::Text(_) => {}
            Self::Select(selector) | Self::Range { selector, .. } => visit(selector),
            Self::Subquery(subquery) => subquery.expr.each_selector(visit),
            Self::Negate(inner) | Self::Constant(inner) => inner.each_selector(visit),
            Self::Binary(binary) => {
                binary.lhs.each_selector(visit);
                binary.rhs.each_selector(visit);
            }
            Self::Aggregate(aggregate) => {
                aggregate.param.iter().for_each(|param| param.each_selector(visit));
                aggregate.expr.each_selector(visit);
            }
            Self::Call(call) => call.args.iter().for_each(|arg| arg.each_selector(visit)),
        }
    }
}

impl Binary {
    fn kind(&self) -> Kind {
        match (self.lhs.kind(), self.rhs.kind()) {
            (Kind::Scalar, Kind::Scalar) => Kind::Scalar,
            _ => Kind::Vector,
        }
    }
}
