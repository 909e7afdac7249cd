//! The rules that come with Sextant.

use crate::rule::RuleGroup;

/// A stock file: its name and its text.
macro_rules! stock_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../stock/", $name)))),*]
    };
}

/// The files under `stock/`.
const FILES: &[(&str, &str)] = stock_files![
    "host-cpu.yaml",
    "host-memory.yaml",
    "host-disk.yaml",
    "host-network.yaml",
    "host-system.yaml",
    "targets.yaml",
    "sextant.yaml",
];

/// The rules that come with Sextant, for hosts, scraped targets and Sextant itself. Their files are shown as
/// `stock/<name>`.
pub fn stock() -> Vec<RuleGroup> {
    let parse = |(name, text): &(&str, &str)| crate::parse(&format!("stock/{name}"), text);
    // A test parses every file, so that none is left out here.
    FILES.iter().filter_map(|file| parse(file).ok()).flatten().collect()
}

#[cfg(test)]
mod tests;
