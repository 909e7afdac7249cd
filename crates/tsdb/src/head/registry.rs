//! The series of the head: from labels to slots, and the index over their labels.

use std::collections::BTreeMap;
use std::convert::Infallible;

use ahash::HashMap;
use model::Labels;
use roaring::RoaringBitmap;

use crate::postings::Postings;

/// The number of a series while the head holds it. Slots are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u32);

impl Slot {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn from_index(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }
}

/// The number by which a log segment refers to a series that it has declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogRef {
    /// The segment; zero is none.
    pub(crate) segment: u64,
    /// The number.
    pub(crate) number: u32,
}

/// What a series costs apart from its texts, in bytes: its place in both generations and in the tables here, and
/// the first bytes for its samples. Measured, with what growing tables waste.
const SERIES_BYTES: u64 = 400;
/// What a pair that only one series has adds to the index apart from its text.
const PAIR_BYTES: u64 = 160;
/// What one more series of a pair adds to the index.
const POSTING_BYTES: u64 = 4;

/// The series of the head.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    slots: HashMap<Labels, Slot>,
    series: Vec<Option<Labels>>,
    log_refs: Vec<LogRef>,
    free: Vec<Slot>,
    index: BTreeMap<Box<str>, BTreeMap<Box<str>, RoaringBitmap>>,
    pairs: u64,
}

impl Registry {
    pub(crate) fn find(&self, labels: &Labels) -> Option<Slot> {
        self.slots.get(labels).copied()
    }

    /// Adds a series that is not known. Returns its slot and its memory in bytes; nothing if no slot is left.
    pub(crate) fn add(&mut self, labels: &Labels) -> Option<(Slot, u64)> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                let slot = Slot::from_index(self.series.len())?;
                self.series.push(None);
                self.log_refs.push(LogRef::default());
                slot
            }
        };
        self.series[slot.index()] = Some(labels.clone());
        self.log_refs[slot.index()] = LogRef::default();
        self.slots.insert(labels.clone(), slot);
        let pairs: u64 = labels.iter().map(|(name, value)| self.index_pair(name, value, slot)).sum();
        Some((slot, SERIES_BYTES + pairs))
    }

    /// Adds a series to the index. Returns the memory of the pair, in bytes.
    fn index_pair(&mut self, name: &str, value: &str, slot: Slot) -> u64 {
        let text = (name.len() + value.len()) as u64;
        let values = match self.index.get_mut(name) {
            Some(values) => values,
            None => self.index.entry(name.into()).or_default(),
        };
        match values.get_mut(value) {
            Some(series) => {
                series.insert(slot.0);
                text + POSTING_BYTES
            }
            None => {
                values.insert(value.into(), RoaringBitmap::from_iter([slot.0]));
                self.pairs += 1;
                text + value.len() as u64 + PAIR_BYTES
            }
        }
    }

    pub(crate) fn labels(&self, slot: Slot) -> Option<&Labels> {
        self.series.get(slot.index())?.as_ref()
    }

    pub(crate) fn log_ref(&self, slot: Slot) -> LogRef {
        self.log_refs.get(slot.index()).copied().unwrap_or_default()
    }

    pub(crate) fn set_log_ref(&mut self, slot: Slot, log_ref: LogRef) {
        if let Some(known) = self.log_refs.get_mut(slot.index()) {
            *known = log_ref;
        }
    }

    /// Removes the series that do not pass the test.
    pub(crate) fn retain(&mut self, keep: impl Fn(Slot) -> bool) {
        for index in 0..self.series.len() {
            let Some(slot) = Slot::from_index(index) else { continue };
            if keep(slot) {
                continue;
            }
            self.forget(slot);
        }
    }

    /// Removes a series, if the slot has one. Returns the memory that it took, in bytes.
    pub(crate) fn forget(&mut self, slot: Slot) -> u64 {
        let labels = self.series.get_mut(slot.index()).and_then(Option::take);
        labels.map_or(0, |labels| self.remove(slot, &labels))
    }

    fn remove(&mut self, slot: Slot, labels: &Labels) -> u64 {
        self.slots.remove(labels);
        self.free.push(slot);
        let mut bytes = SERIES_BYTES;
        for (name, value) in labels.iter() {
            let Some(values) = self.index.get_mut(name) else { continue };
            let Some(series) = values.get_mut(value) else { continue };
            series.remove(slot.0);
            bytes += (name.len() + value.len()) as u64 + POSTING_BYTES;
            if series.is_empty() {
                values.remove(value);
                self.pairs -= 1;
                bytes += value.len() as u64 + PAIR_BYTES - POSTING_BYTES;
            }
            if values.is_empty() {
                self.index.remove(name);
            }
        }
        bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Distinct pairs of label name and value.
    pub(crate) fn pairs(&self) -> u64 {
        self.pairs
    }

    /// Values with the number of their series, by label name.
    pub(crate) fn index(&self) -> impl Iterator<Item = (&str, &BTreeMap<Box<str>, RoaringBitmap>)> {
        self.index.iter().map(|(name, values)| (&**name, values))
    }
}

impl Postings for Registry {
    type Error = Infallible;

    fn all(&self) -> Result<RoaringBitmap, Infallible> {
        let used = self.series.iter().zip(0_u32..).filter(|(labels, _)| labels.is_some());
        Ok(used.map(|(_, number)| number).collect())
    }

    fn equal(&self, name: &str, value: &str) -> Result<RoaringBitmap, Infallible> {
        Ok(self.index.get(name).and_then(|values| values.get(value)).cloned().unwrap_or_default())
    }

    fn accepted(&self, name: &str, accept: &dyn Fn(&str) -> bool) -> Result<RoaringBitmap, Infallible> {
        let values = self.index.get(name).into_iter().flatten();
        let mut found = RoaringBitmap::new();
        values.filter(|(value, _)| accept(value)).for_each(|(_, series)| found |= series);
        Ok(found)
    }
}
