//! Metadata of families as the lines about them come in.

use std::collections::HashMap;
use std::sync::Arc;

use model::{Metadata, MetricKind};

use super::cursor::{Cursor, Fault, unescape};
use super::{Format, Limits};

#[derive(Debug, Default)]
pub(super) struct Families {
    list: Vec<(Arc<str>, Metadata)>,
    places: HashMap<Arc<str>, usize>,
}

/// What a comment turned out to be.
pub(super) enum Comment {
    /// Metadata, or words for people.
    Read,
    /// The end of an OpenMetrics text.
    Eof,
}

impl Families {
    pub(super) fn into_list(self) -> Vec<(Arc<str>, Metadata)> {
        self.list
    }

    /// Reads a line that starts with `#`, without its line feed.
    pub(super) fn read_comment(
        &mut self,
        cursor: &mut Cursor<'_>,
        format: Format,
        limits: &Limits,
    ) -> Result<Comment, Fault> {
        cursor.eat(b'#');
        let keyword = if cursor.eat_blanks() { cursor.take_word() } else { "" };
        match (keyword, format) {
            ("EOF", Format::OpenMetrics) if cursor.at_line_end() => return Ok(Comment::Eof),
            ("HELP" | "TYPE", _) | ("UNIT", Format::OpenMetrics) => {
                self.read_metadata(keyword, cursor, format, limits)?;
            }
            _ => {
                cursor.take_line();
            }
        }
        Ok(Comment::Read)
    }

    fn read_metadata(
        &mut self,
        keyword: &str,
        cursor: &mut Cursor<'_>,
        format: Format,
        limits: &Limits,
    ) -> Result<(), Fault> {
        cursor.eat_blanks();
        let name = match cursor.peek() {
            Some(b'"') => cursor.take_quoted()?,
            _ => cursor.take_metric_name().into(),
        };
        if name.is_empty() || !(cursor.at_line_end() || cursor.eat_blanks()) {
            return cursor.fault(format!("expected a metric name after {keyword}"));
        }
        let value_at = cursor.at();
        let value = cursor.take_line();
        let Some(family) = self.family(&name, limits) else {
            return cursor.fault(format!("more than {} metric families", limits.families));
        };
        match keyword {
            "HELP" => family.help = unescape(value, format == Format::OpenMetrics).into(),
            "UNIT" => family.unit = value.trim().into(),
            _ => match value.trim().parse::<MetricKind>() {
                Ok(kind) => family.kind = kind,
                Err(()) => {
                    let message = format!("`{}` is not a metric type", value.trim());
                    return Err(Fault { at: value_at, message });
                }
            },
        }
        Ok(())
    }

    fn family(&mut self, name: &str, limits: &Limits) -> Option<&mut Metadata> {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None if self.list.len() >= limits.families => return None,
            None => {
                let name: Arc<str> = name.into();
                self.places.insert(name.clone(), self.list.len());
                self.list.push((name, Metadata::default()));
                self.list.len() - 1
            }
        };
        self.list.get_mut(place).map(|(_, metadata)| metadata)
    }
}
