//! The gate's own figures.

use std::sync::atomic::{AtomicU64, Ordering};

use model::{MetricDesc, Vital};

use crate::gate::RejectReason;

static STORED: MetricDesc =
    MetricDesc::counter("sextant_intake_samples_total", "Samples that passed the gate and were stored.");
static REJECTED: MetricDesc =
    MetricDesc::counter("sextant_intake_samples_rejected_total", "Samples that were not stored, by reason.");
static READERS: MetricDesc =
    MetricDesc::gauge("sextant_intake_stream_readers", "Readers of the live stream at present.");

#[derive(Debug, Default)]
pub(crate) struct Stats {
    stored: AtomicU64,
    rejected: [AtomicU64; RejectReason::ALL.len()],
}

impl Stats {
    pub(crate) fn count_stored(&self, count: u64) {
        self.stored.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn count_rejected(&self, reason: RejectReason, count: u64) {
        self.rejected[reason as usize].fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn vitals(&self, readers: usize, out: &mut Vec<Vital>) {
        out.push(Vital::plain(&STORED, self.stored.load(Ordering::Relaxed) as f64));
        for reason in RejectReason::ALL {
            out.push(Vital {
                desc: &REJECTED,
                labels: vec![("reason", reason.as_str().to_owned())],
                value: self.rejected[reason as usize].load(Ordering::Relaxed) as f64,
            });
        }
        out.push(Vital::plain(&READERS, readers as f64));
    }
}
