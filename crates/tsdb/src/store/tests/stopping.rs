//! Maintenance that is told to end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use model::Clock;

use super::*;

/// A clock that stops the store's maintenance when it is looked at for the n-th time: in the middle of its work.
#[derive(Debug, Default)]
struct StoppingClock {
    now: Mutex<i64>,
    looks_left: AtomicU32,
    store: Mutex<Option<Arc<Store>>>,
}

impl Clock for StoppingClock {
    fn now(&self) -> Timestamp {
        if self.looks_left.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(store) = &*self.store.lock().unwrap()
        {
            store.stop_maintenance();
        }
        Timestamp::from_millis(*self.now.lock().unwrap())
    }
}

#[test]
fn maintenance_ends_early_at_any_moment_and_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let clock = Arc::new(StoppingClock::default());
    let open = || Arc::new(Store::open(dir.path(), options(), clock.clone()).unwrap());
    let (mut at, mut samples) = (NOW, 0);
    // Eight flushes make a merge due, which the same run does.
    let (mut runs, mut stopped_in_flush, mut stopped_in_merge) = (0, 0, 0);
    while runs < 100 {
        runs += 1;
        *clock.now.lock().unwrap() = at;
        let store = open();
        let mut batch = Batch::new();
        for name in ["m", "n"] {
            batch.push(labels(name), Timestamp::from_millis(at), 1.0);
        }
        store.append(&batch).unwrap();
        samples += 2;
        at += options().head_span.as_millis();
        *clock.now.lock().unwrap() = at;
        *clock.store.lock().unwrap() = Some(store.clone());
        clock.looks_left.store(runs % 7, Ordering::SeqCst);
        let parts_before = store.stats(0).parts;
        let done = store.maintain().unwrap();
        clock.looks_left.store(0, Ordering::SeqCst);
        let stopped = store.shared.stopping.is_cancelled();
        stopped_in_flush += u32::from(stopped && done.parts_flushed == 0);
        stopped_in_merge +=
            u32::from(stopped && done.parts_flushed > 0 && parts_before >= 7 && done.parts_merged == 0);
        assert_eq!(store.maintain().unwrap(), crate::Maintenance::default());
        let files = std::fs::read_dir(dir.path().join("parts")).unwrap().count();
        assert_eq!(files as u64, store.stats(0).parts, "a part that does not count was left behind");
        *clock.store.lock().unwrap() = None;
        drop(store);
        let store = open();
        let all = [matcher(MatchOp::Regex, "__name__", "m|n")];
        let request =
            Select { matchers: &all, range: TimeRange::ALL, max_samples: u64::MAX, cancel: &Cancel::new() };
        let found = store.select(&request).unwrap();
        assert_eq!(found.iter().map(|series| series.values.len()).sum::<usize>(), samples);
    }
    assert!(stopped_in_flush > 5 && stopped_in_merge > 0, "{stopped_in_flush} {stopped_in_merge}");
}
