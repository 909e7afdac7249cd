//! Conditions on labels.

use std::fmt;

use regex::Regex;

use crate::Labels;

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

/// A condition on one label. A label that a series does not have counts as empty.
#[derive(Clone, Debug)]
pub struct Matcher {
    name: Box<str>,
    op: MatchOp,
    value: Box<str>,
    regex: Option<Regex>,
}

/// Why a matcher cannot be made.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot compile the regular expression `{pattern}` for label `{name}`")]
pub struct MatcherError {
    /// The label's name.
    pub name: String,
    /// The regular expression.
    pub pattern: String,
    #[source]
    source: regex::Error,
}

/// A compiled expression may not take more memory than this, in bytes.
const REGEX_SIZE_MAX: usize = 4 << 20;

impl Matcher {
    /// A matcher of label `name`. Regular expressions match the whole value, `.` matches newlines too.
    pub fn new(
        op: MatchOp,
        name: impl Into<Box<str>>,
        value: impl Into<Box<str>>,
    ) -> Result<Self, MatcherError> {
        let (name, value) = (name.into(), value.into());
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => Some(compile(&name, &value)?),
        };
        Ok(Self { name, op, value, regex })
    }

    /// The matcher `name="value"`.
    pub fn equal(name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        Self { name: name.into(), op: MatchOp::Equal, value: value.into(), regex: None }
    }

    /// The label's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    pub const fn op(&self) -> MatchOp {
        self.op
    }

    /// The value or pattern it compares with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a label with this value fulfils the condition.
    pub fn matches_value(&self, value: &str) -> bool {
        let hit = match &self.regex {
            Some(regex) => regex.is_match(value),
            None => *self.value == *value,
        };
        match self.op {
            MatchOp::Equal | MatchOp::Regex => hit,
            MatchOp::NotEqual | MatchOp::NotRegex => !hit,
        }
    }

    /// Whether a series without the label fulfils the condition.
    pub fn matches_empty(&self) -> bool {
        self.matches_value("")
    }

    /// Whether the series fulfils the condition.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.name).unwrap_or(""))
    }
}

fn compile(name: &str, pattern: &str) -> Result<Regex, MatcherError> {
    let parse = |text: &str| regex::RegexBuilder::new(text).size_limit(REGEX_SIZE_MAX).build();
    // The pattern must be valid by itself: `a)|(b` is not, though it would be between anchors.
    let wrapped = format!("^(?s:{pattern})$");
    let error = |source| MatcherError { name: name.to_owned(), pattern: pattern.to_owned(), source };
    parse(pattern).map_err(error)?;
    parse(&wrapped).map_err(error)
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (self.op, &self.name, &self.value) == (other.op, &other.name, &other.value)
    }
}

impl Eq for Matcher {}

/// As PromQL writes it, with the value quoted.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match self.op {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        };
        write!(f, "{}{op}{:?}", self.name, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_whole_values() {
        #[track_caller]
        fn f(op: MatchOp, pattern: &str, value: &str, want: bool) {
            assert_eq!(Matcher::new(op, "l", pattern).unwrap().matches_value(value), want);
        }
        f(MatchOp::Equal, "a", "a", true);
        f(MatchOp::NotEqual, "a", "", true);
        f(MatchOp::Regex, "a|b", "b", true);
        f(MatchOp::Regex, "a|b", "ab", false);
        f(MatchOp::Regex, ".*", "", true);
        f(MatchOp::Regex, ".+", "line\nbreak", true);
        f(MatchOp::NotRegex, "a.*", "ba", true);
    }

    #[test]
    fn refuses_what_is_no_regular_expression() {
        assert!(Matcher::new(MatchOp::Regex, "l", "(").is_err());
        assert!(Matcher::new(MatchOp::Regex, "l", "a)|(b").is_err());
    }
}
