//! How much work an evaluation has done, and whether anybody still wants it.

use model::Cancel;

use crate::QueryError;

/// The flag is looked at once per so many samples visited, which takes well below a millisecond.
const LOOK_EVERY: u64 = 4096;

/// Counts samples visited and looks at the caller's flag now and then. Every loop whose length depends on data
/// or steps must say here what it visits.
#[derive(Debug)]
pub(crate) struct Effort<'a> {
    pub(crate) cancel: &'a Cancel,
    spent: u64,
    next_look: u64,
}

impl<'a> Effort<'a> {
    pub(crate) const fn new(cancel: &'a Cancel) -> Self {
        Self { cancel, spent: 0, next_look: LOOK_EVERY }
    }

    /// Samples visited so far.
    #[cfg(test)]
    pub(crate) const fn spent(&self) -> u64 {
        self.spent
    }

    /// Says that so many samples are visited; fails if nobody waits for the answer any more.
    pub(crate) fn spend(&mut self, samples: usize) -> Result<(), QueryError> {
        self.spent = self.spent.saturating_add(samples as u64);
        if self.spent < self.next_look {
            return Ok(());
        }
        self.next_look = self.spent.saturating_add(LOOK_EVERY);
        self.check()
    }

    /// Fails if nobody waits for the answer any more.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        if self.cancel.is_cancelled() { Err(QueryError::Cancelled) } else { Ok(()) }
    }

    /// Sorts, and stops between the parts of the work: short runs first, then pairs of sorted runs. Equal items
    /// keep their order.
    pub(crate) fn sort_by<T>(
        &mut self,
        items: &mut [T],
        mut compare: impl FnMut(&T, &T) -> std::cmp::Ordering,
    ) -> Result<(), QueryError> {
        let mut run = LOOK_EVERY as usize;
        loop {
            for run in items.chunks_mut(run) {
                self.spend(run.len())?;
                run.sort_by(&mut compare);
            }
            if run >= items.len() {
                return Ok(());
            }
            run = run.saturating_mul(2);
        }
    }
}

#[cfg(test)]
mod tests;
