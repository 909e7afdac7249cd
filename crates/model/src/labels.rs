//! The identity of a series.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

/// The label that holds a series' metric name.
pub const METRIC_NAME: &str = "__name__";

/// A sorted set of labels: names are unique, and no value is empty (an empty value means "no such label").
///
/// All labels lie in one allocation behind a shared pointer, with a hash computed once, so that cloning,
/// hashing and comparing the same `Labels` again are cheap. Layout: for each label, sorted by name, the length
/// of the name and of the value as little-endian `u32`, then both texts.
#[derive(Clone)]
pub struct Labels(Arc<Packed>);

struct Packed {
    hash: u64,
    count: u32,
    data: Box<[u8]>,
}

/// Why a list of pairs is not a set of labels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelsError {
    /// A name occurs twice.
    #[error("label name `{0}` occurs twice")]
    Duplicate(String),
}

impl Labels {
    /// No labels at all.
    pub fn empty() -> Self {
        Self::pack::<&str, &str>(&[])
    }

    /// Labels from pairs in any order. Pairs with an empty value are left out; a name that occurs twice is an
    /// error.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> Result<Self, LabelsError> {
        let mut sorted: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(LabelsError::Duplicate(twice[0].0.to_owned()));
        }
        sorted.retain(|(_, value)| !value.is_empty());
        Ok(Self::pack(&sorted))
    }

    /// Labels of a metric with this name alone, or with the pairs given, of which later ones win.
    pub fn of_metric(name: &str, pairs: &[(&str, &str)]) -> Self {
        let mut builder = LabelsBuilder::new();
        builder.set(METRIC_NAME, name);
        for (name, value) in pairs {
            builder.set(name, value);
        }
        builder.build()
    }

    /// Pairs must be sorted, unique and without empty values.
    fn pack<N: AsRef<str>, V: AsRef<str>>(sorted: &[(N, V)]) -> Self {
        let size = sorted.iter().map(|(n, v)| 8 + n.as_ref().len() + v.as_ref().len()).sum();
        let mut data = Vec::with_capacity(size);
        for (name, value) in sorted {
            let (name, value) = (name.as_ref(), value.as_ref());
            data.extend_from_slice(&(name.len() as u32).to_le_bytes());
            data.extend_from_slice(&(value.len() as u32).to_le_bytes());
            data.extend_from_slice(name.as_bytes());
            data.extend_from_slice(value.as_bytes());
        }
        let hash = xxh3_64(&data);
        Self(Arc::new(Packed { hash, count: sorted.len() as u32, data: data.into_boxed_slice() }))
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        LabelsIter { rest: &self.0.data }
    }

    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The metric's name.
    pub fn metric_name(&self) -> Option<&str> {
        self.get(METRIC_NAME)
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.count == 0
    }

    /// A 64-bit hash of all names and values (XXH3), computed once; the same in every process.
    pub fn fingerprint(&self) -> u64 {
        self.0.hash
    }

    /// A builder that starts with these labels.
    pub fn to_builder(&self) -> LabelsBuilder {
        LabelsBuilder { pairs: self.iter().map(|(n, v)| (n.into(), v.into())).collect() }
    }

    /// These labels without the metric's name.
    #[must_use]
    pub fn without_metric_name(&self) -> Self {
        self.retain(|name| name != METRIC_NAME)
    }

    /// Those of these labels whose name passes the test.
    #[must_use]
    pub fn retain(&self, mut keep: impl FnMut(&str) -> bool) -> Self {
        let kept: Vec<(&str, &str)> = self.iter().filter(|(name, _)| keep(name)).collect();
        if kept.len() == self.len() { self.clone() } else { Self::pack(&kept) }
    }
}

struct LabelsIter<'a> {
    rest: &'a [u8],
}

impl<'a> LabelsIter<'a> {
    fn take_text(&mut self, len: usize) -> Option<&'a str> {
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    fn take_len(&mut self) -> Option<usize> {
        let (len, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*len) as usize)
    }
}

impl<'a> Iterator for LabelsIter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_len, value_len) = (self.take_len()?, self.take_len()?);
        Some((self.take_text(name_len)?, self.take_text(value_len)?))
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.data == other.0.data)
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

/// Prometheus's order: label by label, name before value; a prefix comes first.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::empty()
    }
}

/// As PromQL writes a series: `name{label="value"}`.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric_name().unwrap_or(""))?;
        let mut separator = '{';
        for (name, value) in self.iter().filter(|(name, _)| *name != METRIC_NAME) {
            write!(f, "{separator}{name}={value:?}")?;
            separator = ',';
        }
        match (separator, self.metric_name()) {
            (',', _) => f.write_str("}"),
            (_, None) => f.write_str("{}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Labels under construction: set and removed in any order, packed once at the end.
#[derive(Clone, Debug, Default)]
pub struct LabelsBuilder {
    pairs: Vec<(Box<str>, Box<str>)>,
}

impl LabelsBuilder {
    /// A builder without labels.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a label set so far.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
    }

    /// Sets a label; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        if value.is_empty() {
            return self.remove(name);
        }
        match self.pairs.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => *old = value.into(),
            None => self.pairs.push((name.into(), value.into())),
        }
        self
    }

    /// Removes a label.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.pairs.retain(|(known, _)| **known != *name);
        self
    }

    /// Names and values so far, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The finished labels.
    pub fn build(mut self) -> Labels {
        self.pairs.sort_unstable();
        Labels::pack(&self.pairs)
    }
}

#[cfg(test)]
mod tests;
