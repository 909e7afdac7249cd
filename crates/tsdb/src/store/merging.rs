//! From many parts to one.

use std::sync::Arc;
use std::time::Instant;

use model::TimeRange;
use model::store::StoreError;

use crate::Maintenance;
use crate::columns::Columns;
use crate::manifest::Manifest;
use crate::part::{Part, PartError, PartSeries, SampleReader};
use crate::plan::merge_next;

use super::Shared;
use super::new_parts::{self, NewParts};

impl Shared {
    /// Merges the parts that are due; false if none are.
    pub(super) fn merge(&self, manifest: &mut Manifest, done: &mut Maintenance) -> Result<bool, StoreError> {
        let parts = self.live.read().parts.clone();
        let blocked: Vec<u64> = parts
            .iter()
            .filter(|part| part.is_damaged() || part.is_settled())
            .map(|part| part.info.id)
            .collect();
        let now = self.clock.now().as_millis();
        let Some(ids) = merge_next(&manifest.parts, &blocked, now) else { return Ok(false) };
        let since = Instant::now();
        let sources: Vec<Arc<Part>> =
            parts.iter().filter(|part| ids.contains(&part.info.id)).cloned().collect();
        let Some(new) = self.write_merged(&sources, manifest)? else { return Ok(true) };
        self.swap_parts(manifest, &ids, new, |_| {})?;
        done.parts_merged += ids.len() as u64;
        self.figures.merges.done(since);
        Ok(true)
    }

    /// Writes all samples within retention as one part. Nothing if maintenance should end, if a source turned out
    /// to be damaged, or if all together are too much for one part; sources of the latter kinds are marked, so
    /// that the next plan leaves them out.
    fn write_merged(
        &self,
        sources: &[Arc<Part>],
        manifest: &mut Manifest,
    ) -> Result<Option<NewParts>, StoreError> {
        let order = sources.iter().map(|part| part.info.order).max();
        let level = sources.iter().map(|part| part.info.level).max().unwrap_or(0).saturating_add(1);
        let dir = &self.layout.parts;
        let mut writer = new_parts::create(dir, manifest, order, level)?;
        let mut inputs: Vec<Input> = sources.iter().map(Input::new).collect();
        let range = TimeRange { start: self.window().start, ..TimeRange::ALL };
        let mut columns = Columns::default();
        loop {
            if self.stopping.is_cancelled() {
                return Ok(None);
            }
            for input in &mut inputs {
                if let Err(error) = input.fill() {
                    self.damaged(&input.part, error)?;
                    return Ok(None);
                }
            }
            let next =
                inputs.iter().filter_map(|input| input.next.as_ref()).map(|series| &series.labels).min();
            let Some(labels) = next.cloned() else { break };
            columns.clear();
            for input in inputs.iter_mut().filter(|input| input.is_at(&labels)) {
                if let Err(error) = input.take_samples(range, &mut columns) {
                    self.damaged(&input.part, error)?;
                    return Ok(None);
                }
            }
            columns.settle();
            if writer.is_full() {
                sources.iter().for_each(|part| part.mark_settled());
                return Ok(None);
            }
            let added = writer.add(&labels, &columns.times, &columns.values);
            added.map_err(|error| new_parts::write_error(dir, error))?;
        }
        let mut new = NewParts::default();
        new.extend(self.finish_part(writer)?);
        Ok(Some(new))
    }
}

/// A part that is read series by series.
struct Input {
    part: Arc<Part>,
    reader: SampleReader,
    next_group: usize,
    group: std::vec::IntoIter<PartSeries>,
    next: Option<PartSeries>,
}

impl Input {
    fn new(part: &Arc<Part>) -> Self {
        let reader = SampleReader::new(part.clone());
        Self { part: part.clone(), reader, next_group: 0, group: Vec::new().into_iter(), next: None }
    }

    /// Looks at the next series, if the last one was taken.
    fn fill(&mut self) -> Result<(), PartError> {
        while self.next.is_none() {
            self.next = self.group.next();
            if self.next.is_none() {
                if self.next_group >= self.part.groups()? {
                    return Ok(());
                }
                self.group = self.part.group(self.next_group)?.into_iter();
                self.next_group += 1;
            }
        }
        Ok(())
    }

    fn is_at(&self, labels: &model::Labels) -> bool {
        self.next.as_ref().is_some_and(|series| series.labels == *labels)
    }

    fn take_samples(&mut self, range: TimeRange, out: &mut Columns) -> Result<(), PartError> {
        let Some(series) = self.next.take() else { return Ok(()) };
        (0..SampleReader::blocks(&series)).try_for_each(|block| self.reader.read(&series, block, range, out))
    }
}
