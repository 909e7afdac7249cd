//! Values within templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;

use super::go_format;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing: Go's nil or an absent value.
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    /// Names and values, and what an absent name means.
    Map(Arc<BTreeMap<String, Value>>, Missing),
    List(Arc<Vec<Value>>),
    /// A point in time.
    Time(Timestamp),
    /// A length of time in nanoseconds.
    Duration(i64),
}

/// What an absent name in a map means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The empty text, as in labels.
    Empty,
    /// Nothing, as in arguments.
    Nothing,
    /// A mistake, as in a structure.
    Error,
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A series of a query's result: `.Labels` and `.Value`.
    pub(super) fn sample(labels: Value, value: f64) -> Self {
        let fields = [("Labels".to_owned(), labels), ("Value".to_owned(), Self::Float(value))];
        Self::Map(Arc::new(fields.into()), Missing::Error)
    }

    /// A field or the value of a name.
    pub(super) fn field(&self, name: &str) -> Result<Value, String> {
        match self {
            Self::Map(map, missing) => match (map.get(name), missing) {
                (Some(value), _) => Ok(value.clone()),
                (None, Missing::Empty) => Ok(Self::text("")),
                (None, Missing::Nothing) => Ok(Self::None),
                (None, Missing::Error) => Err(format!("there is no field `{name}`")),
            },
            other => Err(format!("a {} has no field `{name}`", other.type_name())),
        }
    }

    /// Whether `if` takes it for true: neither false, nor zero, nor empty.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Duration(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Map(map, missing) => *missing == Missing::Error || !map.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Time(_) => true,
        }
    }

    /// As a number: numbers themselves, durations in seconds, texts that hold a number.
    pub(super) fn number(&self) -> Result<f64, String> {
        match self {
            Self::Int(value) => Ok(*value as f64),
            Self::Float(value) => Ok(*value),
            Self::Duration(nanos) => Ok(*nanos as f64 / 1e9),
            Self::Text(text) => model::parse_value(text).ok_or_else(|| format!("`{text}` is not a number")),
            other => Err(format!("expected a number, found a {}", other.type_name())),
        }
    }

    pub(super) fn as_text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(format!("expected a text, found a {}", other.type_name())),
        }
    }

    /// The type, in the words that Go's `fmt` uses for most.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Map(..) => "map",
            Self::List(_) => "list",
            Self::Time(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
        }
    }

    /// As Go's `fmt` prints it with `%v`, appended to `out`. Stops growing `out` beyond `bytes_max`.
    pub(super) fn print(&self, out: &mut String, bytes_max: usize) {
        if out.len() > bytes_max {
            return;
        }
        match self {
            Self::None => out.push_str("<no value>"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&go_format::float(*value, 'g', None)),
            Self::Text(text) => out.push_str(text),
            Self::Time(time) => out.push_str(&go_format::time(*time)),
            Self::Duration(nanos) => out.push_str(&go_format::duration(*nanos)),
            Self::Map(map, _) => {
                out.push_str("map[");
                for (index, (name, value)) in map.iter().enumerate() {
                    out.push_str(if index > 0 { " " } else { "" });
                    out.push_str(name);
                    out.push(':');
                    value.print(out, bytes_max);
                }
                out.push(']');
            }
            Self::List(list) => {
                out.push('[');
                for (index, value) in list.iter().enumerate() {
                    out.push_str(if index > 0 { " " } else { "" });
                    value.print(out, bytes_max);
                }
                out.push(']');
            }
        }
    }
}
