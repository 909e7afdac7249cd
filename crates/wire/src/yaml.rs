//! YAML documents: configuration, scrape configurations, rule files.

mod locate;

use serde::de::DeserializeOwned;

pub use locate::locate;

/// Why a YAML document is refused, in one line that says file, line and key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct DocumentError {
    /// The document's name, usually a path.
    pub file: String,
    /// The line, from 1; 0 where none is known.
    pub line: u64,
    /// The column, from 1; 0 where none is known.
    pub column: u64,
    /// What is wrong, with the key and what would be right.
    pub message: String,
}

/// Reads a document. An empty one gives the default of types that have one for all their fields.
///
/// Types should `deny_unknown_fields`, so that a mistyped key is told with its line.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, DocumentError> {
    let text = if is_blank(text) { "{}" } else { text };
    let mut key = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |document| {
        serde_path_to_error::deserialize(document).map_err(|error| {
            key = error.path().to_string();
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        let message = describe(&key, &error.without_snippet().to_string());
        DocumentError { file: file.to_owned(), line, column, message }
    })
}

/// Whether a document holds nothing but comments, which YAML reads as "no value".
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line == "---")
}

/// The parser's words with the key in front, without the place that [`DocumentError`] says anyway.
fn describe(key: &str, message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(before, _)| before);
    let message = message.split_once(", set DuplicateKeyPolicy").map_or(message, |(before, _)| before);
    let message = match suggestion(message) {
        Some(known) => format!("{message}; did you mean `{known}`?"),
        None => plain(message).to_owned(),
    };
    match key {
        "" | "." | "?" => message,
        key => format!("{key}: {message}"),
    }
}

/// The parser's words for a mismatch of types, said in the words of the document's author.
fn plain(message: &str) -> &str {
    match message {
        "expected string scalar" => "expected a text, found a list or a mapping",
        "expected mapping start" => "expected a mapping (lines of `key: value`)",
        "expected sequence start" => "expected a list (lines of `- item`)",
        "invalid boolean" => "expected `true` or `false`",
        message if message.starts_with("invalid u") => "expected a whole number, not negative",
        message if message.starts_with("invalid i") => "expected a whole number",
        message if message.starts_with("invalid f") => "expected a number",
        message => message,
    }
}

/// The known field that an unknown one most likely stands for.
fn suggestion(message: &str) -> Option<&str> {
    let (unknown, rest) = message.strip_prefix("unknown field `")?.split_once('`')?;
    let (_, fields) = rest.split_once("expected one of ")?;
    let distance = |field: &str| edit_distance(unknown, field);
    let nearest = fields.split(", ").min_by_key(|field| distance(field))?;
    (distance(nearest) <= 1 + unknown.len() / 4).then_some(nearest)
}

/// Levenshtein's distance in characters; both texts are names of keys, so short.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Doc {
        name: String,
        every: model::Duration,
        inner: Inner,
        list: Vec<Inner>,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Inner {
        count: u32,
    }

    #[test]
    fn errors_say_file_line_key_and_what_would_be_right() {
        #[track_caller]
        fn f(text: &str, want: &str) {
            assert_eq!(read::<Doc>("f.yaml", text).unwrap_err().to_string(), want);
        }
        f(
            "nam: x",
            "f.yaml:1:1: nam: unknown field `nam`, expected one of name, every, inner, list; did you mean `name`?",
        );
        f("name: [1]", "f.yaml:1:7: name: expected a text, found a list or a mapping");
        f(
            "a: 1\nevery: 5 minutes",
            "f.yaml:1:1: a: unknown field `a`, expected one of name, every, inner, list",
        );
        f(
            "every: 5 minutes",
            "f.yaml:1:8: every: `5 minutes` is not a duration: write a number and a unit such as `15s`, `5m`, \
             `1h30m`, `30d` or `1y`",
        );
        f(
            "list:\n- count: 1\n- count: -1",
            "f.yaml:3:10: list[1].count: expected a whole number, not negative",
        );
        f("name: 1\nname: 2", "f.yaml:2:1: duplicate mapping key: name");
        f("name: 'x", "f.yaml:1:7: unclosed quote");
    }

    #[test]
    fn a_blank_document_is_all_defaults() {
        #[track_caller]
        fn f(text: &str) {
            assert_eq!(read::<Doc>("f.yaml", text), Ok(Doc::default()));
        }
        f("");
        f("# nothing\n\n---\n");
        f("{}");
    }
}
