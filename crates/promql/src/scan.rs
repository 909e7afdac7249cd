//! Reads the text of a query once before the parser does.
//!
//! It enforces the limits that keep parser and evaluator from overflowing the stack, says where tokens are
//! wrong, remembers where selectors and calls stand, and rewrites notation that `promql-parser` 0.11 misreads:
//! raw strings in backticks (it takes backslashes in them for escapes), durations (it drops parts that do not
//! fit 32 bits and refuses zero), numbers as durations (it panics on those out of range) and the label `or`.

use model::Duration;

use crate::position::Places;
use crate::{ParseError, Position};

/// A query may be this long, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Brackets may nest this deep.
const NESTING_MAX: usize = 200;
/// There may be this many operators, for each may be one more level of the tree.
const OPERATORS_MAX: usize = 500;
/// Seconds beyond this are no length of time that fits into milliseconds.
const SECONDS_MAX: f64 = 9.0e15;

/// What scanning gives.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// The query in the notation that the parser reads correctly.
    pub(crate) text: String,
    /// Where selectors, calls, aggregations and other operands begin, in the order of the text.
    pub(crate) anchors: Vec<Anchor>,
    /// What looks wrong, should the parser not like the query.
    pub(crate) suspect: ParseError,
}

/// Where something begins in the original text.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    pub(crate) what: AnchorKind,
    pub(crate) position: Position,
    /// The name that stands there, if any.
    pub(crate) name: String,
}

/// What begins at an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnchorKind {
    Selector,
    /// A function or an aggregation.
    Call,
    /// A number, a text, a sign or a bracket that begins an operand. Only errors need them.
    Start,
}

/// Words that stand between operands, and so begin none.
const INFIX_WORDS: &[&str] = &["and", "or", "unless", "atan2"];
/// Words before a list of labels.
const LABEL_LIST_WORDS: &[&str] = &["by", "without", "on", "ignoring", "group_left", "group_right"];

pub(crate) fn scan(text: &str) -> Result<Scanned, ParseError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(ParseError::new(format!("the query is longer than {TEXT_BYTES_MAX} bytes")));
    }
    let mut scanner = Scanner::new(text);
    while scanner.offset < text.len() {
        scanner.step()?;
    }
    scanner.finish()
}

