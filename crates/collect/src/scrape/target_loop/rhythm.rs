//! When to scrape.

use model::{Duration, Timestamp};

/// A scrape that begins at most this late counts as begun in time; evenly spaced times take far less room.
const TOLERANCE_MILLIS: i64 = 2;

/// Instants `phase` after every multiple of the interval. They depend on the target and the clock alone, so a
/// restart keeps the rhythm, and targets spread evenly over the interval.
#[derive(Debug)]
pub(super) struct Rhythm {
    interval_millis: i64,
    phase_millis: i64,
    planned: Timestamp,
}

impl Rhythm {
    pub(super) fn new(interval: Duration, hash: u64) -> Self {
        let interval_millis = interval.as_millis().max(1);
        let phase_millis = (hash % interval_millis.unsigned_abs()).cast_signed();
        Self { interval_millis, phase_millis, planned: Timestamp::MIN }
    }

    /// How long to wait for the next instant. Missed instants are left out.
    pub(super) fn pause(&mut self, now: Timestamp) -> Duration {
        // Timers may fire a little early by the wall clock; that must not give the same instant twice. But a
        // clock that was set back must not stop the scrapes until it has caught up.
        let ahead = self.planned.millis_since(now);
        let from = if (0..self.interval_millis).contains(&ahead) { self.planned } else { now };
        let into = from.plus_millis(-self.phase_millis).as_millis().rem_euclid(self.interval_millis);
        self.planned = from.plus_millis(self.interval_millis - into);
        Duration::from_millis(self.planned.millis_since(now))
    }

    /// The time that samples get when the scrape begins `now`.
    pub(super) fn align(&self, now: Timestamp) -> Timestamp {
        // Never more than a hundredth of the interval, as in Prometheus.
        let tolerance = TOLERANCE_MILLIS.min(self.interval_millis / 100);
        if now.millis_since(self.planned).abs() <= tolerance { self.planned } else { now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_an_interval_apart_and_missed_ones_left_out() {
        #[track_caller]
        fn f(nows_millis: &[i64], want_pauses_millis: &[i64]) {
            let mut rhythm = Rhythm::new(Duration::from_secs(10), 3_000);
            let pauses: Vec<i64> = nows_millis
                .iter()
                .map(|now| rhythm.pause(Timestamp::from_millis(*now)).as_millis())
                .collect();
            assert_eq!(pauses, want_pauses_millis);
        }
        f(&[0, 3_001, 13_000], &[3_000, 9_999, 10_000]);
        // Right at an instant, the next one is a whole interval away.
        f(&[3_000], &[10_000]);
        // The timer fired a millisecond early.
        f(&[0, 2_999], &[3_000, 10_001]);
        // A scrape took longer than two intervals.
        f(&[0, 25_000], &[3_000, 8_000]);
        // The clock was set back by an hour.
        f(&[3_600_000, 1_000], &[3_000, 2_000]);
        f(&[-1], &[3_001]);
    }

    #[test]
    fn a_scrape_that_is_hardly_late_counts_as_in_time() {
        #[track_caller]
        fn f(late_millis: i64, want_millis: i64) {
            let mut rhythm = Rhythm::new(Duration::from_secs(10), 3_000);
            rhythm.pause(Timestamp::from_millis(0));
            let at = rhythm.align(Timestamp::from_millis(3_000 + late_millis));
            assert_eq!(at.as_millis(), want_millis);
        }
        f(0, 3_000);
        f(2, 3_000);
        f(3, 3_003);
        f(-1, 3_000);
    }
}
