//! The rules that come with Sextant.

use crate::rule::RuleGroup;

/// The files under `stock/`, one row each.
const FILES: &[(&str, &str)] = &[];

/// The rules that come with Sextant, for hosts and for Sextant itself. Their files are shown as `stock/<name>`.
pub fn stock() -> Vec<RuleGroup> {
    let parse = |(name, text): &(&str, &str)| crate::parse(&format!("stock/{name}"), text);
    // A test parses every file, so that none is left out here.
    FILES.iter().filter_map(|file| parse(file).ok()).flatten().collect()
}
