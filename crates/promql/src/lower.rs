//! From text to plan: scans, parses, checks types and resolves names against the tables.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};
use std::vec;

use model::{METRIC_NAME, MatchOp, Matcher};
use promql_parser::label::{MatchOp as ParsedOp, Matchers};
use promql_parser::parser::{
    AggregateExpr, AtModifier, BinModifier, BinaryExpr, Call as ParsedCall, Expr, LabelModifier, Offset,
    SubqueryExpr, VectorMatchCardinality, VectorSelector,
};

use crate::functions::function;
use crate::operators::{aggregation_of_token, operator_of_token};
use crate::plan::{
    Aggregate, At, Binary, Call, Cardinality, LabelSet, Matching, Node, Selector, Shift, Subquery,
};
use crate::scan::{Anchor, AnchorKind, scan};
use crate::{Kind, OperatorClass, ParseError, Position};

mod check;

/// Parses and checks the text of a query.
pub(crate) fn parse(text: &str) -> Result<Node, ParseError> {
    let scanned = scan(text)?;
    // The parser is known to panic on some input; the scanner keeps the known cases away from it.
    let parsed = catch_unwind(AssertUnwindSafe(|| promql_parser::parser::parse(&scanned.text)))
        .unwrap_or_else(|_| Err("invalid expression".to_owned()));
    let expr = parsed.map_err(|message| check::translate(&message, &scanned))?;
    let mut anchors = scanned.anchors.clone();
    anchors.retain(|anchor| anchor.what != AnchorKind::Start);
    let mut lowering = Lowering { anchors: anchors.into_iter(), in_step: true };
    let root = lowering.node(expr).map_err(|error| check::placed(error, &scanned.anchors))?;
    if !lowering.in_step || lowering.anchors.next().is_some() {
        // Without certainty about positions none is better than a wrong one.
        return Ok(without_positions(root));
    }
    Ok(settle(root))
}

/// Marks the whole as constant if it is.
fn settle(node: Node) -> Node {
    let worth_it = !matches!(node, Node::Number(_) | Node::Text(_) | Node::Constant(_));
    if worth_it && node.kind() != Kind::Matrix && is_constant(&node) {
        Node::Constant(Box::new(node))
    } else {
        node
    }
}

/// Whether the value is the same at every step.
fn is_constant(node: &Node) -> bool {
    match node {
        Node::Number(_) | Node::Text(_) | Node::Constant(_) => true,
        Node::Select(selector) | Node::Range { selector, .. } => selector.shift.at.is_some(),
        Node::Subquery(subquery) => subquery.shift.at.is_some(),
        Node::Negate(inner) => is_constant(inner),
        Node::Binary(binary) => is_constant(&binary.lhs) && is_constant(&binary.rhs),
        Node::Aggregate(aggregate) => {
            is_constant(&aggregate.expr) && aggregate.param.as_ref().is_none_or(is_constant)
        }
        Node::Call(call) => !call.function.reads_step_time && call.args.iter().all(is_constant),
    }
}

/// Follows the tree in the order of the text, so that anchors and nodes meet.
struct Lowering {
    anchors: vec::IntoIter<Anchor>,
    in_step: bool,
}

impl Lowering {
    fn position(&mut self, what: AnchorKind) -> Option<Position> {
        let anchor = self.anchors.next().filter(|anchor| anchor.what == what);
        self.in_step &= anchor.is_some();
        anchor.map(|anchor| anchor.position)
    }

    fn node(&mut self, expr: Expr) -> Result<Node, ParseError> {
        match expr {
            Expr::NumberLiteral(number) => Ok(Node::Number(number.val)),
            Expr::StringLiteral(text) => Ok(Node::Text(text.val)),
            Expr::Paren(paren) => self.node(*paren.expr),
            Expr::Unary(unary) => self.negate(*unary.expr),
            Expr::VectorSelector(selector) => Ok(Node::Select(self.selector(selector)?)),
            Expr::MatrixSelector(matrix) => {
                let selector = self.selector(matrix.vs)?;
                Ok(Node::Range { selector, range_ms: positive_millis(matrix.range)? })
            }
            Expr::Subquery(subquery) => self.subquery(subquery),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            Expr::Call(call) => self.call(call),
            Expr::Extension(_) => Err(ParseError::new("unsupported expression")),
        }
    }

