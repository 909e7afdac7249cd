//! What a target's series are called, and which of them are alive.
//!
//! A steady target sends the same names and labels at every scrape. Remembering what became of each text
//! spares the relabelling, and keeps the `Labels` the same, which makes the store's look-up cheap. The cache
//! holds what the last successful scrape saw, so its size is bounded by the size of one answer.

use std::collections::HashSet;

use ahash::AHashMap;
use model::Labels;

#[derive(Debug, Default)]
pub(super) struct SeriesCache {
    entries: AHashMap<Box<str>, Entry>,
    /// Counts scrapes, so that an entry can say when it was last seen.
    scrape: u64,
    /// Series that live on from before this cache was made.
    inherited: Vec<Labels>,
}

#[derive(Debug)]
struct Entry {
    /// What the series is called in the store; nothing if relabelling drops it.
    labels: Option<Labels>,
    seen_at: u64,
    /// The last scrape in which it had a sample that asks for a staleness marker at its end.
    tracked_at: u64,
    /// Whether it was part of a successful scrape.
    counted: bool,
    /// Whether the store has a sample of it and no staleness marker yet.
    alive: bool,
}

/// What became of the text of a series in this scrape.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is new to the cache.
    New,
    /// It has this name in the store.
    Kept(Labels),
    /// Relabelling drops it.
    Dropped,
    /// It occurred in this scrape already, without a time of its own.
    Again,
}

/// What a finished scrape changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Series that get a staleness marker now.
    pub(super) vanished: Vec<Labels>,
    /// Series that were not in the scrape before.
    pub(super) added: u64,
}

impl SeriesCache {
    /// Begins a scrape.
    pub(super) fn begin(&mut self) {
        self.scrape = self.scrape.saturating_add(1);
    }

    /// Looks a text up and notes that it was seen; `track` says whether its end matters.
    pub(super) fn see(&mut self, series: &str, track: bool) -> Seen {
        let scrape = self.scrape;
        let Some(entry) = self.entries.get_mut(series) else { return Seen::New };
        if track && entry.tracked_at == scrape {
            return Seen::Again;
        }
        entry.seen_at = scrape;
        if track {
            entry.tracked_at = scrape;
        }
        entry.labels.clone().map_or(Seen::Dropped, Seen::Kept)
    }

    /// Remembers what a new text means.
    pub(super) fn remember(&mut self, series: &str, labels: Option<Labels>, track: bool) {
        let scrape = self.scrape;
        let tracked_at = if track { scrape } else { 0 };
        let entry = Entry { labels, seen_at: scrape, tracked_at, counted: false, alive: false };
        self.entries.insert(series.into(), entry);
    }

    /// Ends a scrape that went well: what it did not see vanishes.
    pub(super) fn succeed(&mut self) -> Changes {
        let scrape = self.scrape;
        let mut changes = Changes { vanished: std::mem::take(&mut self.inherited), added: 0 };
        self.entries.retain(|_, entry| {
            if entry.seen_at == scrape && !entry.counted {
                entry.counted = true;
                changes.added += u64::from(entry.labels.is_some());
            }
            let was_alive = std::mem::replace(&mut entry.alive, entry.tracked_at == scrape);
            if was_alive && !entry.alive {
                changes.vanished.extend(entry.labels.clone());
            }
            entry.seen_at == scrape
        });
        self.leave_out_the_living(&mut changes.vanished);
        changes
    }

    /// Ends a scrape that failed: all that was alive vanishes, but is not forgotten.
    pub(super) fn fail(&mut self) -> Changes {
        Changes { vanished: self.end_all(), added: 0 }
    }

    /// Takes all living series out; none is alive afterwards.
    pub(super) fn end_all(&mut self) -> Vec<Labels> {
        let mut vanished = std::mem::take(&mut self.inherited);
        for entry in self.entries.values_mut() {
            if std::mem::take(&mut entry.alive) {
                vanished.extend(entry.labels.clone());
            }
        }
        self.leave_out_the_living(&mut vanished);
        vanished
    }

    /// Forgets what texts mean, because the configuration changed, but not which series are alive.
    pub(super) fn forget_texts(&mut self) {
        self.inherited = self.end_all();
        self.entries.clear();
    }

    /// Takes back series whose staleness markers could not be stored.
    pub(super) fn take_back(&mut self, vanished: Vec<Labels>) {
        self.inherited.extend(vanished);
    }

    /// Relabelling may give two texts the same name, of which one may live on.
    fn leave_out_the_living(&self, vanished: &mut Vec<Labels>) {
        if vanished.is_empty() {
            return;
        }
        let living: HashSet<&Labels> = self
            .entries
            .values()
            .filter(|entry| entry.alive)
            .filter_map(|entry| entry.labels.as_ref())
            .collect();
        let mut told = HashSet::new();
        vanished.retain(|labels| !living.contains(labels) && told.insert(labels.clone()));
    }
}
