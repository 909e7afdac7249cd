//! Decisions about parts: how to cut the head into parts, and which parts to merge. Pure.

use std::collections::BTreeMap;

use model::{TimeRange, Timestamp};

use crate::part::PartInfo;

const DAY_MS: i64 = 86_400_000;
/// Days before today that never share a part with older ones, so that they merge and expire by themselves.
const RECENT_DAYS: i64 = 2;
/// Older days share a part until it holds this many samples, so that scattered history makes few files.
const SHARED_PART_SAMPLES: u64 = 1 << 16;
/// A flush cuts history into about this many parts at most.
const HISTORY_PARTS_MAX: u64 = 64;
/// This many parts of one level are merged into one of the next.
const FAN_OUT: usize = 8;
/// One merge takes at most this many parts, and at most this many bytes of them.
const MERGE_PARTS_MAX: usize = 32;
const MERGE_BYTES_MAX: u64 = 1 << 30;

/// The UTC day of a time in milliseconds.
pub(crate) fn day_of(millis: i64) -> i64 {
    millis.div_euclid(DAY_MS)
}

/// The ranges of the parts for samples spread over days like this. A day is never in two parts.
pub(crate) fn cut(per_day: &BTreeMap<i64, u64>, today: i64) -> Vec<TimeRange> {
    let total: u64 = per_day.values().sum();
    let enough = SHARED_PART_SAMPLES.max(total / HISTORY_PARTS_MAX);
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    let mut gathered = 0;
    for (day, samples) in per_day {
        let recent = *day > today.saturating_sub(RECENT_DAYS);
        match ranges.last_mut() {
            Some((_, last)) if !recent && gathered < enough => *last = *day,
            _ => {
                ranges.push((*day, *day));
                gathered = 0;
            }
        }
        gathered += samples;
    }
    let start = |day: i64| Timestamp::from_millis(day.saturating_mul(DAY_MS));
    ranges
        .into_iter()
        .map(|(first, last)| TimeRange::new(start(first), start(last).plus_millis(DAY_MS - 1)))
        .collect()
}

/// The parts to merge next, as ids. `parts` are sorted by order and hold none that must not be merged.
///
/// Only parts that follow each other in order, apart from ones they share no time with, may be merged: one in
/// between that shares time would be overwritten by older samples or overwrite newer ones.
pub(crate) fn merge_next(parts: &[PartInfo], blocked: &[u64], now_ms: i64) -> Option<Vec<u64>> {
    let mut groups: BTreeMap<Option<i64>, Vec<&PartInfo>> = BTreeMap::new();
    for part in parts {
        let day = (day_of(part.min) == day_of(part.max)).then(|| day_of(part.min));
        groups.entry(day).or_default().push(part);
    }
    let today = day_of(now_ms);
    groups.iter().find_map(|(day, group)| {
        let over = day.is_some_and(|day| day < today);
        runs(group, parts, blocked).into_iter().find_map(|run| pick(run, over))
    })
}

/// Stretches of a group that nothing of another group interrupts.
fn runs<'a>(group: &'a [&'a PartInfo], parts: &[PartInfo], blocked: &[u64]) -> Vec<&'a [&'a PartInfo]> {
    let min = group.iter().map(|part| part.min).min().unwrap_or(0);
    let max = group.iter().map(|part| part.max).max().unwrap_or(0);
    let together = |a: &&PartInfo, b: &&PartInfo| {
        let between = |part: &&PartInfo| {
            let ordered = (a.order, a.id) < (part.order, part.id) && (part.order, part.id) < (b.order, b.id);
            ordered && part.min <= max && min <= part.max
        };
        !blocked.contains(&a.id) && !blocked.contains(&b.id) && !parts.iter().any(|part| between(&part))
    };
    group.chunk_by(together).filter(|run| run.len() > 1).collect()
}

fn pick(run: &[&PartInfo], over: bool) -> Option<Vec<u64>> {
    let bytes = |parts: &[&PartInfo]| parts.iter().map(|part| part.bytes).sum::<u64>();
    let largest = run.iter().map(|part| part.bytes).max().unwrap_or(0);
    // A day that is over becomes one part, once what came later is worth rewriting the rest.
    let worth = bytes(run) - largest >= largest / 4;
    let whole = over && worth && run.len() <= MERGE_PARTS_MAX && bytes(run) <= MERGE_BYTES_MAX;
    let same_level = || {
        let mut levels = run.chunk_by(|a, b| a.level == b.level);
        let full = levels.find(|parts| parts.len() >= FAN_OUT && bytes(&parts[..FAN_OUT]) <= MERGE_BYTES_MAX);
        full.map(|parts| &parts[..parts.len().min(FAN_OUT)])
    };
    let picked = if whole { Some(run) } else { same_level() };
    picked.map(|parts| parts.iter().map(|part| part.id).collect())
}

#[cfg(test)]
mod tests;
