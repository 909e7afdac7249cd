//! Types of operands and arguments, and the wording of what the parser refuses.

use crate::functions::{Function, Presence};
use crate::plan::Node;
use crate::scan::{AnchorKind, Scanned};
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
    let named = text.split('"').nth(1).unwrap_or_default();
    let is_call = text.contains("call to") || text.contains("unknown function");
    let named_here = |anchor: &&crate::scan::Anchor| anchor.what == AnchorKind::Call && anchor.name == named;
    let anchor = scanned.anchors.iter().find(named_here);
    let position = anchor.filter(|_| is_call).map(|anchor| anchor.position);
    ParseError { message: text, position }
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
