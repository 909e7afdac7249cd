//! Parts that are written but not yet named by the manifest.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model::store::StoreError;

use crate::manifest::Manifest;
use crate::part::{Part, PartError, PartInfo, PartWriter};

use super::Shared;
use super::maintain::part_error;

/// Parts on the way into the manifest. Dropped before [`keep`](Self::keep), their files go: nobody else would
/// remove them before the next start, and they are in the way if the disk is full.
#[derive(Debug, Default)]
pub(super) struct NewParts(Vec<Arc<Part>>);

impl NewParts {
    pub(super) fn extend(&mut self, part: Option<Arc<Part>>) {
        self.0.extend(part);
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn infos(&self) -> impl Iterator<Item = PartInfo> {
        self.0.iter().map(|part| part.info)
    }

    /// The parts, whose files stay.
    pub(super) fn keep(mut self) -> Vec<Arc<Part>> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for NewParts {
    fn drop(&mut self) {
        self.0.iter().for_each(|part| drop(fs::remove_file(&part.path)));
    }
}

/// A writer of a part with a number of its own.
pub(super) fn create(
    dir: &Path,
    manifest: &mut Manifest,
    order: Option<u64>,
    level: u8,
) -> Result<PartWriter, StoreError> {
    let id = manifest.next_part;
    manifest.next_part += 1;
    PartWriter::create(dir, id, order.unwrap_or(id), level).map_err(|error| write_error(dir, error))
}

pub(super) fn write_error(dir: &Path, error: PartError) -> StoreError {
    part_error("write a part in", dir, error)
}

impl Shared {
    /// Completes a part and reads back what a query needs first. Nothing if it holds no samples.
    pub(super) fn finish_part(&self, writer: PartWriter) -> Result<Option<Arc<Part>>, StoreError> {
        let dir = &self.layout.parts;
        let Some(info) = writer.finish().map_err(|error| write_error(dir, error))? else { return Ok(None) };
        let path = dir.join(info.file_name());
        let opened = Part::open(&path).map(Arc::new).and_then(|part| part.verify().map(|()| part));
        opened.map(Some).map_err(|error| {
            let _ = fs::remove_file(&path);
            part_error("read back the part", &path, error)
        })
    }
}
