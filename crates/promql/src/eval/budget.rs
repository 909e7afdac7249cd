//! How many samples an evaluation holds.

use crate::QueryError;

/// Counts samples held at one time against a limit.
#[derive(Debug)]
pub(crate) struct Budget {
    used: u64,
    max: u64,
}

impl Budget {
    pub(crate) const fn new(max: u64) -> Self {
        Self { used: 0, max }
    }

    pub(crate) const fn used(&self) -> u64 {
        self.used
    }

    /// Samples that may still be taken.
    pub(crate) const fn left(&self) -> u64 {
        self.max.saturating_sub(self.used)
    }

    /// Takes `samples` more, or fails if that is too much.
    pub(crate) fn charge(&mut self, samples: usize) -> Result<(), QueryError> {
        self.used = self.used.saturating_add(samples as u64);
        if self.used > self.max { Err(QueryError::TooManySamples) } else { Ok(()) }
    }

    /// Gives back what was charged for something that is not kept after all.
    pub(crate) const fn refund(&mut self, samples: usize) {
        self.used = self.used.saturating_sub(samples as u64);
    }

    /// Goes back to what was used before.
    pub(crate) const fn reset(&mut self, used: u64) {
        self.used = used;
    }
}
