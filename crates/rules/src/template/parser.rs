//! From the pieces of a template to its tree.

use std::collections::HashMap;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::TemplateError;
use super::ast::{Choice, Command, Node, Operand, Parsed, Pipeline};
use super::functions::function;
use super::lexer::{Piece, Token, pieces};
use super::value::Value;

/// How deep blocks and parentheses may nest.
const DEPTH_MAX: usize = 50;

/// Parses a template.
pub(super) fn parse(text: &str) -> Result<Parsed, TemplateError> {
    let variables = ["", "labels", "externalLabels", "externalURL", "value"].map(str::to_owned).to_vec();
    let mut parser = Parser {
        pieces: pieces(text)?.into_iter(),
        line: 1,
        depth: 0,
        loops: 0,
        variables,
        defined: HashMap::new(),
    };
    let (body, end) = parser.body()?;
    match end {
        Ending::Text => Ok(Parsed { body, defined: parser.defined }),
        Ending::End => Err(parser.fault("`end` without a block")),
        Ending::Else(_) => Err(parser.fault("`else` without a block")),
    }
}

struct Parser {
    pieces: IntoIter<Piece>,
    line: usize,
    depth: usize,
    /// How many `range` blocks are open.
    loops: usize,
    /// Variables that exist at this place.
    variables: Vec<String>,
    defined: HashMap<String, Vec<Node>>,
}

/// What a body ends with.
enum Ending {
    /// The end of the template.
    Text,
    End,
    /// `else`, with the tokens of an `else if` or `else with`.
    Else(Vec<Token>),
}

type Tokens = Peekable<IntoIter<Token>>;

impl Parser {
    fn fault(&self, message: impl Into<String>) -> TemplateError {
        TemplateError { line: self.line, message: message.into() }
    }

