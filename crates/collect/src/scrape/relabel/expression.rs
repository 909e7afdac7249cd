//! Regular expressions of relabelling rules.

use std::borrow::Cow;
use std::fmt;

use regex::{Captures, Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A compiled expression may not take more memory than this, in bytes.
const COMPILED_SIZE_MAX: usize = 4 << 20;

/// A regular expression that must match the whole text; `.` matches newlines too.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct RelabelRegex {
    pattern: String,
    #[schemars(skip)]
    compiled: Regex,
}

/// Why a text is not a regular expression.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{pattern}` is not a regular expression: {reason}")]
pub struct RelabelRegexError {
    pattern: String,
    reason: String,
}

impl RelabelRegex {
    /// Whether the whole text matches.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }

    /// The groups, if the whole text matches.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.compiled.captures(text)
    }

    /// The expression as written.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    let build = |text: Cow<'_, str>| RegexBuilder::new(&text).size_limit(COMPILED_SIZE_MAX).build();
    // The pattern must be valid by itself: `a)|(b` is not, though it would be between anchors.
    build(pattern.into())?;
    build(format!("^(?s:{pattern})$").into())
}

impl TryFrom<String> for RelabelRegex {
    type Error = RelabelRegexError;

    fn try_from(pattern: String) -> Result<Self, RelabelRegexError> {
        match compile(&pattern) {
            Ok(compiled) => Ok(Self { pattern, compiled }),
            Err(error) => {
                // The last line says what is wrong; those before it draw the place, which needs several lines.
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                let reason = last.strip_prefix("error: ").unwrap_or(last).to_owned();
                Err(RelabelRegexError { pattern, reason })
            }
        }
    }
}

impl From<RelabelRegex> for String {
    fn from(regex: RelabelRegex) -> Self {
        regex.pattern
    }
}

/// Matches anything, as one group.
impl Default for RelabelRegex {
    #[expect(clippy::expect_used, reason = "a constant expression, compiled in tests")]
    fn default() -> Self {
        let pattern = "(.*)".to_owned();
        let compiled = compile(&pattern).expect("the default expression is valid");
        Self { pattern, compiled }
    }
}

impl PartialEq for RelabelRegex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for RelabelRegex {}

impl fmt::Debug for RelabelRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pattern.fmt(f)
    }
}
