//! Rule files in Prometheus's format.
//!
//! Format: Prometheus, `docs/configuration/recording_rules.md` and `alerting_rules.md`. What promtool refuses is
//! refused here, with file, line, column and key. Names of labels and metrics are Prometheus's classic ones
//! (letters, digits, underscores).

mod check;
mod document;

use std::path::{Path, PathBuf};

use wire::yaml::DocumentError;

use crate::rule::RuleGroup;

/// The largest rule file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The most files a set of patterns may match.
const FILES_MAX: usize = 10_000;

/// Why rules cannot be loaded. Says all that is wrong in a file, one fault per line.
#[derive(Debug, thiserror::Error)]
pub enum RuleFileError {
    /// A pattern is no glob.
    #[error("rule file pattern `{pattern}` is not a glob")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        #[source]
        source: glob::PatternError,
    },
    /// A file cannot be read.
    #[error("cannot read the rule file `{file}`")]
    Read {
        /// The file.
        file: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// There is too much of something.
    #[error("{what} {limit}")]
    TooMuch {
        /// Of what, and where.
        what: String,
        /// How much is allowed.
        limit: u64,
    },
    /// A file's content is refused.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<DocumentError>),
}

/// Loads the rules of all files that the paths or globs match, sorted by file within each pattern. A file
/// that two patterns match is loaded once. A glob may match nothing; a plain path must exist.
pub fn load<P: AsRef<str>>(patterns: &[P]) -> Result<Vec<RuleGroup>, RuleFileError> {
    let mut groups = Vec::new();
    let mut faults = Vec::new();
    for path in matching_files(patterns)? {
        let file = path.display().to_string();
        match parse(&file, &read(&path, &file)?) {
            Ok(more) => groups.extend(more),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(groups) } else { Err(RuleFileError::Invalid(faults)) }
}

/// Reads the rules of one file's text. All faults are told, not only the first.
pub fn parse(file: &str, text: &str) -> Result<Vec<RuleGroup>, Vec<DocumentError>> {
    let document = wire::yaml::read::<document::File>(file, text).map_err(|error| vec![error])?;
    check::groups(file, text, document)
}

fn matching_files<P: AsRef<str>>(patterns: &[P]) -> Result<Vec<PathBuf>, RuleFileError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let pattern = pattern.as_ref();
        if !pattern.contains(['*', '?', '[']) {
            files.push(PathBuf::from(pattern));
            continue;
        }
        let matches = glob::glob(pattern)
            .map_err(|source| RuleFileError::Pattern { pattern: pattern.to_owned(), source })?;
        for found in matches {
            let path = found.map_err(|error| RuleFileError::Read {
                file: error.path().display().to_string(),
                source: error.into(),
            })?;
            if path.is_file() {
                files.push(path);
            }
            if files.len() > FILES_MAX {
                let what = format!("the rule file pattern `{pattern}` matches more files than");
                return Err(RuleFileError::TooMuch { what, limit: FILES_MAX as u64 });
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|path| seen.insert(path.clone()));
    Ok(files)
}

fn read(path: &Path, file: &str) -> Result<String, RuleFileError> {
    let error = |source| RuleFileError::Read { file: file.to_owned(), source };
    let size = std::fs::metadata(path).map_err(error)?.len();
    if size > FILE_BYTES_MAX {
        let what = format!("the rule file `{file}` has {size} bytes, more than");
        return Err(RuleFileError::TooMuch { what, limit: FILE_BYTES_MAX });
    }
    std::fs::read_to_string(path).map_err(error)
}

#[cfg(test)]
mod tests;