    fn deeper<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault(format!("blocks and parentheses nest deeper than {DEPTH_MAX}")));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn body(&mut self) -> Result<(Vec<Node>, Ending), TemplateError> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let (line, tokens) = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Action(line, tokens) => (line, tokens),
            };
            self.line = line;
            let mut tokens = tokens.into_iter().peekable();
            let keyword = match tokens.peek() {
                Some(Token::Word(word)) => word.clone(),
                _ => String::new(),
            };
            if is_keyword(&keyword) {
                tokens.next();
            }
            match keyword.as_str() {
                "end" => return self.finish(tokens).map(|()| (nodes, Ending::End)),
                "else" => return Ok((nodes, Ending::Else(tokens.collect()))),
                "if" => nodes.push(Node::If(self.choice(tokens, "if")?)),
                "with" => nodes.push(Node::With(self.choice(tokens, "with")?)),
                "range" => nodes.push(Node::Range(self.choice(tokens, "range")?)),
                "define" => {
                    let name = self.name(&mut tokens)?;
                    self.finish(tokens)?;
                    self.define(name)?;
                }
                "block" => {
                    let name = self.name(&mut tokens)?;
                    let pipeline = self.pipeline(&mut tokens, false)?;
                    self.finish(tokens)?;
                    self.define(name.clone())?;
                    nodes.push(Node::Template(name, Some(pipeline)));
                }
                "template" => {
                    let name = self.name(&mut tokens)?;
                    let dot =
                        if tokens.peek().is_some() { Some(self.pipeline(&mut tokens, false)?) } else { None };
                    self.finish(tokens)?;
                    nodes.push(Node::Template(name, dot));
                }
                "break" | "continue" => {
                    self.finish(tokens)?;
                    if self.loops == 0 {
                        return Err(self.fault(format!("`{keyword}` outside of a range")));
                    }
                    nodes.push(if keyword == "break" { Node::Break } else { Node::Continue });
                }
                _ => {
                    let pipeline = self.pipeline(&mut tokens, false)?;
                    self.finish(tokens)?;
                    nodes.push(Node::Action(pipeline));
                }
            }
        }
        Ok((nodes, Ending::Text))
    }

    /// The pipeline and the bodies of an `if`, `with` or `range`, up to its `end`.
    fn choice(&mut self, tokens: Tokens, keyword: &str) -> Result<Choice, TemplateError> {
        self.deeper(|parser| {
            let scope = parser.variables.len();
            let mut tokens = tokens;
            let pipeline = parser.pipeline(&mut tokens, keyword == "range")?;
            parser.finish(tokens)?;
            parser.loops += usize::from(keyword == "range");
            let (body, end) = parser.body()?;
            parser.loops -= usize::from(keyword == "range");
            let otherwise = match end {
                Ending::End => Vec::new(),
                Ending::Else(tokens) => parser.otherwise(tokens, keyword)?,
                Ending::Text => return Err(parser.fault(format!("`{keyword}` without `end`"))),
            };
            parser.variables.truncate(scope);
            Ok(Choice { pipeline, body, otherwise })
        })
    }

    /// What follows an `else`, up to the block's `end`.
    fn otherwise(&mut self, tokens: Vec<Token>, keyword: &str) -> Result<Vec<Node>, TemplateError> {
        let mut tokens = tokens.into_iter().peekable();
        match tokens.next() {
            None => match self.body()? {
                (body, Ending::End) => Ok(body),
                (_, Ending::Else(_)) => Err(self.fault("`else` after `else`")),
                (_, Ending::Text) => Err(self.fault(format!("`{keyword}` without `end`"))),
            },
            // The nested choice takes the one `end` that ends both.
            Some(Token::Word(word)) if word == "if" && keyword == "if" => {
                Ok(vec![Node::If(self.choice(tokens, "if")?)])
            }
            Some(Token::Word(word)) if word == "with" && keyword == "with" => {
                Ok(vec![Node::With(self.choice(tokens, "with")?)])
            }
            Some(_) => Err(self.fault("unexpected words after `else`")),
        }
    }

    fn define(&mut self, name: String) -> Result<(), TemplateError> {
        let outside = std::mem::replace(&mut self.variables, vec![String::new()]);
        let loops = std::mem::take(&mut self.loops);
        let body = self.deeper(|parser| match parser.body()? {
            (body, Ending::End) => Ok(body),
            _ => Err(parser.fault(format!("the definition of `{name}` has no `end`"))),
        })?;
        (self.variables, self.loops) = (outside, loops);
        self.defined.insert(name, body);
        Ok(())
    }

    fn name(&mut self, tokens: &mut Tokens) -> Result<String, TemplateError> {
        match tokens.next() {
            Some(Token::Text(name)) => Ok(name),
            _ => Err(self.fault("expected the name of a template, in quotes")),
        }
    }

    fn finish(&self, mut tokens: Tokens) -> Result<(), TemplateError> {
        match tokens.next() {
            None => Ok(()),
            Some(token) => Err(self.fault(format!("unexpected {}", describe(&token)))),
        }
    }

    /// A pipeline, with the variables it declares or sets in front.
    fn pipeline(&mut self, tokens: &mut Tokens, in_range: bool) -> Result<Pipeline, TemplateError> {
        let mut pipeline = Pipeline::default();
        if let Some((variables, assigns, rest)) = declaration(tokens.clone(), in_range) {
            *tokens = rest;
            if let Some(unknown) = variables.iter().find(|name| assigns && !self.variables.contains(name)) {
                return Err(self.fault(format!("undefined variable `${unknown}`")));
            }
            (pipeline.variables, pipeline.assigns) = (variables, assigns);
        }
        loop {
            pipeline.commands.push(self.command(tokens)?);
            match tokens.peek() {
                Some(Token::Pipe) => tokens.next(),
                _ => break,
            };
        }
        for later in pipeline.commands.iter().skip(1) {
            if let Some(Operand::Constant(_)) = later.operands.first() {
                return Err(self.fault("a constant cannot take the value of the command before it"));
            }
        }
        // A variable exists behind its declaration only.
        if !pipeline.assigns {
            self.variables.extend(pipeline.variables.iter().cloned());
        }
        Ok(pipeline)
    }

    fn command(&mut self, tokens: &mut Tokens) -> Result<Command, TemplateError> {
        let mut operands = Vec::new();
        while let Some(token) = tokens.peek() {
            if matches!(token, Token::Pipe | Token::Close) {
                break;
            }
            let operand = self.operand(tokens)?;
            operands.push(operand);
        }
        match operands.first() {
            None => Err(self.fault("missing value: an empty command")),
            Some(Operand::Function(_)) => Ok(Command { operands }),
            Some(_) if operands.len() > 1 => Err(self.fault("only a function can take arguments")),
            Some(_) => Ok(Command { operands }),
        }
    }

    fn operand(&mut self, tokens: &mut Tokens) -> Result<Operand, TemplateError> {
        let token = tokens.next().ok_or_else(|| self.fault("missing value"))?;
        Ok(match token {
            Token::Text(text) => Operand::Constant(Value::text(&text)),
            Token::Int(value) => Operand::Constant(Value::Int(value)),
            Token::Float(value) => Operand::Constant(Value::Float(value)),
            Token::Word(word) => match word.as_str() {
                "true" => Operand::Constant(Value::Bool(true)),
                "false" => Operand::Constant(Value::Bool(false)),
                "nil" => Operand::Constant(Value::None),
                name => match function(name) {
                    Some(function) => Operand::Function(function),
                    None => return Err(self.fault(format!("function `{name}` is not defined"))),
                },
            },
            Token::Field(name, _) => {
                let mut fields = if name.is_empty() { Vec::new() } else { vec![name] };
                fields.extend(chained_fields(tokens));
                Operand::Dot(fields)
            }
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return Err(self.fault(format!("undefined variable `${name}`")));
                }
                Operand::Variable(name, chained_fields(tokens))
            }
            Token::Open => {
                let nested = self.deeper(|parser| parser.pipeline(tokens, false))?;
                if tokens.next() != Some(Token::Close) {
                    return Err(self.fault("`)` is missing"));
                }
                Operand::Nested(Box::new(nested), chained_fields(tokens))
            }
            other => return Err(self.fault(format!("unexpected {}", describe(&other)))),
        })
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "end" | "else" | "if" | "with" | "range" | "define" | "block" | "template" | "break" | "continue"
    )
}

