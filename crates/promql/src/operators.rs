//! The operators and aggregations of the language, one row each.

use promql_parser::parser::token::{self, TokenId};

/// What family an operator belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorClass {
    /// Gives a new number; the metric's name is dropped.
    Arithmetic,
    /// Keeps what fulfils the condition, or gives 0 and 1 with `bool`.
    Comparison,
    /// Combines whole sets of series.
    Set,
}

/// A binary operator, for reading and completion.
#[derive(Debug)]
pub struct Operator {
    /// As it is written.
    pub symbol: &'static str,
    /// Its family.
    pub class: OperatorClass,
    /// Operators of a higher number bind more tightly.
    pub precedence: u8,
    /// What it does, in one sentence.
    pub doc: &'static str,
    pub(crate) op: BinaryOp,
    token: TokenId,
}

/// A binary operator, to be evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BinaryOp {
    /// Any arithmetic operator.
    Arithmetic(fn(f64, f64) -> f64),
    /// Any comparison.
    Comparison(fn(f64, f64) -> bool),
    And,
    Or,
    Unless,
}

macro_rules! row {
    ($symbol:literal, $token:ident, $class:ident, $precedence:literal, $op:expr, $doc:literal) => {
        Operator {
            symbol: $symbol,
            class: OperatorClass::$class,
            precedence: $precedence,
            doc: $doc,
            op: $op,
            token: token::$token,
        }
    };
}

static OPERATORS: &[Operator] = &[
    row!("+", T_ADD, Arithmetic, 4, BinaryOp::Arithmetic(|l, r| l + r), "Adds."),
    row!("-", T_SUB, Arithmetic, 4, BinaryOp::Arithmetic(|l, r| l - r), "Subtracts."),
    row!("*", T_MUL, Arithmetic, 5, BinaryOp::Arithmetic(|l, r| l * r), "Multiplies."),
    row!("/", T_DIV, Arithmetic, 5, BinaryOp::Arithmetic(|l, r| l / r), "Divides."),
    row!(
        "%",
        T_MOD,
        Arithmetic,
        5,
        BinaryOp::Arithmetic(|l, r| l % r),
        "Gives the rest, with the sign of the left side."
    ),
    row!(
        "^",
        T_POW,
        Arithmetic,
        6,
        BinaryOp::Arithmetic(f64::powf),
        "Raises to a power; associates to the right."
    ),
    row!(
        "atan2",
        T_ATAN2,
        Arithmetic,
        5,
        BinaryOp::Arithmetic(f64::atan2),
        "Gives the angle of the point (right, left) in radians."
    ),
    row!("==", T_EQLC, Comparison, 3, BinaryOp::Comparison(|l, r| l == r), "Keeps what is equal."),
    row!("!=", T_NEQ, Comparison, 3, BinaryOp::Comparison(|l, r| l != r), "Keeps what is not equal."),
    row!(">", T_GTR, Comparison, 3, BinaryOp::Comparison(|l, r| l > r), "Keeps what is greater."),
    row!("<", T_LSS, Comparison, 3, BinaryOp::Comparison(|l, r| l < r), "Keeps what is less."),
    row!(">=", T_GTE, Comparison, 3, BinaryOp::Comparison(|l, r| l >= r), "Keeps what is greater or equal."),
    row!("<=", T_LTE, Comparison, 3, BinaryOp::Comparison(|l, r| l <= r), "Keeps what is less or equal."),
    row!(
        "and",
        T_LAND,
        Set,
        2,
        BinaryOp::And,
        "Keeps series of the left side that have a partner on the right."
    ),
    row!(
        "unless",
        T_LUNLESS,
        Set,
        2,
        BinaryOp::Unless,
        "Keeps series of the left side that have no partner on the right."
    ),
    row!("or", T_LOR, Set, 1, BinaryOp::Or, "Gives the left side and what the right side has in addition."),
];

