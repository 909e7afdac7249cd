//! From a template's text to texts and the tokens of its actions.

use super::TemplateError;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    /// The tokens between `{{` and `}}`, and the line where they begin.
    Action(usize, Vec<Token>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word: keyword, function, `true`, `false`, `nil`.
    Word(String),
    /// `.a`, or `.` alone as an empty name. The flag says whether white space came before it.
    Field(String, bool),
    /// `$x`, or `$` alone as an empty name.
    Variable(String),
    Text(String),
    Int(i64),
    Float(f64),
    Open,
    Close,
    Pipe,
    Comma,
    /// `:=`
    Declare,
    /// `=`
    Assign,
}

/// Splits a template into its pieces.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut trim_left = false;
    let line_at = |rest: &str| 1 + text[..text.len() - rest.len()].matches('\n').count();
    while let Some(open) = rest.find("{{") {
        let line = line_at(&rest[open..]);
        let mut before = &rest[..open];
        let mut inside = &rest[open + 2..];
        if trim_left {
            before = before.trim_start();
        }
        if let Some(trimmed) = inside.strip_prefix('-').filter(|rest| rest.starts_with(is_space)) {
            before = before.trim_end();
            inside = trimmed;
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let comment = inside.trim_start();
        let (tokens, after, trims) = if comment.starts_with("/*") {
            let (after, trims) = skip_comment(comment).ok_or_else(|| fault(line, "unclosed comment"))?;
            (None, after, trims)
        } else {
            let mut lexer = Lexer { rest: inside, line, text };
            let tokens = lexer.tokens()?;
            let (after, trims) = lexer.end();
            (Some(tokens), after, trims)
        };
        pieces.extend(tokens.map(|tokens| Piece::Action(line, tokens)));
        (rest, trim_left) = (after, trims);
    }
    let last = if trim_left { rest.trim_start() } else { rest };
    if !last.is_empty() {
        pieces.push(Piece::Text(last.to_owned()));
    }
    Ok(pieces)
}

fn fault(line: usize, message: &str) -> TemplateError {
    TemplateError { line, message: message.to_owned() }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// What follows a comment, and whether white space there is to be trimmed.
fn skip_comment(text: &str) -> Option<(&str, bool)> {
    let after = &text[text.find("*/")? + 2..];
    let plain = after.strip_prefix("}}").map(|rest| (rest, false));
    plain.or_else(|| after.trim_start_matches(is_space).strip_prefix("-}}").map(|rest| (rest, true)))
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    text: &'a str,
}

impl<'a> Lexer<'a> {
    fn fault(&self, message: &str) -> TemplateError {
        let line = 1 + self.text[..self.text.len() - self.rest.len()].matches('\n').count();
        fault(line, message)
    }

    /// All tokens up to the action's end, which is left for [`end`](Self::end).
    fn tokens(&mut self) -> Result<Vec<Token>, TemplateError> {
        let mut tokens = Vec::new();
        loop {
            let spaces = self.rest.len();
            self.rest = self.rest.trim_start_matches(is_space);
            let spaced = self.rest.len() < spaces || tokens.is_empty();
            if self.rest.starts_with("}}") || (spaced && self.rest.starts_with("-}}")) {
                return Ok(tokens);
            }
            tokens.push(self.token(spaced)?);
        }
    }

    fn end(&self) -> (&'a str, bool) {
        match self.rest.strip_prefix("-}}") {
            Some(rest) => (rest, true),
            None => (self.rest.strip_prefix("}}").unwrap_or(""), false),
        }
    }

    fn token(&mut self, spaced: bool) -> Result<Token, TemplateError> {
        let Some(first) = self.rest.chars().next() else {
            return Err(fault(self.line, "unclosed action: `}}` is missing"));
        };
        for (text, token) in [
            (":=", Token::Declare),
            ("=", Token::Assign),
            ("(", Token::Open),
            (")", Token::Close),
            ("|", Token::Pipe),
            (",", Token::Comma),
        ] {
            if let Some(rest) = self.rest.strip_prefix(text) {
                self.rest = rest;
                return Ok(token);
            }
        }
        let second = self.rest.chars().nth(1).unwrap_or(' ');
        match first {
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => self.character(),
            '$' => {
                self.rest = &self.rest[1..];
                Ok(Token::Variable(self.word()))
            }
            '0'..='9' => self.number(),
            '+' | '-' | '.' if second.is_ascii_digit() => self.number(),
            '.' => {
                self.rest = &self.rest[1..];
                Ok(Token::Field(self.word(), spaced))
            }
            c if is_word(c) => Ok(Token::Word(self.word())),
            c => Err(self.fault(&format!("unexpected `{c}`"))),
        }
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn raw(&mut self) -> Result<Token, TemplateError> {
        let (text, rest) = self.rest[1..].split_once('`').ok_or_else(|| self.fault("unclosed raw text"))?;
        self.rest = rest;
        Ok(Token::Text(text.to_owned()))
    }

    fn quoted(&mut self) -> Result<Token, TemplateError> {
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        loop {
            match chars.next() {
                None | Some('\n') => return Err(self.fault("unclosed text")),
                Some('"') => break,
                Some('\\') => text.push(escape(&mut chars).ok_or_else(|| self.fault("bad escape in text"))?),
                Some(c) => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(Token::Text(text))
    }

    fn character(&mut self) -> Result<Token, TemplateError> {
        let mut chars = self.rest[1..].chars();
        let value = match chars.next() {
            Some('\\') => escape(&mut chars),
            other => other,
        };
        match (value, chars.next()) {
            (Some(c), Some('\'')) => {
                self.rest = chars.as_str();
                Ok(Token::Int(i64::from(u32::from(c))))
            }
            _ => Err(self.fault("malformed character constant")),
        }
    }

    fn number(&mut self) -> Result<Token, TemplateError> {
        let mut end = 0;
        let mut previous = ' ';
        for (at, c) in self.rest.char_indices() {
            let sign = matches!(c, '+' | '-') && (at == 0 || matches!(previous, 'e' | 'E'));
            if !(sign || c == '.' || is_word(c)) {
                break;
            }
            end = at + c.len_utf8();
            previous = c;
        }
        let (text, rest) = self.rest.split_at(end);
        let token = parse_number(text).ok_or_else(|| self.fault(&format!("bad number `{text}`")))?;
        self.rest = rest;
        Ok(token)
    }
}

fn parse_number(text: &str) -> Option<Token> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = |prefix: &str, radix| {
        let digits = digits.to_ascii_lowercase();
        digits.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok())
    };
    let whole = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2));
    if let Some(whole) = whole.or_else(|| digits.parse::<i64>().ok()) {
        return Some(Token::Int(if negative { -whole } else { whole }));
    }
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    plain.parse().ok().filter(|_| numeric).map(Token::Float)
}

/// The character that an escape stands for, after the backslash.
fn escape(chars: &mut std::str::Chars<'_>) -> Option<char> {
    match chars.next()? {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        'x' => hex(chars, 2),
        'u' => hex(chars, 4),
        'U' => hex(chars, 8),
        c @ ('\\' | '"' | '\'') => Some(c),
        _ => None,
    }
}

fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text: String = chars.by_ref().take(digits).collect();
    let code = u32::from_str_radix(&text, 16).ok()?;
    if text.len() == digits { char::from_u32(code) } else { None }
}