    fn negate(&mut self, inner: Expr) -> Result<Node, ParseError> {
        let inner = self.node(inner)?;
        match inner.kind() {
            Kind::Scalar | Kind::Vector => Ok(Node::Negate(Box::new(inner))),
            kind => Err(ParseError::new(format!(
                "unary expression only allowed on expressions of type scalar or instant vector, got {kind:?}",
                kind = kind.to_string()
            ))),
        }
    }

    fn selector(&mut self, parsed: VectorSelector) -> Result<Selector, ParseError> {
        let position = self.position(AnchorKind::Selector);
        let mut matchers = matchers(parsed.matchers)?;
        if let Some(name) = parsed.name {
            matchers.insert(0, Matcher::equal(METRIC_NAME, name));
        }
        if matchers.iter().all(Matcher::matches_empty) {
            let message = "vector selector must contain at least one non-empty matcher";
            return Err(ParseError { message: message.to_owned(), position });
        }
        Ok(Selector { matchers, shift: shift(parsed.at, parsed.offset)?, position })
    }

    fn subquery(&mut self, parsed: SubqueryExpr) -> Result<Node, ParseError> {
        let expr = self.node(*parsed.expr)?;
        check::expect(Kind::Vector, &expr, "subquery")?;
        let step_ms = parsed.step.map(positive_millis).transpose()?;
        Ok(Node::Subquery(Subquery {
            expr: Box::new(settle(expr)),
            range_ms: positive_millis(parsed.range)?,
            step_ms,
            shift: shift(parsed.at, parsed.offset)?,
        }))
    }

    fn binary(&mut self, parsed: BinaryExpr) -> Result<Node, ParseError> {
        let operator = operator_of_token(parsed.op.id())
            .ok_or_else(|| ParseError::new(format!("unknown operator {}", parsed.op)))?;
        let lhs = self.node(*parsed.lhs)?;
        let rhs = self.node(*parsed.rhs)?;
        let modifier = parsed.modifier.unwrap_or_default();
        check::operands(operator, &lhs, &rhs, modifier.return_bool)?;
        let bool_result = modifier.return_bool;
        let matching = matching(modifier, operator.class)?;
        let binary = Node::Binary(Box::new(Binary { op: operator.op, lhs, rhs, bool_result, matching }));
        Ok(self.with_settled_children(binary))
    }

    fn aggregate(&mut self, parsed: AggregateExpr) -> Result<Node, ParseError> {
        let position = self.position(AnchorKind::Call);
        let row = aggregation_of_token(parsed.op.id())
            .ok_or_else(|| ParseError::new(format!("unknown aggregation {}", parsed.op)))?;
        let param = parsed.param.map(|param| self.node(*param)).transpose()?;
        let expr = self.node(*parsed.expr)?;
        check::expect(Kind::Vector, &expr, "aggregation expression")?;
        if let Some(param) = &param {
            let kind = if row.name == "count_values" { Kind::Text } else { Kind::Scalar };
            check::expect(kind, param, "aggregation parameter")?;
        }
        let grouping = match parsed.modifier {
            Some(LabelModifier::Include(labels)) => LabelSet::Only(labels.labels),
            Some(LabelModifier::Exclude(labels)) => LabelSet::Without(labels.labels),
            None => LabelSet::Only(Vec::new()),
        };
        let aggregate = Node::Aggregate(Box::new(Aggregate { op: row.op, expr, param, grouping, position }));
        Ok(self.with_settled_children(aggregate))
    }

    fn call(&mut self, parsed: ParsedCall) -> Result<Node, ParseError> {
        let position = self.position(AnchorKind::Call);
        let name = parsed.func.name;
        let function = function(name).ok_or_else(|| ParseError {
            message: format!("unknown function with name {name:?}"),
            position,
        })?;
        let args = parsed.args.args.into_iter().map(|arg| self.node(*arg)).collect::<Result<Vec<_>, _>>()?;
        check::arguments(function, &args, position)?;
        let call = Node::Call(Call { function, args, position });
        Ok(self.with_settled_children(call))
    }