/// All binary operators.
pub fn operators() -> &'static [Operator] {
    OPERATORS
}

pub(crate) fn operator_of_token(token: TokenId) -> Option<&'static Operator> {
    OPERATORS.iter().find(|row| row.token == token)
}

/// An aggregation, for reading and completion.
#[derive(Debug)]
pub struct Aggregation {
    /// As it is written.
    pub name: &'static str,
    /// What the parameter before the expression is, if it takes one.
    pub param: Option<&'static str>,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// An expression that uses it.
    pub example: &'static str,
    pub(crate) op: AggregationOp,
    token: TokenId,
}

/// An aggregation, to be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AggregationOp {
    Avg,
    Bottomk,
    Count,
    CountValues,
    Group,
    LimitRatio,
    Limitk,
    Max,
    Min,
    Quantile,
    Stddev,
    Stdvar,
    Sum,
    Topk,
}

macro_rules! aggregation {
    ($name:literal, $op:ident, $token:ident, $param:expr, $doc:literal, $example:literal) => {
        Aggregation {
            name: $name,
            param: $param,
            doc: $doc,
            example: $example,
            op: AggregationOp::$op,
            token: token::$token,
        }
    };
}

static AGGREGATIONS: &[Aggregation] = &[
    aggregation!("avg", Avg, T_AVG, None, "The mean of the values.", "avg by (job) (up)"),
    aggregation!(
        "bottomk",
        Bottomk,
        T_BOTTOMK,
        Some("k"),
        "The k series with the smallest values.",
        "bottomk(3, node_filesystem_avail_bytes)"
    ),
    aggregation!("count", Count, T_COUNT, None, "The number of series.", "count by (job) (up)"),
    aggregation!(
        "count_values",
        CountValues,
        T_COUNT_VALUES,
        Some("label"),
        "The number of series for each distinct value, which goes into the label.",
        "count_values(\"version\", build_version)"
    ),
    aggregation!("group", Group, T_GROUP, None, "1 for each group.", "group by (job) (up)"),
    aggregation!(
        "limit_ratio",
        LimitRatio,
        T_LIMIT_RATIO,
        Some("ratio"),
        "A share of the series, always the same ones; a negative ratio gives the complement.",
        "limit_ratio(0.1, up)"
    ),
    aggregation!("limitk", Limitk, T_LIMITK, Some("k"), "Any k of the series.", "limitk(10, up)"),
    aggregation!("max", Max, T_MAX, None, "The largest value.", "max by (instance) (node_load1)"),
    aggregation!("min", Min, T_MIN, None, "The smallest value.", "min by (instance) (node_load1)"),
    aggregation!(
        "quantile",
        Quantile,
        T_QUANTILE,
        Some("φ"),
        "The φ-quantile of the values, 0 ≤ φ ≤ 1.",
        "quantile(0.9, node_load1)"
    ),
    aggregation!(
        "stddev",
        Stddev,
        T_STDDEV,
        None,
        "The population standard deviation of the values.",
        "stddev(node_load1)"
    ),
    aggregation!(
        "stdvar",
        Stdvar,
        T_STDVAR,
        None,
        "The population variance of the values.",
        "stdvar(node_load1)"
    ),
    aggregation!(
        "sum",
        Sum,
        T_SUM,
        None,
        "The sum of the values.",
        "sum by (job) (rate(http_requests_total[5m]))"
    ),
    aggregation!(
        "topk",
        Topk,
        T_TOPK,
        Some("k"),
        "The k series with the largest values.",
        "topk(3, rate(http_requests_total[5m]))"
    ),
];

/// All aggregations, sorted by name.
pub fn aggregations() -> &'static [Aggregation] {
    AGGREGATIONS
}

pub(crate) fn aggregation_of_token(token: TokenId) -> Option<&'static Aggregation> {
    AGGREGATIONS.iter().find(|row| row.token == token)
}