/// The variables in front of `:=` or `=`, whether it is `=`, and what follows; `None` if there are none.
fn declaration(mut tokens: Tokens, in_range: bool) -> Option<(Vec<String>, bool, Tokens)> {
    let mut variables = Vec::new();
    loop {
        match tokens.next()? {
            Token::Variable(name) if !name.is_empty() => variables.push(name),
            _ => return None,
        }
        match tokens.next()? {
            Token::Declare => return Some((variables, false, tokens)),
            Token::Assign => return Some((variables, true, tokens)),
            Token::Comma if in_range && variables.len() == 1 => {}
            _ => return None,
        }
    }
}

/// Fields that follow an operand without white space: the `.a.b` of `$x.a.b`.
fn chained_fields(tokens: &mut Tokens) -> Vec<String> {
    let mut fields = Vec::new();
    while let Some(Token::Field(name, false)) = tokens.peek() {
        if !name.is_empty() {
            fields.push(name.clone());
        }
        tokens.next();
    }
    fields
}

fn describe(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("`{word}`"),
        Token::Field(name, _) => format!("`.{name}`"),
        Token::Variable(name) => format!("`${name}`"),
        Token::Text(text) => format!("text {text:?}"),
        Token::Int(value) => format!("number {value}"),
        Token::Float(value) => format!("number {value}"),
        Token::Open => "`(`".to_owned(),
        Token::Close => "`)`".to_owned(),
        Token::Pipe => "`|`".to_owned(),
        Token::Comma => "`,`".to_owned(),
        Token::Declare => "`:=`".to_owned(),
        Token::Assign => "`=`".to_owned(),
    }
}
