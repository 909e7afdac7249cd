use std::sync::Mutex;
use std::sync::atomic::AtomicI64;

use intake::Limits;
use model::Batch;
use model::store::{Appendable, Appended, StoreError};

use super::*;
use crate::host::testing::tree;

/// A clock that goes on by a fixed step whenever somebody looks at it, so that no test waits.
#[derive(Debug)]
struct StepClock {
    now: AtomicI64,
    step: i64,
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.fetch_add(self.step, Ordering::SeqCst))
    }
}

/// A store that hands batches on and fails when told to.
#[derive(Debug)]
struct ChannelStore {
    batches: Mutex<Sender<Batch>>,
    /// Appends that fail before the first that works.
    failures: AtomicU64,
}

impl Appendable for ChannelStore {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let fails =
            self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if fails.is_ok() {
            return Err(StoreError::Unavailable { reason: "the disk is full".to_owned() });
        }
        // The test may have seen enough.
        let _ = self.batches.lock().unwrap().send(batch.clone());
        Ok(Appended { stored: batch.rows.len() as u64, ..Appended::default() })
    }
}

fn config() -> HostConfig {
    let root = tree("linux-6.18");
    HostConfig { procfs: root.join("proc"), sysfs: root.join("sys"), rootfs: root, ..HostConfig::default() }
}

/// Starts a host whose clock goes on by `step` at each look, over a store that fails `failures` times.
fn start(config: HostConfig, step: i64, failures: u64) -> (Host, Receiver<Batch>) {
    let (sender, batches) = mpsc::channel();
    let store = ChannelStore { batches: Mutex::new(sender), failures: AtomicU64::new(failures) };
    let intake = Arc::new(Intake::new(Arc::new(store), Limits::default()));
    let clock = Arc::new(StepClock { now: AtomicI64::new(1_700_000_000_001), step });
    (Host::start(config, "here".to_owned(), intake, clock).unwrap(), batches)
}

fn vital(host: &Host, desc: &MetricDesc) -> f64 {
    let mut vitals = Vec::new();
    host.vitals(&mut vitals);
    vitals.iter().find(|vital| vital.desc == desc).unwrap().value
}

fn times(batch: &Batch) -> Vec<i64> {
    let mut times: Vec<i64> = batch.rows.iter().map(|row| row.sample.timestamp.as_millis()).collect();
    times.dedup();
    times
}

#[test]
fn every_sample_of_a_round_has_the_time_of_the_whole_second() {
    let (host, batches) = start(config(), 333, 0);
    for _ in 0..5 {
        let times = times(&batches.recv().unwrap());
        assert!(matches!(times.as_slice(), [time] if time % 1000 == 0), "{times:?}");
    }
    host.stop();
}

#[test]
fn rounds_that_were_slept_through_are_left_out_and_counted() {
    // The clock jumps 7.4 s whenever somebody looks at it.
    let (host, batches) = start(config(), 7_400, 0);
    let first = times(&batches.recv().unwrap())[0];
    let second = times(&batches.recv().unwrap())[0];
    assert!(second - first > 7_000, "{first}, {second}");
    assert!(vital(&host, &TICKS_MISSED) >= 6.0);
    host.stop();
}

#[test]
fn a_failing_store_costs_batches_but_not_the_metadata() {
    let (host, batches) = start(config(), 333, 3);
    let first_stored = batches.recv().unwrap();
    assert!(first_stored.metadata.iter().any(|(name, _)| **name == *"node_load1"));
    assert!(batches.recv().unwrap().metadata.iter().all(|(name, _)| **name != *"node_load1"));
    assert_eq!(vital(&host, &BATCHES_LOST), 3.0);
    host.stop();
}

#[test]
fn a_stop_ends_the_wait_and_writes_no_staleness_markers() {
    // The clock stands still: the first tick never comes, and only the stop ends the wait.
    let (host, batches) = start(config(), 0, 0);
    host.stop();
    assert!(batches.recv().is_err());

    let (host, batches) = start(config(), 333, 0);
    let first = batches.recv().unwrap();
    host.stop();
    for batch in [first].into_iter().chain(batches) {
        assert!(batch.rows.iter().all(|row| !model::is_stale_nan(row.sample.value)));
    }
}

#[test]
fn a_dropped_host_stops_too() {
    let (host, batches) = start(config(), 333, 0);
    drop(host);
    // The thread owned the store's sender: once it has ended, the channel does.
    batches.iter().for_each(drop);
}

#[test]
fn a_host_that_is_switched_off_does_nothing() {
    let (host, batches) = start(HostConfig { enabled: false, ..config() }, 333, 0);
    assert!(batches.recv().is_err());
    assert_eq!(vital(&host, &TICKS), 0.0);
}
