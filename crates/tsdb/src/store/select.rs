//! The way of a read: the index of the head and of each part, then the samples, oldest writes first.

use std::collections::BTreeSet;
use std::sync::Arc;

use ahash::HashMap;
use model::store::{Queryable, Select, SeriesColumns, StoreError};
use model::{Labels, Matcher, Metadata, TimeRange};
use roaring::RoaringBitmap;

use crate::columns::Columns;
use crate::head::{Chunk, Head, Slot, decode_chunks};
use crate::part::{Part, PartError, PartSeries, SampleReader};
use crate::postings::resolve;

use super::{Shared, Store};

/// Where the samples of one series lie, older writes first.
#[derive(Default)]
struct Sources {
    /// By the part's place in the list of parts.
    parts: Vec<(usize, PartSeries)>,
    chunks: Vec<Chunk>,
}

impl Queryable for Store {
    fn select(&self, request: &Select<'_>) -> Result<Vec<SeriesColumns>, StoreError> {
        let range = self.shared.served(request.range);
        let (parts, found) = self.shared.find(request, range)?;
        let mut series: Vec<(Labels, Sources)> = found.into_iter().collect();
        series.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut loading = Loading {
            shared: &self.shared,
            request,
            range,
            parts,
            readers: Vec::new(),
            left: request.max_samples,
        };
        let mut out = Vec::with_capacity(series.len());
        for (labels, sources) in series {
            if request.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let Columns { times: timestamps, values, .. } = loading.load(&sources)?;
            if !timestamps.is_empty() {
                out.push(SeriesColumns { labels, timestamps, values });
            }
        }
        Ok(out)
    }

    fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, StoreError> {
        let every = [Vec::new()];
        let sets = if sets.is_empty() { &every } else { sets };
        Ok(self.shared.matching(sets, range)?.into_iter().collect())
    }

    fn label_names(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<String>, StoreError> {
        let mut names = BTreeSet::new();
        if sets.is_empty() {
            self.shared.all_names(range, &mut names)?;
        } else {
            let series = self.shared.matching(sets, range)?;
            let known: BTreeSet<&str> =
                series.iter().flat_map(|labels| labels.iter().map(|(name, _)| name)).collect();
            names.extend(known.into_iter().map(str::to_owned));
        }
        Ok(names.into_iter().collect())
    }

    fn label_values(
        &self,
        name: &str,
        sets: &[Vec<Matcher>],
        range: TimeRange,
    ) -> Result<Vec<String>, StoreError> {
        let mut values = BTreeSet::new();
        if sets.is_empty() {
            self.shared.all_values(name, range, &mut values)?;
        } else {
            let series = self.shared.matching(sets, range)?;
            values.extend(series.iter().filter_map(|labels| labels.get(name)).map(str::to_owned));
        }
        Ok(values.into_iter().collect())
    }

    fn metadata(&self, family: Option<&str>) -> Result<Vec<(Arc<str>, Metadata)>, StoreError> {
        Ok(self.shared.live.read().families.get(family))
    }
}

fn head_series(head: &Head, matchers: &[Matcher], range: TimeRange) -> impl Iterator<Item = (Slot, Labels)> {
    let Ok(found) = resolve(&head.registry, matchers);
    let slots = found.into_iter().map(Slot).filter(move |slot| head.may_have(*slot, range));
    slots.filter_map(|slot| Some((slot, head.registry.labels(slot)?.clone())))
}

impl Shared {
    /// All sources of the wanted series, from one moment.
    #[expect(clippy::type_complexity, reason = "used once, next to where it is taken apart")]
    fn find(
        &self,
        request: &Select<'_>,
        range: TimeRange,
    ) -> Result<(Arc<Vec<Arc<Part>>>, HashMap<Labels, Sources>), StoreError> {
        let mut found: HashMap<Labels, Sources> = HashMap::default();
        let parts = {
            let live = self.live.read();
            for (slot, labels) in head_series(&live.head, request.matchers, range) {
                live.head.chunks_of(slot, range, &mut found.entry(labels).or_default().chunks);
            }
            live.parts.clone()
        };
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.info.range().overlaps(&range)) {
            if request.cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            self.part_series(part, request.matchers, range, |series| {
                found.entry(series.labels.clone()).or_default().parts.push((index, series));
            })?;
        }
        Ok((parts, found))
    }

    /// Calls `each` with the part's series that match and may have samples in the range.
    fn part_series(
        &self,
        part: &Part,
        matchers: &[Matcher],
        range: TimeRange,
        mut each: impl FnMut(PartSeries),
    ) -> Result<(), StoreError> {
        let mut pieces = Vec::new();
        let found = resolve(part, matchers).and_then(|numbers: RoaringBitmap| {
            let overlapping = |mut series: PartSeries| {
                series.narrow(range);
                if series.overlaps(range) {
                    each(series);
                }
            };
            part.series(&numbers, overlapping, |error| pieces.push(error))
        });
        pieces.extend(found.err());
        pieces.into_iter().try_for_each(|error| self.damaged(part, error))
    }

