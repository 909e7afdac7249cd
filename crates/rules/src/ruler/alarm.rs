//! Waking groups when samples arrive that they read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use intake::LiveStream;
use model::Batch;
use parking_lot::RwLock;
use promql::MetricNames;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::group::Group;

/// One group's bell.
#[derive(Debug, Default)]
pub(super) struct Watch {
    rung: AtomicBool,
    notify: Notify,
}

impl Watch {
    fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.notify.notify_one();
        }
    }

    fn is_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    /// Waits until the bell has rung; does not silence it.
    pub(super) async fn rung(&self) {
        while !self.is_rung() {
            self.notify.notified().await;
        }
    }

    /// Silences the bell.
    pub(super) fn clear(&self) {
        self.rung.store(false, Ordering::Release);
    }
}

/// Knows which metrics wake which groups.
#[derive(Default)]
pub(super) struct Alarm(RwLock<Watches>);

#[derive(Default)]
struct Watches {
    by_metric: HashMap<String, Vec<Arc<Watch>>>,
    /// Groups that any metric wakes, except those they write themselves.
    by_any: Vec<(Arc<Group>, Arc<Watch>)>,
    all: Vec<Arc<Watch>>,
}

impl Alarm {
    /// Replaces the groups.
    pub(super) fn set(&self, groups: impl Iterator<Item = (Arc<Group>, Arc<Watch>)>) {
        let mut watches = Watches::default();
        for (group, watch) in groups {
            match group.awaited() {
                None => continue,
                Some(MetricNames::Any) => watches.by_any.push((group, watch.clone())),
                Some(MetricNames::Only(names)) => {
                    for name in names {
                        watches.by_metric.entry(name).or_default().push(watch.clone());
                    }
                }
            }
            watches.all.push(watch);
        }
        *self.0.write() = watches;
    }

    /// Rings for what the stream brings, until it ends or the ruler stops.
    pub(super) async fn listen(self: Arc<Self>, mut stream: LiveStream, stop: CancellationToken) {
        loop {
            let next = tokio::select! {
                next = stream.next() => next,
                () = stop.cancelled() => return,
            };
            match next {
                Some(Ok(batch)) => self.0.read().ring_for(&batch),
                // Nobody knows what was in the missed batches.
                Some(Err(_)) => self.0.read().all.iter().for_each(|watch| watch.ring()),
                None => return,
            }
        }
    }
}

impl Watches {
    fn ring_for(&self, batch: &Batch) {
        // Under load most bells have rung already and the batch need not be looked at.
        if self.all.iter().all(|watch| watch.is_rung()) {
            return;
        }
        let mut last = "";
        for row in &batch.rows {
            let metric = row.labels.metric_name().unwrap_or("");
            if metric == last {
                continue;
            }
            last = metric;
            self.by_metric.get(metric).into_iter().flatten().for_each(|watch| watch.ring());
            for (group, watch) in self.by_any.iter().filter(|(_, watch)| !watch.is_rung()) {
                if !group.writes(metric) {
                    watch.ring();
                }
            }
        }
    }
}
