//! Templates in labels and annotations: Go's `text/template` with Prometheus's functions.
//!
//! Sources: Go's documentation of `text/template` and `fmt`; Prometheus,
//! `docs/configuration/template_reference.md`. Values a template may use: `$labels`, `$value`,
//! `$externalLabels`, `$externalURL`, and the same as fields of the dot.
//!
//! Limits, so that no template can hurt: its length, the nesting of blocks and parentheses, steps, output and
//! queries per expansion. Numbers compare by value, whether whole or not, where Go would refuse.

mod ast;
mod functions;
mod go_format;
mod humanize;
mod lexer;
mod parser;
mod printf;
mod run;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Labels, Timestamp};

pub(crate) use functions::query_escape;

use crate::expr::Vector;
use value::{Missing, Value};

/// The longest template, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// A parsed template. Two are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<str>,
    /// `None` if the text has no actions and expands to itself.
    parsed: Option<Arc<ast::Parsed>>,
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TemplateError {
    /// The line within the template, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.parsed.is_some() == other.parsed.is_some()
    }
}

impl Template {
    /// Parses a template. Functions that do not exist are told here, not first when an alert fires.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEXT_BYTES_MAX {
            let message = format!("the template has {} bytes, more than {TEXT_BYTES_MAX}", text.len());
            return Err(TemplateError { line: 1, message });
        }
        let parsed = if text.contains("{{") { Some(Arc::new(parser::parse(text)?)) } else { None };
        Ok(Self { text: text.into(), parsed })
    }

    /// A template that expands to this text as it is.
    pub fn literal(text: &str) -> Self {
        Self { text: text.into(), parsed: None }
    }

    /// The template as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text for one alert. What cannot be expanded becomes an error in the text, as in Prometheus.
    pub(crate) fn expand(&self, scene: &Scene<'_>) -> String {
        match &self.parsed {
            None => self.text.to_string(),
            Some(parsed) => {
                run::run(parsed, scene).unwrap_or_else(|error| format!("<error expanding template: {error}>"))
            }
        }
    }
}

/// What every template of this server knows.
#[derive(Clone, Debug)]
pub(crate) struct Globals {
    external_labels: Value,
    external_url: String,
}

impl Globals {
    pub(crate) fn new(external_labels: &Labels, external_url: &str) -> Self {
        Self { external_labels: labels_value(external_labels), external_url: external_url.to_owned() }
    }

    /// The path of this server's address, without a slash at its end.
    fn path_prefix(&self) -> String {
        let path = url::Url::parse(&self.external_url).map(|url| url.path().to_owned()).unwrap_or_default();
        path.trim_end_matches('/').to_owned()
    }
}

/// What a template sees of one alert.
pub(crate) struct Scene<'a> {
    /// The labels of the expression's result.
    pub(crate) labels: &'a Labels,
    /// The expression's value.
    pub(crate) value: f64,
    /// The time of the evaluation.
    pub(crate) at: Timestamp,
    pub(crate) globals: &'a Globals,
    /// Evaluates an expression at the same time.
    pub(crate) query: &'a dyn Fn(&str) -> Result<Vector, String>,
}

impl Scene<'_> {
    /// The dot at the start, and the variables that are always there.
    fn data(&self) -> (Value, Vec<(String, Value)>) {
        let fields = [
            ("Labels", "labels", labels_value(self.labels)),
            ("ExternalLabels", "externalLabels", self.globals.external_labels.clone()),
            ("ExternalURL", "externalURL", Value::text(&self.globals.external_url)),
            ("Value", "value", Value::Float(self.value)),
        ];
        let dot: BTreeMap<String, Value> =
            fields.iter().map(|(field, _, value)| ((*field).to_owned(), value.clone())).collect();
        let dot = Value::Map(Arc::new(dot), Missing::Error);
        let mut variables = vec![(String::new(), dot.clone())];
        variables.extend(fields.into_iter().map(|(_, variable, value)| (variable.to_owned(), value)));
        (dot, variables)
    }
}

fn labels_value(labels: &Labels) -> Value {
    let map = labels.iter().map(|(name, value)| (name.to_owned(), Value::text(value))).collect();
    Value::Map(Arc::new(map), Missing::Empty)
}

#[cfg(test)]
mod tests;
