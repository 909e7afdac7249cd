//! The store's own figures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::{MetricDesc, Vital, VitalSource};
use parking_lot::Mutex;

use super::{Shared, Store};

const SERIES: MetricDesc = MetricDesc::gauge("sextant_store_head_series", "Series in the store's head.");
const HEAD_BYTES: MetricDesc =
    MetricDesc::gauge("sextant_store_head_sample_bytes", "Memory of the samples in the store's head.");
const APPENDED: MetricDesc =
    MetricDesc::counter("sextant_store_samples_appended_total", "Samples that the store took.");
const PARTS: MetricDesc = MetricDesc::gauge("sextant_store_parts", "Immutable parts on disk.");
const PART_BYTES: MetricDesc = MetricDesc::gauge("sextant_store_part_bytes", "Bytes of all parts on disk.");
const LOG_BYTES: MetricDesc = MetricDesc::gauge("sextant_store_log_bytes", "Bytes of the write-ahead log.");
const DAMAGED: MetricDesc = MetricDesc::counter(
    "sextant_store_damaged_blocks_total",
    "Reads of parts that met damaged data, which was left out of the answer.",
);
const QUARANTINED: MetricDesc = MetricDesc::gauge(
    "sextant_store_quarantined_files",
    "Files that the last start could not use and moved aside.",
);
const LOG_CUTS: MetricDesc =
    MetricDesc::gauge("sextant_store_log_cuts", "Damaged stretches that the last start found in the log.");
const FLUSHES: MetricDesc =
    MetricDesc::counter("sextant_store_flushes_total", "Times that the head was written as parts.");
const FLUSH_SECONDS: MetricDesc =
    MetricDesc::counter("sextant_store_flush_seconds_total", "Time spent writing the head as parts.");
const FLUSH_FAILED: MetricDesc = MetricDesc::gauge(
    "sextant_store_flush_failed",
    "Whether the last try to write the head as parts failed.",
);
const MERGES: MetricDesc = MetricDesc::counter("sextant_store_merges_total", "Merges of parts.");
const MERGE_SECONDS: MetricDesc =
    MetricDesc::counter("sextant_store_merge_seconds_total", "Time spent merging parts.");
const SYNC_FAILED: MetricDesc = MetricDesc::gauge(
    "sextant_store_sync_failed",
    "Whether a sync of the log failed and the samples concerned are not in parts yet.",
);

/// A number that only rises.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    fn get(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64
    }
}

/// How often something was done and how long it took.
#[derive(Debug, Default)]
pub(super) struct Work {
    runs: Counter,
    micros: Counter,
}

impl Work {
    pub(super) fn done(&self, since: Instant) {
        let took: Duration = since.elapsed();
        self.runs.add(1);
        self.micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    fn seconds(&self) -> f64 {
        self.micros.get() / 1e6
    }
}

/// What is counted as it happens.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) appended: Counter,
    pub(super) damaged_reads: Counter,
    pub(super) flushes: Work,
    pub(super) merges: Work,
    flush_error: Mutex<Option<String>>,
    append_error: Mutex<Option<String>>,
}

impl Figures {
    /// Takes note of whether the log took a batch.
    pub(super) fn set_append_error(&self, error: Option<String>) {
        *self.append_error.lock() = error;
    }

    /// Why the log did not take the last batch, if it did not.
    pub(super) fn append_error(&self) -> Option<String> {
        self.append_error.lock().clone()
    }

    pub(super) fn set_flush_error(&self, error: Option<String>) {
        *self.flush_error.lock() = error;
    }

    /// Why the last flush failed, if it did.
    pub(super) fn flush_error(&self) -> Option<String> {
        self.flush_error.lock().clone()
    }
}

impl VitalSource for Store {
    fn vitals(&self, out: &mut Vec<Vital>) {
        let recovery = self.recovery();
        self.shared.vitals(out);
        out.extend([
            Vital::plain(&QUARANTINED, recovery.quarantined.len() as f64),
            Vital::plain(&LOG_CUTS, recovery.cuts.len() as f64),
        ]);
    }
}

impl Shared {
    fn vitals(&self, out: &mut Vec<Vital>) {
        let (log_bytes, unsynced) = {
            let log = self.log.lock();
            (log.bytes(), log.has_unsynced())
        };
        let live = self.live.read();
        let (series, head_bytes) = (live.head.registry.len(), live.head.sample_bytes());
        let parts = live.parts.clone();
        drop(live);
        let part_bytes: u64 = parts.iter().map(|part| part.info.bytes).sum();
        let figures = &self.figures;
        let flag = |set: bool| if set { 1.0 } else { 0.0 };
        out.extend([
            Vital::plain(&SERIES, series as f64),
            Vital::plain(&HEAD_BYTES, head_bytes as f64),
            Vital::plain(&APPENDED, figures.appended.get()),
            Vital::plain(&PARTS, parts.len() as f64),
            Vital::plain(&PART_BYTES, part_bytes as f64),
            Vital::plain(&LOG_BYTES, log_bytes as f64),
            Vital::plain(&DAMAGED, figures.damaged_reads.get()),
            Vital::plain(&FLUSHES, figures.flushes.runs.get()),
            Vital::plain(&FLUSH_SECONDS, figures.flushes.seconds()),
            Vital::plain(&FLUSH_FAILED, flag(figures.flush_error().is_some())),
            Vital::plain(&MERGES, figures.merges.runs.get()),
            Vital::plain(&MERGE_SECONDS, figures.merges.seconds()),
            Vital::plain(&SYNC_FAILED, flag(unsynced)),
        ]);
    }
}