    /// Marks children that are constant, unless the node as a whole is.
    fn with_settled_children(&self, node: Node) -> Node {
        if is_constant(&node) {
            return node;
        }
        match node {
            Node::Binary(binary) => {
                Node::Binary(Box::new(Binary { lhs: settle(binary.lhs), rhs: settle(binary.rhs), ..*binary }))
            }
            Node::Aggregate(aggregate) => Node::Aggregate(Box::new(Aggregate {
                expr: settle(aggregate.expr),
                param: aggregate.param.map(settle),
                ..*aggregate
            })),
            Node::Call(call) => {
                Node::Call(Call { args: call.args.into_iter().map(settle).collect(), ..call })
            }
            other => other,
        }
    }
}

fn matchers(parsed: Matchers) -> Result<Vec<Matcher>, ParseError> {
    if !parsed.or_matchers.is_empty() {
        return Err(ParseError::new("unexpected \"or\" in label matching, expected \",\" or \"}\""));
    }
    let convert = |matcher: promql_parser::label::Matcher| {
        let op = match matcher.op {
            ParsedOp::Equal => MatchOp::Equal,
            ParsedOp::NotEqual => MatchOp::NotEqual,
            ParsedOp::Re(_) => MatchOp::Regex,
            ParsedOp::NotRe(_) => MatchOp::NotRegex,
        };
        Matcher::new(op, matcher.name, matcher.value).map_err(|error| {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            ParseError::new(format!("{error}{}", source.unwrap_or_default()))
        })
    };
    parsed.matchers.into_iter().map(convert).collect()
}

fn matching(modifier: BinModifier, class: OperatorClass) -> Result<Matching, ParseError> {
    if modifier.fill_values.lhs.is_some() || modifier.fill_values.rhs.is_some() {
        return Err(ParseError::new("fill modifiers are not supported"));
    }
    let labels = match modifier.matching {
        Some(LabelModifier::Include(labels)) => LabelSet::Only(labels.labels),
        Some(LabelModifier::Exclude(labels)) => LabelSet::Without(labels.labels),
        None => LabelSet::Without(Vec::new()),
    };
    let (cardinality, include) = match modifier.card {
        VectorMatchCardinality::ManyToOne(labels) => (Cardinality::ManyToOne, labels.labels),
        VectorMatchCardinality::OneToMany(labels) => (Cardinality::OneToMany, labels.labels),
        VectorMatchCardinality::OneToOne | VectorMatchCardinality::ManyToMany => {
            (Cardinality::OneToOne, Vec::new())
        }
    };
    if class == OperatorClass::Set && cardinality != Cardinality::OneToOne {
        return Err(ParseError::new("no grouping allowed for set operations"));
    }
    Ok(Matching { labels, cardinality, include })
}

fn shift(at: Option<AtModifier>, offset: Option<Offset>) -> Result<Shift, ParseError> {
    let at = match at {
        None => None,
        Some(AtModifier::Start) => Some(At::Start),
        Some(AtModifier::End) => Some(At::End),
        Some(AtModifier::At(time)) => Some(At::Millis(epoch_millis(time)?)),
    };
    let offset_ms = match offset {
        None => 0,
        Some(Offset::Pos(offset)) => millis(offset)?,
        Some(Offset::Neg(offset)) => -millis(offset)?,
    };
    Ok(Shift { at, offset_ms })
}

fn epoch_millis(time: SystemTime) -> Result<i64, ParseError> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => Ok(-millis(before.duration())?),
    }
}

fn millis(duration: Duration) -> Result<i64, ParseError> {
    i64::try_from(duration.as_millis()).map_err(|_| ParseError::new("duration out of range"))
}

fn positive_millis(duration: Duration) -> Result<i64, ParseError> {
    match millis(duration)? {
        0 => Err(ParseError::new("duration must be greater than 0")),
        millis => Ok(millis),
    }
}

fn without_positions(mut root: Node) -> Node {
    check::forget_positions(&mut root);
    settle(root)
}