    fn matching(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<BTreeSet<Labels>, StoreError> {
        let range = self.served(range);
        let live = self.live.read();
        let mut found = BTreeSet::new();
        for matchers in sets {
            found.extend(head_series(&live.head, matchers, range).map(|(_, labels)| labels));
        }
        let parts = live.parts.clone();
        drop(live);
        for part in parts.iter().filter(|part| part.info.range().overlaps(&range)) {
            for matchers in sets {
                self.part_series(part, matchers, range, |series| {
                    found.insert(series.labels);
                })?;
            }
        }
        Ok(found)
    }

    /// The parts that overlap, if the head does too, and the head under its lock.
    fn each_index(
        &self,
        range: TimeRange,
        mut of_head: impl FnMut(&Head),
        mut of_part: impl FnMut(&Part) -> Result<(), PartError>,
    ) -> Result<(), StoreError> {
        let range = self.served(range);
        let live = self.live.read();
        if live.head.overlaps(range) {
            of_head(&live.head);
        }
        let parts = live.parts.clone();
        drop(live);
        let mut overlapping = parts.iter().filter(|part| part.info.range().overlaps(&range));
        overlapping.try_for_each(|part| of_part(part).or_else(|error| self.damaged(part, error)))
    }

    fn all_names(&self, range: TimeRange, names: &mut BTreeSet<String>) -> Result<(), StoreError> {
        let mut found = Vec::new();
        self.each_index(
            range,
            |head| names.extend(head.registry.index().map(|(name, _)| name.to_owned())),
            |part| {
                found.extend(part.label_names()?.map(str::to_owned));
                Ok(())
            },
        )?;
        names.extend(found);
        Ok(())
    }

    fn all_values(
        &self,
        name: &str,
        range: TimeRange,
        values: &mut BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let mut found = BTreeSet::new();
        let of_head = |head: &Head| {
            let index = head.registry.index().filter(|(known, _)| *known == name);
            values.extend(index.flat_map(|(_, known)| known.keys().map(|value| value.to_string())));
        };
        self.each_index(range, of_head, |part| {
            part.label_values(name, |value| {
                if !found.contains(value) {
                    found.insert(value.to_owned());
                }
            })
        })?;
        values.append(&mut found);
        Ok(())
    }
}

/// Samples on their way to one reader.
struct Loading<'a> {
    shared: &'a Shared,
    request: &'a Select<'a>,
    range: TimeRange,
    parts: Arc<Vec<Arc<Part>>>,
    readers: Vec<Option<SampleReader>>,
    /// Samples that may still be loaded.
    left: u64,
}

impl Loading<'_> {
    /// The samples of one series within the range.
    fn load(&mut self, sources: &Sources) -> Result<Columns, StoreError> {
        let mut out = Columns::default();
        for (index, series) in &sources.parts {
            for block in 0..SampleReader::blocks(series) {
                self.read(*index, series, block, &mut out)?;
                self.check(&mut out)?;
            }
        }
        let mut decoded = Columns::default();
        for chunk in &sources.chunks {
            decoded.clear();
            decode_chunks(std::slice::from_ref(chunk), &mut decoded);
            let inside =
                decoded.iter().filter(|(at, _)| self.range.contains(model::Timestamp::from_millis(*at)));
            inside.for_each(|(at, value)| out.push(at, value));
            self.check(&mut out)?;
        }
        out.settle();
        self.left = self.left.saturating_sub(out.len() as u64);
        Ok(out)
    }

    fn read(
        &mut self,
        index: usize,
        series: &PartSeries,
        block: usize,
        out: &mut Columns,
    ) -> Result<(), StoreError> {
        let Some(part) = self.parts.get(index) else { return Ok(()) };
        if self.readers.len() <= index {
            self.readers.resize_with(index + 1, || None);
        }
        let reader = self.readers[index].get_or_insert_with(|| SampleReader::new(part.clone()));
        reader.read(series, block, self.range, out).or_else(|error| self.shared.damaged(part, error))
    }

    /// Refuses more samples than allowed; a time that occurs twice counts once.
    fn check(&self, out: &mut Columns) -> Result<(), StoreError> {
        if out.len() as u64 <= self.left {
            return Ok(());
        }
        out.settle();
        if out.len() as u64 <= self.left {
            return Ok(());
        }
        let limit = self.request.max_samples;
        Err(StoreError::Limit { what: "samples", limit, key: "query.max_samples" })
    }
}
