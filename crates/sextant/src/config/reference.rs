//! The reference page of the configuration, written from the types and their doc comments.

use serde_json::Value;

use super::Config;

const INTRODUCTION: &str = "\
# Configuration reference

Written by `sextant reference config`; do not edit.

A configuration is one YAML file, given by `--config`. Every key has a default, so the file may be empty or absent.
Any key outside of lists can also be set by `--set key.path=value`, or by an environment variable: `SEXTANT_` and the
key's path in capitals, dots as `__`, such as `SEXTANT_STORAGE__RETENTION__RAW=30d`. Flags win over variables, and
variables over the file. `SIGHUP` and `POST /-/reload` apply a changed file; a faulty one changes nothing.

These variables are read too: `MONITORING_SCRAPE_INTERVAL`, `MONITORING_RETENTION_DAYS`, `MONITORING_QUERY_TIMEOUT`,
`MONITORING_MAX_CONCURRENT_QUERIES`, `ALERT_EVALUATION_INTERVAL`.

| key | type | default | what it decides |
| --- | --- | --- | --- |
";

/// The page in Markdown.
pub(crate) fn page() -> String {
    let root = schemars::SchemaGenerator::default().into_root_schema_for::<Config>();
    let mut page = INTRODUCTION.to_owned();
    let definitions = root.get("$defs").cloned().unwrap_or_default();
    rows(root.as_value(), &definitions, "", &mut page);
    page
}

/// Adds a row per key of an object, depth first.
fn rows(schema: &Value, definitions: &Value, prefix: &str, page: &mut String) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let target = resolve(property, definitions);
        let default = property.get("default").or_else(|| target.get("default"));
        let doc = text(property, "description").or_else(|| text(target, "description")).unwrap_or_default();
        let has_keys = target.get("properties").is_some();
        // Keys of Prometheus that are recognised only to be refused take no value at all.
        let is_refused = text(target, "type") == Some("null");
        if !has_keys && !is_refused {
            let kind = kind_of(target, definitions);
            page.push_str(&format!("| `{key}` | {kind} | {} | {} |\n", shown(default), one_line(doc)));
        }
        let inner = target.get("items").map(|items| resolve(items, definitions));
        match inner {
            Some(items) if items.get("properties").is_some() => {
                rows(items, definitions, &format!("{key}[]"), page);
            }
            _ => rows(target, definitions, &key, page),
        }
    }
}

/// The schema itself, behind a reference or the one alternative that is not null.
fn resolve<'a>(schema: &'a Value, definitions: &'a Value) -> &'a Value {
    let alternatives = schema.get("anyOf").or_else(|| schema.get("allOf")).and_then(Value::as_array);
    if let Some(all) = alternatives {
        let real = all.iter().find(|one| one.get("type").and_then(Value::as_str) != Some("null"));
        return real.map_or(schema, |one| resolve(one, definitions));
    }
    let target = text(schema, "$ref").and_then(|path| path.rsplit('/').next());
    match target.and_then(|name| definitions.get(name)) {
        Some(definition) => resolve(definition, definitions),
        None => schema,
    }
}

fn kind_of(schema: &Value, definitions: &Value) -> String {
    if let Some(words) = words(schema) {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(format) =
        text(schema, "format").filter(|format| !format.starts_with(['u', 'i']) || *format == "uri")
    {
        return format.to_owned();
    }
    let kind = schema.get("type").map_or_else(String::new, |kind| match kind {
        Value::Array(kinds) => {
            let real = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            real.collect::<Vec<_>>().join(" or ")
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    });
    match (kind.as_str(), schema.get("items")) {
        ("array", Some(items)) => format!("list of {}", kind_of(resolve(items, definitions), definitions)),
        ("string", _) => "text".to_owned(),
        ("object", _) => "mapping".to_owned(),
        ("", _) => "any".to_owned(),
        (kind, _) => kind.to_owned(),
    }
}

/// The words that an enumeration allows.
fn words(schema: &Value) -> Option<Vec<&str>> {
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        return Some(list.iter().filter_map(Value::as_str).collect());
    }
    let list = schema.get("oneOf").and_then(Value::as_array)?;
    list.iter().map(|one| text(one, "const")).collect()
}

fn text<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn shown(default: Option<&Value>) -> String {
    match default {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(Value::Object(map)) if map.is_empty() => "none".to_owned(),
        Some(Value::String(text)) if text.is_empty() => String::new(),
        Some(Value::String(text)) => format!("`{}`", text.replace('|', "\\|")),
        Some(other) => format!("`{other}`"),
    }
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
