//! `/etc/os-release`: the operating system's name and version (os-release(5)).

use std::path::{Path, PathBuf};

use model::{MetricDesc, Timestamp};

use crate::host::collector::{CollectError, Collector};
use crate::host::environment::Environment;
use crate::host::parse::{split_once, text};
use crate::host::samples::Samples;

const INFO: MetricDesc =
    MetricDesc::gauge("node_os_info", "The operating system's name and version; always 1.");
const VERSION: MetricDesc = MetricDesc::gauge(
    "node_os_version",
    "The operating system's version as major.minor, where it is a number.",
);

pub(in crate::host) static METRICS: &[MetricDesc] = &[INFO, VERSION];

/// Labels of [`INFO`]; the file's keys are the same in capitals.
const LABELS: [&str; 12] = [
    "build_id",
    "id",
    "id_like",
    "image_id",
    "image_version",
    "name",
    "pretty_name",
    "variant",
    "variant_id",
    "version",
    "version_codename",
    "version_id",
];
const VERSION_LABELS: [&str; 3] = ["id", "id_like", "name"];

/// Where the file may be; the first that exists counts.
const PATHS: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

pub(in crate::host) fn build(environment: &Environment) -> Box<dyn Collector> {
    Box::new(OsRelease { paths: PATHS.map(|path| environment.rootfs.join(path)) })
}

#[derive(Debug)]
struct OsRelease {
    paths: [PathBuf; 2],
}

impl Collector for OsRelease {
    fn collect(&mut self, _: Timestamp, out: &mut Samples<'_>) -> Result<(), CollectError> {
        let [path, fallback] = &self.paths;
        let bytes = read(path).or_else(|_| read(fallback))?;
        let values: Vec<(&'static str, String)> =
            LABELS.iter().map(|label| (*label, value(&bytes, label))).collect();
        let labels: Vec<(&'static str, &str)> =
            values.iter().map(|(label, value)| (*label, value.as_str())).collect();
        out.emit(&INFO, &labels, 1.0);
        if let Some(version) = major_minor(&value(&bytes, "version_id")) {
            let of_version = |(label, _): &&(&'static str, &str)| VERSION_LABELS.contains(label);
            let labels: Vec<(&'static str, &str)> = labels.iter().filter(of_version).copied().collect();
            out.emit(&VERSION, &labels, version);
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CollectError> {
    std::fs::read(path).map_err(|source| CollectError::read(path, source))
}

/// The value of the key that belongs to `label`, without quotes and escapes; empty if there is none.
fn value(bytes: &[u8], label: &str) -> String {
    let raw = bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| split_once(line, b'='))
        .find(|(key, _)| key.trim_ascii().eq_ignore_ascii_case(label.as_bytes()))
        .map(|(_, value)| text(value.trim_ascii()).into_owned())
        .unwrap_or_default();
    let inner = ['"', '\''].into_iter().find_map(|quote| raw.strip_prefix(quote)?.strip_suffix(quote));
    match inner {
        Some(inner) if raw.starts_with('"') => unescape(inner),
        Some(inner) => inner.to_owned(),
        None => raw,
    }
}

/// Undoes the shell's escapes within double quotes.
fn unescape(quoted: &str) -> String {
    let mut is_escaped = false;
    let is_kept = |c: &char| {
        is_escaped = *c == '\\' && !is_escaped;
        !is_escaped
    };
    quoted.chars().filter(is_kept).collect()
}

/// `22.04.1` as 22.04.
fn major_minor(version: &str) -> Option<f64> {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    let number = version.get(..end)?;
    let is_plain = number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_plain { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
