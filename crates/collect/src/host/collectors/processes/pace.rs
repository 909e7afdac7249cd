//! How often all processes may be looked at.

use std::time::Instant;

/// Time between looks as a multiple of what a look costs: 0.2 % of one CPU.
const REST_PER_COST: f64 = 500.0;
/// Looks are never rarer than this, or "the busiest processes" would mean nothing.
const REST_MAX_SECONDS: f64 = 10.0;
/// The weight of the newest look in the mean cost; others were disturbed by whatever else ran.
const NEWEST_WEIGHT: f64 = 0.2;
/// Ticks come a little early or late.
const SLACK_SECONDS: f64 = 0.05;

/// Spaces looks so that they stay within their share of a CPU.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Mean cost of a look, in seconds.
    cost: Option<f64>,
    /// Uptime before which there is no further look, in seconds.
    not_before: f64,
}

impl Pace {
    /// Whether a look may be taken at `now` (uptime in seconds).
    pub(super) fn is_due(&self, now: f64) -> bool {
        now >= self.not_before || now + REST_MAX_SECONDS < self.not_before
    }

    pub(super) fn start(&self) -> Instant {
        Instant::now()
    }

    /// A look that began with [`Pace::start`] at `now` is over.
    pub(super) fn finish(&mut self, started: Instant, now: f64) {
        self.note(started.elapsed().as_secs_f64(), now);
    }

    fn note(&mut self, cost: f64, now: f64) {
        let mean = self.cost.map_or(cost, |mean| mean + NEWEST_WEIGHT * (cost - mean));
        self.cost = Some(mean);
        self.not_before = now + (mean * REST_PER_COST).min(REST_MAX_SECONDS) - SLACK_SECONDS;
    }
}

#[cfg(test)]
mod tests;
