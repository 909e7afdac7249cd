//! YAML documents: configuration, scrape configurations, rule files.

use serde::de::DeserializeOwned;

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
    let text = if text.trim().is_empty() { "{}" } else { text };
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        let message = error.without_snippet().to_string();
        DocumentError { file: file.to_owned(), line: line as u64, column: column as u64, message }
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Doc {
        name: String,
        every: model::Duration,
        inner: Inner,
        list: Vec<Inner>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Inner {
        count: u32,
    }

    fn message(text: &str) -> String {
        read::<Doc>("f.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn show() {
        for t in [
            "nam: x", "name: [1]", "every: 5 minutes", "inner:\n  count: many\n", "inner:\n  cuont: 3\n", "name: 'x", "name: 1\nname: 2\n", "list:\n - count: 1\n - count: -1\n", "[]"
        ] {
            println!("{}", message(t));
        }
        println!("{:?}", read::<Doc>("f", "").unwrap());
        println!("{:?}", read::<Doc>("f", "name: 1\n").unwrap());
    }
}
