//! From the head to parts.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use model::store::StoreError;
use model::{Labels, TimeRange, Timestamp};

use crate::Maintenance;
use crate::columns::Columns;
use crate::error::io_error;
use crate::families::Families;
use crate::head::{Frozen, Slot, decode_chunks};
use crate::manifest::Manifest;
use crate::plan::{cut, day_of};

use super::Shared;
use super::new_parts::{self, NewParts};

impl Shared {
    /// Freezes the active generation if it is due, and writes a frozen one as parts.
    pub(super) fn flush(&self, manifest: &mut Manifest, done: &mut Maintenance) -> Result<(), StoreError> {
        let waiting = self.live.read().head.frozen.clone();
        let frozen = match waiting {
            Some(frozen) => frozen,
            None if self.is_flush_due() => self.freeze(),
            None => return Ok(()),
        };
        let since = Instant::now();
        self.save_families()?;
        let Some(parts) = self.write_parts(&frozen, manifest)? else { return Ok(()) };
        done.parts_flushed += parts.len();
        done.samples_flushed += parts.infos().map(|part| part.samples).sum::<u64>();
        self.commit(&frozen, parts, manifest)?;
        done.segments_removed += self.remove_segments(frozen.covers_segments_below);
        self.figures.flushes.done(since);
        Ok(())
    }

    fn is_flush_due(&self) -> bool {
        let mut log = self.log.lock();
        let live = self.live.read();
        let Some(since) = live.head_since.filter(|_| !live.head.active.is_empty()) else {
            let below = log.segment();
            log.covered(below);
            return false;
        };
        let now = self.clock.now();
        // A clock that was set back must not put the flush off.
        let old = now >= since.plus(self.options.head_span) || now < since;
        old || live.head.active.cost() >= self.options.head_bytes_max || log.has_unsynced()
    }

    /// Ends the active generation together with its log segments.
    fn freeze(&self) -> Arc<Frozen> {
        let mut log = self.log.lock();
        log.close_segment();
        let mut live = self.live.write();
        let samples = std::mem::take(&mut live.head.active);
        let frozen = Arc::new(Frozen { samples, covers_segments_below: log.segment() });
        live.head.frozen = Some(frozen.clone());
        live.head_since = None;
        frozen
    }

    /// Nothing if maintenance should end: the samples stay in memory and in the log.
    fn write_parts(&self, frozen: &Frozen, manifest: &mut Manifest) -> Result<Option<NewParts>, StoreError> {
        let mut series: Vec<(Labels, Slot)> = {
            let live = self.live.read();
            let labels = |slot| Some((live.head.registry.labels(slot)?.clone(), slot));
            frozen.samples.slots().filter_map(labels).collect()
        };
        series.sort_unstable();
        let dir = &self.layout.parts;
        let mut writers = Vec::new();
        for range in self.part_ranges(frozen, &series) {
            writers.push((range, new_parts::create(dir, manifest, None, 0)?));
        }
        let mut new = NewParts::default();
        let mut columns = Columns::default();
        for (labels, slot) in &series {
            if self.stopping.is_cancelled() {
                return Ok(None);
            }
            samples_of(frozen, *slot, &mut columns);
            for (range, writer) in &mut writers {
                if writer.is_full() {
                    let next = new_parts::create(dir, manifest, None, 0)?;
                    new.extend(self.finish_part(std::mem::replace(writer, next))?);
                }
                let from = columns.times.partition_point(|at| *at < range.start.as_millis());
                let to = columns.times.partition_point(|at| *at <= range.end.as_millis()).max(from);
                let added = writer.add(labels, &columns.times[from..to], &columns.values[from..to]);
                added.map_err(|error| new_parts::write_error(dir, error))?;
            }
        }
        for (_, writer) in writers {
            new.extend(self.finish_part(writer)?);
        }
        Ok(Some(new))
    }

    /// How the samples within retention are spread over parts.
    fn part_ranges(&self, frozen: &Frozen, series: &[(Labels, Slot)]) -> Vec<TimeRange> {
        let oldest = self.window().start;
        let mut per_day: BTreeMap<i64, u64> = BTreeMap::new();
        let mut columns = Columns::default();
        for (_, slot) in series {
            samples_of(frozen, *slot, &mut columns);
            let mut rest = &*columns.times;
            while let Some(first) = rest.first() {
                let day = day_of(*first);
                let count = rest.partition_point(|at| day_of(*at) == day).max(1);
                *per_day.entry(day).or_default() += count as u64;
                rest = &rest[count..];
            }
        }
        let mut ranges = cut(&per_day, day_of(self.clock.now().as_millis()));
        ranges.retain(|range| range.end >= oldest);
        if let Some(first) = ranges.first_mut() {
            first.start = first.start.max(oldest);
        }
        ranges
    }

    /// Makes the parts count and forgets the frozen generation, as one step for readers.
    fn commit(&self, frozen: &Frozen, parts: NewParts, manifest: &mut Manifest) -> Result<(), StoreError> {
        let first_segment = frozen.covers_segments_below;
        // Between the two steps a reader may see samples twice, in a part and in the head: they are the same.
        self.swap_parts(manifest, &[], parts, |manifest| manifest.first_segment = first_segment)?;
        let mut log = self.log.lock();
        log.covered(first_segment);
        self.live.write().head.finish_flush();
        Ok(())
    }

    fn save_families(&self) -> Result<(), StoreError> {
        let content = {
            let mut live = self.live.write();
            if !live.families.changed {
                return Ok(());
            }
            live.families.changed = false;
            live.families.encode()
        };
        let path = self.layout.metadata();
        Families::write(&path, &content).map_err(|error| {
            self.live.write().families.changed = true;
            io_error("write", &path)(error)
        })
    }

    /// Removes log segments below this number. What cannot be removed now goes at the next start.
    fn remove_segments(&self, below: u64) -> u64 {
        let Ok(entries) = fs::read_dir(&self.layout.log) else { return 0 };
        let mut removed = 0;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let Some(number) = crate::log::segment_of(&path).filter(|number| *number < below) else {
                continue;
            };
            let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
            match fs::remove_file(&path) {
                Ok(()) => {
                    removed += 1;
                    self.log.lock().forget_bytes(bytes);
                }
                Err(error) => tracing::warn!(segment = number, %error, "cannot remove a log segment"),
            }
        }
        removed
    }
}

/// The samples of one series, sorted by time.
fn samples_of(frozen: &Frozen, slot: Slot, columns: &mut Columns) {
    columns.clear();
    if let Some(series) = frozen.samples.get(slot) {
        let mut chunks = Vec::new();
        series.snapshot(TimeRange::new(Timestamp::MIN, Timestamp::MAX), &mut chunks);
        decode_chunks(&chunks, columns);
        columns.settle();
    }
}
