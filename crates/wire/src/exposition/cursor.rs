//! A place in a text that moves forward token by token.

use std::borrow::Cow;

/// What is wrong, and at which byte of the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { at: self.at, message: message.into() })
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The text from `start`, a place this cursor has been at, to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over `byte` if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// Steps over blanks within the line, and says whether there were any.
    pub(super) fn eat_blanks(&mut self) -> bool {
        !self.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).is_empty()
    }

    /// Whether nothing more stands on the line.
    pub(super) fn at_line_end(&self) -> bool {
        matches!(self.peek(), None | Some(b'\n'))
    }

    /// Takes ASCII bytes; never stops within a character.
    pub(super) fn take_while(&mut self, pass: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii() && pass(byte)) {
            self.at += 1;
        }
        self.since(start)
    }

    /// Takes everything up to the end of the line.
    pub(super) fn take_line(&mut self) -> &'a str {
        let rest = self.rest();
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        self.at += line.len();
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// Takes what is not blank.
    pub(super) fn take_word(&mut self) -> &'a str {
        let rest = self.rest();
        let len = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Takes a metric's name, which may be empty if none stands here: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    pub(super) fn take_metric_name(&mut self) -> &'a str {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return "";
        }
        self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
    }

    /// Takes a label's name, which may be empty if none stands here: `[a-zA-Z_][a-zA-Z0-9_]*`.
    pub(super) fn take_label_name(&mut self) -> &'a str {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return "";
        }
        self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    /// Takes a text in double quotes, the opening one being next.
    pub(super) fn take_quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        let opening = self.at;
        if !self.eat(b'"') {
            return self.fault("expected a text in double quotes");
        }
        let start = self.at;
        loop {
            let Some(len) = self.rest().find(['"', '\\']) else {
                return Err(Fault { at: opening, message: "unclosed double quote".to_owned() });
            };
            self.at += len;
            if self.eat(b'\\') {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                continue;
            }
            let inside = self.since(start);
            self.eat(b'"');
            return Ok(unescape(inside, true));
        }
    }
}

/// Resolves `\\`, `\n` and, where quotes are escaped, `\"`. Other backslashes stand for themselves.
pub(super) fn unescape(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(first) = chars.next() {
        if first != '\\' {
            out.push(first);
            continue;
        }
        match chars.next() {
            Some('\\') => out.push('\\'),
            Some('n') => out.push('\n'),
            Some('"') if quotes => out.push('"'),
            other => out.extend(std::iter::once('\\').chain(other)),
        }
    }
    Cow::Owned(out)
}
