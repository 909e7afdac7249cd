//! Samples of one series on the way to a reader or a part.

/// Times and values side by side. Samples are added in the order of their writing: where a time occurs twice,
/// the sample that was added later counts once the columns are [settled](Columns::settle).
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
    unsettled: bool,
}

impl Columns {
    pub(crate) fn push(&mut self, at: i64, value: f64) {
        self.unsettled |= self.times.last().is_some_and(|last| *last >= at);
        self.times.push(at);
        self.values.push(value);
    }

    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn clear(&mut self) {
        self.times.clear();
        self.values.clear();
        self.unsettled = false;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, f64)> {
        self.times.iter().copied().zip(self.values.iter().copied())
    }

    /// Sorts by time and keeps the last sample of each time.
    pub(crate) fn settle(&mut self) {
        if !self.unsettled {
            return;
        }
        let mut samples: Vec<(i64, f64)> = self.iter().collect();
        // Stable, so that samples of one time stay in the order of their writing.
        samples.sort_by_key(|(at, _)| *at);
        self.clear();
        for (at, value) in samples {
            match (self.times.last(), self.values.last_mut()) {
                (Some(last), Some(newest)) if *last == at => *newest = value,
                _ => self.push(at, value),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settling_sorts_and_lets_the_last_write_win() {
        #[track_caller]
        fn f(written: &[(i64, f64)], want: &[(i64, f64)]) {
            let mut columns = Columns::default();
            written.iter().for_each(|(at, value)| columns.push(*at, *value));
            columns.settle();
            assert_eq!(columns.iter().collect::<Vec<_>>(), want);
        }
        f(&[], &[]);
        f(&[(1, 1.0), (2, 2.0)], &[(1, 1.0), (2, 2.0)]);
        f(&[(2, 2.0), (1, 1.0), (2, 3.0)], &[(1, 1.0), (2, 3.0)]);
        f(&[(1, 1.0), (1, 2.0), (1, 3.0)], &[(1, 3.0)]);
    }
}
