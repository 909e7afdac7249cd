//! Types of operands and arguments, and the wording of what the parser refuses.

use crate::functions::{Function, Presence, function};
use crate::plan::Node;
use crate::scan::{Anchor, AnchorKind, Scanned};
use crate::{Kind, Operator, OperatorClass, ParseError, Position};

/// Fails unless the expression has the type.
pub(super) fn expect(kind: Kind, node: &Node, context: &str) -> Result<(), ParseError> {
    match node.kind() {
        found if found == kind => Ok(()),
        found => Err(ParseError::new(format!("expected type {kind} in {context}, got {found}"))),
    }
}

/// Checks the operands of a binary operator.
pub(super) fn operands(
    operator: &Operator,
    lhs: &Node,
    rhs: &Node,
    bool_result: bool,
) -> Result<(), ParseError> {
    let valid = |node: &Node| matches!(node.kind(), Kind::Scalar | Kind::Vector);
    if !valid(lhs) || !valid(rhs) {
        return Err(ParseError::new("binary expression must contain only scalar and instant vector types"));
    }
    let scalars = [lhs, rhs].iter().filter(|node| node.kind() == Kind::Scalar).count();
    match operator.class {
        OperatorClass::Set if scalars > 0 => Err(ParseError::new(format!(
            "set operator {:?} not allowed in binary scalar expression",
            operator.symbol
        ))),
        OperatorClass::Comparison if scalars == 2 && !bool_result => {
            Err(ParseError::new("comparisons between scalars must use BOOL modifier"))
        }
        _ => Ok(()),
    }
}

/// Checks number and types of a function's arguments.
pub(super) fn arguments(
    function: &Function,
    args: &[Node],
    position: Option<Position>,
) -> Result<(), ParseError> {
    let fail = |message: String| Err(ParseError { message, position });
    let name = function.name;
    let required = function.args.iter().filter(|arg| arg.presence == Presence::Required).count();
    if args.len() < required {
        let at_least = if required == function.args.len() { "" } else { "at least " };
        return fail(format!(
            "expected {at_least}{required} argument(s) in call to {name:?}, got {}",
            args.len()
        ));
    }
    for (index, arg) in args.iter().enumerate() {
        let Some(declared) = function.arg(index) else {
            let most = function.args.len();
            let at_most = if required == most { "" } else { "at most " };
            return fail(format!(
                "expected {at_most}{most} argument(s) in call to {name:?}, got {}",
                args.len()
            ));
        };
        let found = arg.kind();
        if found != declared.kind {
            return fail(format!(
                "expected type {} in call to function {name:?}, got {found}",
                declared.kind
            ));
        }
    }
    Ok(())
}

/// The parser's message in Prometheus's words, with the place if the message names something that stands in the
/// text.
pub(super) fn translate(message: &str, scanned: &Scanned) -> ParseError {
    if message == "invalid promql query" {
        return scanned.suspect.clone();
    }
    let text = WORDS.iter().fold(message.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    let position = place_of(&text, &scanned.anchors);
    ParseError { message: text, position }
}

/// The error with a place, which for a wrong argument is the argument's.
pub(super) fn placed(error: ParseError, anchors: &[Anchor]) -> ParseError {
    if error.position.is_some() && !error.message.contains("in call to function") {
        return error;
    }
    ParseError { position: place_of(&error.message, anchors), ..error }
}

/// Where the parser's message, which names no place, belongs: at the argument where that is certain, else at the
/// call, else at the beginning of the whole expression.
fn place_of(message: &str, anchors: &[Anchor]) -> Option<Position> {
    let named = message.split('"').nth(1).unwrap_or_default();
    let is = |wanted: &dyn Fn(&Anchor) -> bool| anchors.iter().position(wanted);
    let call = is(&|anchor| anchor.what == AnchorKind::Call && anchor.name == named);
    let position_at = |index: usize| anchors.get(index).map(|anchor| anchor.position);
    let of_wrong = if message.contains("in call to function") {
        let first_is_wrong = function(named).is_some_and(|function| function.args.len() == 1);
        call.map(|call| call + usize::from(first_is_wrong))
    } else if message.contains("call to") || message.contains("unknown function") {
        call
    } else if message.contains("in aggregation") {
        only_aggregation(anchors).map(|call| call + 1)
    } else if message.contains("non-empty matcher") {
        is(&|anchor| anchor.what == AnchorKind::Selector && anchor.name.is_empty())
    } else {
        None
    };
    of_wrong.and_then(position_at).or_else(|| position_at(0))
}

/// The aggregation of the text, if there is exactly one; its first argument follows it.
fn only_aggregation(anchors: &[Anchor]) -> Option<usize> {
    let is_aggregation = |anchor: &Anchor| {
        let name = anchor.name.to_ascii_lowercase();
        anchor.what == AnchorKind::Call && crate::operators::aggregations().iter().any(|row| row.name == name)
    };
    let mut found = anchors.iter().enumerate().filter(|(_, anchor)| is_aggregation(anchor));
    found.next().map(|(index, _)| index).filter(|_| found.next().is_none())
}

/// The parser's words and Prometheus's.
const WORDS: &[(&str, &str)] = &[
    ("type vector", "type instant vector"),
    ("type matrix", "type range vector"),
    ("got vector", "got instant vector"),
    ("got matrix", "got range vector"),
    ("scalar in aggregation expression", "scalar in aggregation parameter"),
    ("string in aggregation expression", "string in aggregation parameter"),
    ("allowed on vector", "allowed on instant vector"),
    ("an vector selector or matrix selector", "an instant vector selector or range vector selector"),
    ("identifier or right_brace", "identifier or '}'"),
    ("'", "\""),
];

/// Takes away all positions.
pub(super) fn forget_positions(node: &mut Node) {
    match node {
        Node::Number(_) | Node::Text(_) => {}
        Node::Select(selector) | Node::Range { selector, .. } => selector.position = None,
        Node::Subquery(subquery) => forget_positions(&mut subquery.expr),
        Node::Negate(inner) | Node::Constant(inner) => forget_positions(inner),
        Node::Binary(binary) => {
            forget_positions(&mut binary.lhs);
            forget_positions(&mut binary.rhs);
        }
        Node::Aggregate(aggregate) => {
            aggregate.position = None;
            aggregate.param.iter_mut().for_each(forget_positions);
            forget_positions(&mut aggregate.expr);
        }
        Node::Call(call) => {
            call.position = None;
            call.args.iter_mut().for_each(forget_positions);
        }
    }
}