struct Scanner<'a> {
    text: &'a str,
    offset: usize,
    out: String,
    anchors: Vec<Anchor>,
    places: Places<'a>,
    open: Vec<char>,
    operators: usize,
    /// The last word, or the last character of anything else.
    previous: Previous,
    /// The depth of the brackets around a list of labels.
    label_list: Option<usize>,
    /// The first token that cannot follow what is before it.
    suspect: Option<ParseError>,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Previous {
    #[default]
    Nothing,
    Word(String),
    /// A word that names a metric, so that `{` continues its selector.
    Metric,
    /// `offset` or its sign: a duration follows.
    Offset,
    Value,
    Other,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            out: String::with_capacity(text.len()),
            anchors: Vec::new(),
            places: Places::of(text),
            open: Vec::new(),
            operators: 0,
            previous: Previous::Nothing,
            label_list: None,
            suspect: None,
        }
    }

    /// Remembers that an operand begins where an operator should be.
    fn operand(&mut self, start: usize, what: &str) {
        let follows_operand = matches!(self.previous, Previous::Value | Previous::Metric);
        if follows_operand && self.inside() != Some('{') && self.suspect.is_none() {
            let token = &self.text[start..self.offset];
            self.suspect = Some(self.error(start, format!("unexpected {what} {token:?}")));
        }
    }

    /// Remembers where a literal begins, unless it is part of a selector or of a list of labels.
    fn literal(&mut self, start: usize) {
        let in_label_list = self.label_list == Some(self.open.len()) && !self.open.is_empty();
        if !matches!(self.inside(), Some('{' | '[')) && !in_label_list && self.previous != Previous::Offset {
            self.anchor(AnchorKind::Start, start, "");
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> ParseError {
        ParseError::at(Position::of_offset(self.text, offset), message)
    }

    fn inside(&self) -> Option<char> {
        self.open.last().copied()
    }

    fn step(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(()) };
        match first {
            '#' => self.skip(rest.find(['\n', '\r']).unwrap_or(rest.len())),
            c if c.is_ascii_whitespace() => self.skip(1),
            '"' | '\'' => self.quoted(first)?,
            '`' => self.raw()?,
            '(' | '[' | '{' => self.opening(first)?,
            ')' | ']' | '}' => self.closing(first)?,
            c if c.is_ascii_digit() || is_decimal_point(rest) => self.number()?,
            c if c.is_ascii_alphabetic()
                || c == '_'
                || (c == ':' && !matches!(self.inside(), Some('[' | '{'))) =>
            {
                self.word()?;
            }
            _ => self.symbol(first)?,
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.offset += bytes;
        if self.inside() != Some('{') && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    fn quoted(&mut self, quote: char) -> Result<(), ParseError> {
        let start = self.offset;
        let mut escaped = false;
        for (index, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    self.out.push_str(&self.rest()[..=index]);
                    self.offset += index + 1;
                    self.operand(start, "string");
                    self.literal(start);
                    self.previous = Previous::Value;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(start, "unterminated quoted string"))
    }

    fn raw(&mut self) -> Result<(), ParseError> {
        let start = self.offset;
        let body = &self.rest()[1..];
        let Some(end) = body.find('`') else {
            return Err(self.error(self.offset, "unterminated raw string"));
        };
        self.out.push('"');
        for c in body[..end].chars() {
            match c {
                '\\' => self.out.push_str("\\\\"),
                '"' => self.out.push_str("\\\""),
                '\n' => self.out.push_str("\\n"),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
        self.offset += end + 2;
        self.operand(start, "string");
        self.literal(start);
        self.previous = Previous::Value;
        Ok(())
    }

    fn opening(&mut self, bracket: char) -> Result<(), ParseError> {
        if self.open.len() >= NESTING_MAX {
            return Err(self.error(self.offset, format!("brackets nest deeper than {NESTING_MAX}")));
        }
        if let Some(outer @ ('{' | '[')) = self.inside() {
            let where_ = if outer == '{' { "braces" } else { "brackets" };
            return Err(self.error(self.offset, format!("unexpected {bracket:?} inside {where_}")));
        }
        match (bracket, &self.previous) {
            ('{', previous) if *previous != Previous::Metric => {
                self.anchor(AnchorKind::Selector, self.offset, "");
            }
            ('(', Previous::Word(word)) if LABEL_LIST_WORDS.contains(&word.as_str()) => {
                self.label_list = Some(self.open.len() + 1);
            }
            ('(', Previous::Nothing | Previous::Other) => {
                self.anchor(AnchorKind::Start, self.offset, "");
            }
            _ => {}
        }
        self.open.push(bracket);
        self.push_symbol(bracket);
        Ok(())
    }

    fn closing(&mut self, bracket: char) -> Result<(), ParseError> {
        let matches =
            matches!((self.inside(), bracket), (Some('('), ')') | (Some('['), ']') | (Some('{'), '}'));
        if !matches {
            let name = match bracket {
                ')' => "parenthesis",
                ']' => "bracket",
                _ => "brace",
            };
            return Err(self.error(self.offset, format!("unexpected right {name} {bracket:?}")));
        }
        if self.label_list == Some(self.open.len()) {
            self.label_list = None;
        }
        self.open.pop();
        self.push_symbol(bracket);
        self.previous = Previous::Value;
        Ok(())
    }

    fn push_symbol(&mut self, symbol: char) {
        self.out.push(symbol);
        self.offset += symbol.len_utf8();
        self.previous = Previous::Other;
    }

    fn symbol(&mut self, symbol: char) -> Result<(), ParseError> {
        let offset_sign = self.previous == Previous::Offset && matches!(symbol, '+' | '-');
        if self.inside() != Some('{') && "+-*/%^=!<>".contains(symbol) && !offset_sign {
            self.count_operator()?;
        }
        let begins = matches!(self.previous, Previous::Nothing | Previous::Other);
        if begins && matches!(symbol, '+' | '-') && self.inside() != Some('{') {
            self.anchor(AnchorKind::Start, self.offset, "");
        }
        self.push_symbol(symbol);
        if offset_sign {
            self.previous = Previous::Offset;
        }
        Ok(())
    }

    fn count_operator(&mut self) -> Result<(), ParseError> {
        self.operators += 1;
        if self.operators > OPERATORS_MAX {
            return Err(self.error(self.offset, format!("there are more than {OPERATORS_MAX} operators")));
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(), ParseError> {
        let start = self.offset;
        let colons = self.inside() != Some('{');
        let rest = self.rest();
        let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || (c == ':' && colons)));
        let word = &rest[..len.unwrap_or(rest.len())];
        if self.out.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            self.out.push(' ');
        }
        self.out.push_str(word);
        self.offset += word.len();
        self.previous = self.classify(word, start)?;
        Ok(())
    }

    /// What a word that begins at `start` is; remembers where operands begin.
    fn classify(&mut self, word: &str, start: usize) -> Result<Previous, ParseError> {
        let lower = word.to_ascii_lowercase();
        let in_label_list = self.label_list == Some(self.open.len()) && !self.open.is_empty();
        if self.inside() == Some('{') || in_label_list {
            return Ok(Previous::Value);
        }
        let after_operand = matches!(self.previous, Previous::Value | Previous::Metric);
        let next = self.next_character();
        if after_operand && INFIX_WORDS.contains(&lower.as_str()) {
            self.count_operator()?;
            return Ok(Previous::Other);
        }
        if after_operand && lower == "offset" {
            return Ok(Previous::Offset);
        }
        if self.previous == Previous::Offset || self.inside() == Some('[') {
            return Err(self.error(start, format!("unexpected {word:?} where a duration is expected")));
        }
        if matches!(lower.as_str(), "inf" | "nan") {
            self.literal(start);
            return Ok(Previous::Value);
        }
        let is_modifier = LABEL_LIST_WORDS.contains(&lower.as_str()) || lower == "bool";
        if is_modifier && self.previous != Previous::Nothing && !matches!(next, Some('{' | '[')) {
            return Ok(Previous::Word(lower));
        }
        self.operand(start, "identifier");
        if next == Some('(') || self.is_aggregation_with_modifier(&lower) {
            if !self.out_is_after_at(word) {
                self.anchor(AnchorKind::Call, start, word);
            }
            return Ok(Previous::Word(lower));
        }
        self.anchor(AnchorKind::Selector, start, word);
        Ok(Previous::Metric)
    }

    /// `sum by (x) (y)`: the word names an aggregation though no bracket follows.
    fn is_aggregation_with_modifier(&self, lower: &str) -> bool {
        let rest = self.rest().trim_start();
        let modifier_len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let modifier = rest[..modifier_len].to_ascii_lowercase();
        let list_follows = rest[modifier_len..].trim_start().starts_with('(');
        matches!(modifier.as_str(), "by" | "without")
            && list_follows
            && crate::operators::aggregations().iter().any(|row| row.name == lower)
    }

    /// `@ start()`: the word just written is no call of a function.
    fn out_is_after_at(&self, word: &str) -> bool {
        self.out.strip_suffix(word).is_some_and(|before| before.trim_end().ends_with('@'))
    }

    fn next_character(&self) -> Option<char> {
        self.rest().trim_start().chars().next()
    }

    fn anchor(&mut self, what: AnchorKind, offset: usize, name: &str) {
        let position = self.places.at(offset);
        self.anchors.push(Anchor { what, position, name: name.to_owned() });
    }

    fn number(&mut self) -> Result<(), ParseError> {
        let start = self.offset;
        let token = number_token(self.rest());
        let bad = || self.error(start, format!("bad number or duration syntax: {token:?}"));
        let value = parse_number(token).or_else(|| parse_duration(token)).ok_or_else(bad)?;
        let is_duration = self.inside() == Some('[') || self.previous == Previous::Offset;
        if is_duration && value > SECONDS_MAX {
            return Err(self.error(start, "duration out of range"));
        }
        if self.out.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            self.out.push(' ');
        }
        match value.is_infinite() {
            true => self.out.push_str("Inf"),
            false => self.out.push_str(&value.to_string()),
        }
        self.offset += token.len();
        self.operand(start, "number");
        self.literal(start);
        self.previous = Previous::Value;
        Ok(())
    }

    fn finish(self) -> Result<Scanned, ParseError> {
        if let Some(bracket) = self.open.last() {
            let message = match bracket {
                '(' => "unclosed left parenthesis",
                '[' => "unclosed left bracket",
                _ => "unexpected end of input inside braces",
            };
            return Err(self.error(self.text.len(), message));
        }
        let at_end = |message: &str| self.error(self.text.len(), message);
        let suspect = self.suspect.clone().unwrap_or_else(|| match self.previous {
            Previous::Value | Previous::Metric => ParseError::new("unexpected token"),
            _ => at_end("unexpected end of input"),
        });
        Ok(Scanned { text: self.out, anchors: self.anchors, suspect })
    }
}

fn is_decimal_point(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    bytes.next() == Some(b'.') && bytes.next().is_some_and(|byte| byte.is_ascii_digit())
}

/// The longest prefix that may be a number or duration: letters, digits, points, and the sign of an exponent.
fn number_token(rest: &str) -> &str {
    let hex = rest.starts_with("0x") || rest.starts_with("0X");
    let mut previous = ' ';
    for (index, c) in rest.char_indices() {
        let exponent_sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !hex;
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent_sign) {
            return &rest[..index];
        }
        previous = c;
    }
    rest
}

/// Reads a number as Go does: hexadecimal with `0x`, octal with a leading zero if all digits fit.
fn parse_number(token: &str) -> Option<f64> {
    let lower = token.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|value| value as f64);
    }
    let octal = lower.strip_prefix('0').filter(|digits| !digits.is_empty());
    if let Some(value) = octal.and_then(|digits| u64::from_str_radix(digits, 8).ok()) {
        return Some(value as f64);
    }
    lower.parse().ok().filter(|value: &f64| !value.is_nan())
}

/// Seconds of a duration such as `1h30m`.
fn parse_duration(token: &str) -> Option<f64> {
    token.parse::<Duration>().ok().map(Duration::as_secs_f64)
}
