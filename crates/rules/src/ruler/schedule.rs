//! When one group is evaluated.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration as StdDuration;

use model::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::alarm::Watch;
use crate::group::{Context, Group};

/// The least time between two evaluations of a group that arriving samples cause.
const WAKE_EVERY: StdDuration = StdDuration::from_secs(1);

/// Evaluates a group until it is stopped: at its slots, and when it is woken.
pub(super) async fn run(
    group: Arc<Group>,
    context: Arc<Context>,
    previous: Option<Arc<Group>>,
    watch: Arc<Watch>,
    stop: CancellationToken,
) {
    let (prepared, around) = (group.clone(), context.clone());
    blocking(move || prepared.prepare(&around, previous.as_ref())).await;
    let mut slot = group.next_slot(context.clock.now());
    let mut earliest_wake = Instant::now();
    loop {
        // A clock that was set back must not put the group to sleep for longer than its interval.
        let wait_ms = slot.millis_since(context.clock.now()).clamp(0, group.interval.as_millis());
        let at_slot = Instant::now() + StdDuration::from_millis(wait_ms.unsigned_abs());
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(at_slot) => {}
            () = woken(&watch, earliest_wake) => {}
        }
        let now = context.clock.now();
        earliest_wake = Instant::now() + WAKE_EVERY;
        // Cleared before the evaluation: what arrives during it wakes the group again.
        watch.clear();
        let (evaluated, around) = (group.clone(), context.clone());
        blocking(move || evaluated.evaluate(&around, now)).await;
        slot = following_slot(&group, slot, now, &context);
    }
}

/// Waits until samples have arrived and enough time has passed since the last evaluation.
async fn woken(watch: &Watch, earliest: Instant) {
    watch.rung().await;
    tokio::time::sleep_until(earliest).await;
}

/// The slot after an evaluation at `now`; counts the slots that passed while the evaluation ran.
fn following_slot(group: &Group, slot: Timestamp, now: Timestamp, context: &Context) -> Timestamp {
    let slot_is_due = now >= slot || slot.millis_since(now) > group.interval.as_millis();
    if !slot_is_due {
        return slot;
    }
    let after = context.clock.now();
    let next = group.next_slot(now);
    if next > after {
        return next;
    }
    let missed = after.millis_since(next) / group.interval.as_millis() + 1;
    context.missed.fetch_add(missed.unsigned_abs(), Ordering::Relaxed);
    tracing::warn!(group = group.key, missed, "evaluating a rule group takes longer than its interval");
    group.next_slot(after)
}

/// Runs blocking work to its end. A panic in it would be a defect; it ends this evaluation, not the group.
async fn blocking(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        tracing::error!(%error, "an evaluation of a rule group panicked");
    }
}
