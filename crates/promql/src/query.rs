//! A parsed and checked query.

use std::collections::BTreeSet;

use model::{METRIC_NAME, MatchOp, Matcher};

use crate::plan::{Node, Selector};
use crate::{Kind, ParseError, lower};

/// A parsed and checked expression, ready to be evaluated any number of times.
#[derive(Debug)]
pub struct Query {
    text: String,
    pub(crate) root: Node,
}

/// Which metrics a query can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricNames {
    /// At least one selector may read metrics of any name.
    Any,
    /// Only metrics of these names.
    Only(BTreeSet<String>),
}

impl Query {
    /// Parses and checks an expression.
    ///
    /// Texts beyond 64 KiB, brackets nested deeper than 200 and more than 500 operators are refused.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(Self { text: text.to_owned(), root: lower::parse(text)? })
    }

    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type of the value.
    pub fn kind(&self) -> Kind {
        self.root.kind()
    }

    /// The metrics that the query's selectors can read.
    pub fn metric_names(&self) -> MetricNames {
        let mut names = Some(BTreeSet::new());
        self.root.each_selector(&mut |selector| {
            names = match (names.take(), names_of(selector)) {
                (Some(mut known), Some(more)) => {
                    known.extend(more);
                    Some(known)
                }
                _ => None,
            };
        });
        names.map_or(MetricNames::Any, MetricNames::Only)
    }
}

/// The names a selector can read, if it says so by a matcher for equality or a list of plain alternatives.
fn names_of(selector: &Selector) -> Option<Vec<String>> {
    let of_name = selector.matchers.iter().filter(|matcher| matcher.name() == METRIC_NAME);
    of_name.filter_map(literal_values).next()
}

fn literal_values(matcher: &Matcher) -> Option<Vec<String>> {
    match matcher.op() {
        MatchOp::Equal => Some(vec![matcher.value().to_owned()]),
        MatchOp::Regex => {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '|');
            let literal = !matcher.value().is_empty() && matcher.value().chars().all(plain);
            literal.then(|| matcher.value().split('|').map(str::to_owned).collect())
        }
        MatchOp::NotEqual | MatchOp::NotRegex => None,
    }
}

#[cfg(test)]
mod tests;
