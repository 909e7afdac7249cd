//! The label index of a part.

use roaring::RoaringBitmap;

use crate::codec::Cursor;
use crate::postings::Postings;

use super::directory::{self, ValueGroup};
use super::{Part, PartError};

impl Part {
    fn value_groups(&self, name: &str) -> Result<&[ValueGroup], PartError> {
        let names = &self.directory()?.names;
        let found = names.binary_search_by(|(known, _)| (**known).cmp(name));
        Ok(found.ok().and_then(|index| names.get(index)).map_or(&[], |(_, groups)| groups))
    }

    fn each_value(&self, group: &ValueGroup, mut each: impl FnMut(&str, Vec<u32>)) -> Result<(), PartError> {
        let section = self.section(group.place)?;
        let mut cursor = Cursor::new(&section);
        for _ in 0..cursor.count(2)? {
            let (value, series) = directory::value(&mut cursor)?;
            each(value, series);
        }
        Ok(())
    }

    /// The label names of all series.
    pub(crate) fn label_names(&self) -> Result<impl Iterator<Item = &str>, PartError> {
        Ok(self.directory()?.names.iter().map(|(name, _)| &**name))
    }

    /// Calls `each` with the values that the label has in any series.
    pub(crate) fn label_values(&self, name: &str, mut each: impl FnMut(&str)) -> Result<(), PartError> {
        self.value_groups(name)?.iter().try_for_each(|group| self.each_value(group, |value, _| each(value)))
    }
}

/// The groups that may hold a value. Where a key is a beginning of the value, the group's first value may be
/// earlier or later, so the group before counts too.
fn groups_of<'a>(groups: &'a [ValueGroup], value: &str) -> &'a [ValueGroup] {
    let end = groups.partition_point(|group| &*group.key <= value);
    let before = groups.get(..end).unwrap_or_default();
    let surely = before.iter().rposition(|group| !value.starts_with(&*group.key)).unwrap_or(0);
    before.get(surely..).unwrap_or_default()
}

impl Postings for Part {
    type Error = PartError;

    fn all(&self) -> Result<RoaringBitmap, PartError> {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..u32::try_from(self.info.series).unwrap_or(u32::MAX));
        Ok(all)
    }

    fn equal(&self, name: &str, value: &str) -> Result<RoaringBitmap, PartError> {
        let mut found = RoaringBitmap::new();
        for group in groups_of(self.value_groups(name)?, value) {
            self.each_value(group, |known, series| {
                if known == value {
                    found.extend(series);
                }
            })?;
        }
        Ok(found)
    }

    fn accepted(&self, name: &str, accept: &dyn Fn(&str) -> bool) -> Result<RoaringBitmap, PartError> {
        let mut found = RoaringBitmap::new();
        for group in self.value_groups(name)? {
            self.each_value(group, |value, series| {
                if accept(value) {
                    found.extend(series);
                }
            })?;
        }
        Ok(found)
    }
}
