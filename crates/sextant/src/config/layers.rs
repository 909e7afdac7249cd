//! Putting the configuration together from its sources.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Config, ConfigError};

/// A file may be this long, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The file, if one is named.
    pub(crate) file: Option<PathBuf>,
    /// Key, value and origin (a variable or flag) of everything that overrides the file, weakest first.
    pub(crate) overrides: Vec<Override>,
}

/// One key set from outside the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Override {
    /// The variable or flag, for errors.
    pub(crate) origin: String,
    /// The key's path, such as `storage.retention.raw`.
    pub(crate) path: String,
    /// The value as written.
    pub(crate) value: String,
}

/// A loaded configuration, with what is needed to say where a value came from.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) sources: Sources,
    pub(crate) text: String,
}

/// A variable's name, the key it sets, and how its value becomes that key's.
type DocumentVariable = (&'static str, &'static str, fn(&str) -> String);

/// The variables of the source documents.
const DOCUMENT_VARIABLES: &[DocumentVariable] = &[
    ("MONITORING_SCRAPE_INTERVAL", "global.scrape_interval", str::to_owned),
    ("MONITORING_RETENTION_DAYS", "storage.retention.raw", |days| format!("{days}d")),
    ("MONITORING_QUERY_TIMEOUT", "query.timeout", str::to_owned),
    ("MONITORING_MAX_CONCURRENT_QUERIES", "query.max_concurrent", str::to_owned),
    ("ALERT_EVALUATION_INTERVAL", "rules.evaluation_interval", str::to_owned),
];

impl Sources {
    /// Sources from a file, the environment, and `key=value` flags.
    pub(crate) fn new(
        file: Option<PathBuf>,
        environment: impl Iterator<Item = (String, String)>,
        flags: Vec<Override>,
    ) -> Self {
        let mut documents = Vec::new();
        let mut own = Vec::new();
        for (name, value) in environment {
            if let Some((_, path, convert)) = DOCUMENT_VARIABLES.iter().find(|(known, ..)| *known == name) {
                documents.push(Override { path: (*path).to_owned(), value: convert(&value), origin: name });
            } else if let Some(path) = own_variable(&name) {
                own.push(Override { origin: name, path, value });
            }
        }
        documents.sort_by(|a, b| a.origin.cmp(&b.origin));
        own.sort_by(|a, b| a.origin.cmp(&b.origin));
        Self { file, overrides: documents.into_iter().chain(own).chain(flags).collect() }
    }

    /// Reads, merges and checks everything. Called again for every reload.
    pub(crate) fn load(&self) -> Result<Loaded, ConfigError> {
        let text = self.file.as_deref().map_or(Ok(String::new()), read_file)?;
        let name =
            self.file.as_deref().map_or_else(|| "configuration".to_owned(), |f| f.display().to_string());
        let mut config: Config = wire::yaml::read(&name, &text)?;
        if !self.overrides.is_empty() {
            let mut tree: Value = wire::yaml::read(&name, &text)?;
            drop_empty_keys(&mut tree);
            for item in &self.overrides {
                (tree, config) = apply(tree, item)?;
            }
        }
        let loaded = Loaded { config, sources: self.clone(), text };
        super::check::check(&loaded)?;
        Ok(loaded)
    }
}

impl Loaded {
    /// The file's path.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.sources.file.as_deref()
    }

    /// Where the value of `key` was set: `file:line:column`, a variable or flag, or `default`.
    pub(crate) fn place(&self, key: &str) -> String {
        if let Some(item) = self.sources.overrides.iter().rev().find(|item| item.path == key) {
            return item.origin.clone();
        }
        match (self.file(), wire::yaml::locate(&self.text, key)) {
            (Some(file), Some((line, column))) => format!("{}:{line}:{column}", file.display()),
            (Some(file), None) => file.display().to_string(),
            (None, _) => "default".to_owned(),
        }
    }
}

/// The key path of a `SEXTANT_` variable. All keys lie in a section, so a name without `__` is something else.
fn own_variable(name: &str) -> Option<String> {
    let key = name.strip_prefix("SEXTANT_").filter(|key| key.contains("__"))?;
    Some(key.to_ascii_lowercase().replace("__", "."))
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    let error = |source| ConfigError::Read { path: path.to_owned(), source };
    read_text(path, FILE_BYTES_MAX).map_err(error)
}

/// The text of a file that may not be longer than `max_bytes`, whatever the file says its length is.
pub(crate) fn read_text(path: &Path, max_bytes: u64) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut text = String::new();
    file.take(max_bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 > max_bytes {
        let message = format!("longer than {max_bytes} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

/// Leaves out keys without a value, as in a file that only says `storage:`, which mean the default.
fn drop_empty_keys(tree: &mut Value) {
    match tree {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_empty_keys);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_empty_keys),
        _ => {}
    }
}

/// Sets one key in the tree and reads the whole again, so that a fault is known to be this override's.
fn apply(mut tree: Value, item: &Override) -> Result<(Value, Config), ConfigError> {
    let fault = |message: String| ConfigError::Override { source_name: item.origin.clone(), message };
    // `5` may be meant as a number or as a text; the key's type decides.
    let as_yaml = wire::yaml::read::<Value>("value", &item.value).unwrap_or(Value::Null);
    let as_text = Value::String(item.value.clone());
    let candidates =
        if as_yaml.is_null() || as_yaml.is_object() { vec![as_text] } else { vec![as_yaml, as_text] };
    let mut first_error = None;
    for candidate in candidates {
        set(&mut tree, &item.path, candidate).map_err(fault)?;
        match serde_path_to_error::deserialize::<_, Config>(&tree) {
            Ok(config) => return Ok((tree, config)),
            Err(error) => first_error.get_or_insert(error),
        };
    }
    let message = first_error.map_or_else(String::new, |error| match error.path().to_string().as_str() {
        "." => error.inner().to_string(),
        path => format!("{path}: {}", error.inner()),
    });
    Err(fault(message))
}

fn set(tree: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let mut at = tree;
    for key in path.split('.') {
        let section = at
            .as_object_mut()
            .ok_or_else(|| format!("`{path}` leads through a key that has no keys below it"))?;
        at = section.entry(key).or_insert_with(|| Value::Object(Map::new()));
    }
    *at = value;
    Ok(())
}
