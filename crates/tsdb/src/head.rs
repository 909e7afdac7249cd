//! The newest samples, in memory.
//!
//! Samples are gathered in a generation: the active one takes writes; at most one frozen generation waits to be
//! written as parts. The [`Registry`] knows the series of both. A series keeps its slot for as long as a
//! generation holds samples of it. Log segments belong to generations, so a frozen one that became parts frees
//! its segments.

mod chunk;
mod registry;
mod series;

use std::sync::Arc;

use model::{Labels, TimeRange, Timestamp};

pub(crate) use registry::{LogRef, Registry, Slot};
pub(crate) use series::SeriesSamples;

use crate::columns::Columns;
pub(crate) use chunk::Chunk;

/// Samples by slot.
#[derive(Debug, Default)]
pub(crate) struct Generation {
    series: Vec<SeriesSamples>,
    samples: u64,
    bytes: u64,
    /// Memory of the series that became known with this generation.
    new_series_bytes: u64,
    span: Option<TimeRange>,
}

impl Generation {
    /// Adds a sample; one of the same series and time is replaced.
    pub(crate) fn push(&mut self, slot: Slot, at: i64, value: f64) {
        let index = slot.index();
        if index >= self.series.len() {
            self.series.resize_with(index + 1, SeriesSamples::default);
        }
        let series = &mut self.series[index];
        let before = if series.is_empty() { 0 } else { series.bytes() };
        let at_time = Timestamp::from_millis(at);
        self.span = Some(self.span.map_or(TimeRange::new(at_time, at_time), |span| {
            TimeRange::new(span.start.min(at_time), span.end.max(at_time))
        }));
        self.samples += u64::from(series.push(at, value.to_bits()));
        self.bytes = (self.bytes + series.bytes() as u64).saturating_sub(before as u64);
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&SeriesSamples> {
        self.series.get(slot.index()).filter(|series| !series.is_empty())
    }

    /// Slots that hold samples.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        let held = self.series.iter().enumerate().filter(|(_, series)| !series.is_empty());
        held.filter_map(|(index, _)| Slot::from_index(index))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// Samples, replaced ones included.
    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }

    /// Memory of the samples, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Memory that ends with this generation, or would not be there without it, in bytes: its samples, and the
    /// series that became known with it.
    pub(crate) fn cost(&self) -> u64 {
        self.bytes.saturating_add(self.new_series_bytes)
    }

    /// Takes note of what a new series costs.
    pub(crate) fn charge(&mut self, bytes: u64) {
        self.new_series_bytes = self.new_series_bytes.saturating_add(bytes);
    }

    /// Takes back what was [charged](Self::charge).
    pub(crate) fn discharge(&mut self, bytes: u64) {
        self.new_series_bytes = self.new_series_bytes.saturating_sub(bytes);
    }

    pub(crate) fn chunks(&self) -> u64 {
        self.series.iter().map(SeriesSamples::chunks).sum()
    }

    /// The earliest and the latest sample.
    pub(crate) fn span(&self) -> Option<TimeRange> {
        self.span
    }
}

/// A generation that takes no more writes.
#[derive(Debug)]
pub(crate) struct Frozen {
    pub(crate) samples: Generation,
    /// Log segments before this one hold nothing that is not in this generation or in parts.
    pub(crate) covers_segments_below: u64,
}

/// Both generations and their series.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) registry: Registry,
    pub(crate) active: Generation,
    pub(crate) frozen: Option<Arc<Frozen>>,
}

impl Head {
    /// What a reader needs to decode a series later, without the head's lock; older writes first.
    pub(crate) fn chunks_of(&self, slot: Slot, range: TimeRange, out: &mut Vec<Chunk>) {
        if let Some(series) = self.frozen.as_ref().and_then(|frozen| frozen.samples.get(slot)) {
            series.snapshot(range, out);
        }
        if let Some(series) = self.active.get(slot) {
            series.snapshot(range, out);
        }
    }

    /// Whether the series may have samples in the range.
    pub(crate) fn may_have(&self, slot: Slot, range: TimeRange) -> bool {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.samples.get(slot));
        let mut spans = frozen.into_iter().chain(self.active.get(slot)).filter_map(SeriesSamples::span);
        spans.any(|span| span.overlaps(&range))
    }

    /// Whether there may be samples in the range.
    pub(crate) fn overlaps(&self, range: TimeRange) -> bool {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.samples.span());
        frozen.into_iter().chain(self.active.span()).any(|span| span.overlaps(&range))
    }

    /// Memory of all samples, in bytes.
    pub(crate) fn sample_bytes(&self) -> u64 {
        self.active.bytes() + self.frozen.as_ref().map_or(0, |frozen| frozen.samples.bytes())
    }

    /// Memory that flushes relieve, in bytes.
    pub(crate) fn cost(&self) -> u64 {
        self.active.cost() + self.frozen.as_ref().map_or(0, |frozen| frozen.samples.cost())
    }

    /// The slot of a series, and whether it is new. Nothing if it is not known and there are `series_max`.
    pub(crate) fn find_or_add(&mut self, labels: &Labels, series_max: usize) -> Option<(Slot, bool)> {
        if let Some(slot) = self.registry.find(labels) {
            return Some((slot, false));
        }
        if self.registry.len() >= series_max {
            return None;
        }
        let (slot, bytes) = self.registry.add(labels)?;
        self.active.charge(bytes);
        Some((slot, true))
    }

    /// Forgets a series that was just added and has no samples.
    pub(crate) fn forget(&mut self, slot: Slot) {
        self.active.discharge(self.registry.forget(slot));
    }

    /// Drops the frozen generation, and the series that neither it nor the active one holds samples of.
    pub(crate) fn finish_flush(&mut self) {
        let frozen = self.frozen.take();
        let held = |generation: Option<&Generation>, slot| generation.is_some_and(|g| g.get(slot).is_some());
        let (active, frozen) = (&self.active, frozen.as_ref().map(|frozen| &frozen.samples));
        self.registry.retain(|slot| held(Some(active), slot) || held(frozen, slot));
    }
}

/// Decodes chunks into columns, which the caller settles. Memory does not rot, so a chunk always decodes.
pub(crate) fn decode_chunks(chunks: &[Chunk], out: &mut Columns) {
    for chunk in chunks {
        let decoded = chunk.decode(out);
        debug_assert!(decoded.is_ok(), "{decoded:?}");
    }
}

#[cfg(test)]
mod tests;
