use std::sync::atomic::Ordering;

use intake::Limits;
use model::{Alert, Batch, Cancel};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::*;
use crate::expr::{Expr, Vector};
use crate::testing::{MemStore, group, labels};

/// A clock that goes with Tokio's, so that paused time moves both.
#[derive(Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let millis = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Timestamp::from_millis(1_000_000_000 + millis)
    }
}

struct ChannelSink(mpsc::UnboundedSender<Alert>);

impl AlertSink for ChannelSink {
    fn alerts(&self, alerts: &[Alert]) {
        for alert in alerts {
            let _ = self.0.send(alert.clone());
        }
    }
}

struct Stage {
    ruler: Ruler,
    intake: Arc<Intake>,
    store: Arc<MemStore>,
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    told: mpsc::UnboundedReceiver<Alert>,
}

impl Stage {
    fn new() -> Self {
        let clock = Arc::new(TokioClock(Instant::now()));
        Self::with(Arc::default(), Arc::new(Catalog::in_memory().unwrap()), clock)
    }

    fn with(store: Arc<MemStore>, catalog: Arc<Catalog>, clock: Arc<dyn Clock>) -> Self {
        let intake = Arc::new(Intake::new(store.clone(), Limits::default()));
        let (sender, told) = mpsc::unbounded_channel();
        let ruler = Ruler::start(
            RulerOptions::default(),
            Arc::new(Engine::default()),
            store.clone(),
            intake.clone(),
            catalog.clone(),
            Arc::new(ChannelSink(sender)),
            clock.clone(),
        );
        Self { ruler, intake, store, catalog, clock, told }
    }

    fn put(&self, series: &str, value: f64) -> Instant {
        let mut batch = Batch::new();
        batch.push(labels(series), self.clock.now(), value);
        self.intake.ingest(batch).unwrap();
        Instant::now()
    }

    fn evaluations(&self) -> u64 {
        self.ruler.context.evaluations.load(Ordering::Relaxed)
    }
}

const QUICK: &str = "groups: [{name: g, interval: 1h, rules: [{alert: A, expr: m > 0}]}]";

#[tokio::test(start_paused = true)]
async fn a_quick_alert_fires_within_two_seconds_of_its_sample() {
    let mut stage = Stage::new();
    stage.ruler.apply(vec![group(QUICK)]);
    tokio::time::sleep(StdDuration::from_secs(5)).await;
    let arrived = stage.put("m", 1.0);
    let alert = stage.told.recv().await.unwrap();
    assert!(!alert.is_resolved());
    assert!(arrived.elapsed() < StdDuration::from_secs(2), "{:?}", arrived.elapsed());
    let arrived = stage.put("m", 0.0);
    assert!(stage.told.recv().await.unwrap().is_resolved());
    assert!(arrived.elapsed() < StdDuration::from_secs(2), "{:?}", arrived.elapsed());
    stage.ruler.stop().await;
}

#[tokio::test(start_paused = true)]
async fn samples_wake_a_group_at_most_once_a_second() {
    let stage = Stage::new();
    stage.ruler.apply(vec![group(QUICK)]);
    for _ in 0..200 {
        tokio::time::sleep(StdDuration::from_millis(50)).await;
        stage.put("m", 1.0);
    }
    let evaluations = stage.evaluations();
    assert!((9..=12).contains(&evaluations), "{evaluations}");
    tokio::time::sleep(StdDuration::from_secs(60)).await;
    let after = stage.evaluations();
    assert!(after <= evaluations + 1, "its own series do not wake a group: {after}");
    stage.ruler.stop().await;
}

#[tokio::test(start_paused = true)]
async fn groups_are_evaluated_at_their_interval() {
    let stage = Stage::new();
    stage.ruler.apply(vec![group("groups: [{name: g, interval: 10s, rules: [{record: r, expr: m}]}]")]);
    stage.put("m", 1.0);
    tokio::time::sleep(StdDuration::from_secs(100)).await;
    assert_eq!(stage.evaluations(), 10);
    let status = stage.ruler.groups().remove(0);
    assert_eq!(status.rules[0].health, crate::RuleHealth::Ok);
    stage.ruler.stop().await;
    let stopped = stage.evaluations();
    tokio::time::sleep(StdDuration::from_secs(100)).await;
    assert_eq!(stage.evaluations(), stopped);
}

#[tokio::test(start_paused = true)]
async fn a_restarted_ruler_tells_of_the_same_alert() {
    let mut stage = Stage::new();
    stage.ruler.apply(vec![group(QUICK)]);
    tokio::time::sleep(StdDuration::from_secs(1)).await;
    stage.put("m", 1.0);
    let before = stage.told.recv().await.unwrap();
    stage.ruler.stop().await;

    tokio::time::sleep(StdDuration::from_secs(20)).await;
    let mut stage = Stage::with(stage.store, stage.catalog, stage.clock);
    stage.ruler.apply(vec![group(QUICK)]);
    // The states are restored before the first evaluation, which the next sample causes.
    tokio::time::sleep(StdDuration::from_secs(1)).await;
    stage.put("m", 1.0);
    let after = stage.told.recv().await.unwrap();
    assert_eq!(after, before);
    stage.ruler.stop().await;
}

#[tokio::test(start_paused = true)]
async fn applying_groups_keeps_what_is_unchanged_and_ends_what_is_gone() {
    let mut stage = Stage::new();
    let other = "groups: [{name: other, interval: 1h, rules: [{alert: B, expr: m > 0}]}]";
    stage.ruler.apply(vec![group(QUICK), group(other)]);
    tokio::time::sleep(StdDuration::from_secs(1)).await;
    stage.put("m", 1.0);
    for _ in 0..2 {
        assert!(!stage.told.recv().await.unwrap().is_resolved());
    }
    tokio::time::sleep(StdDuration::from_secs(1)).await;
    let names = |stage: &Stage| {
        stage.ruler.alerts().iter().map(|a| a.labels.get("alertname").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&stage), ["A", "B"]);
    stage.ruler.apply(vec![group(QUICK)]);
    assert_eq!(names(&stage), ["A"]);
    let ended = stage.told.recv().await.unwrap();
    assert!(ended.is_resolved() && ended.labels.get("alertname") == Some("B"), "{ended:?}");
    let mut vitals = Vec::new();
    stage.ruler.vitals(&mut vitals);
    let firing = vitals.iter().find(|vital| vital.labels == [("state", "firing".to_owned())]).unwrap();
    assert_eq!(firing.value, 1.0);
    stage.ruler.stop().await;
}

/// A query that ends for nothing but the end of the test.
struct Deaf(Mutex<std::sync::mpsc::Receiver<()>>);

impl Evaluate for Deaf {
    fn evaluate(&self, _: &Expr, _: Timestamp, _: &Cancel) -> Result<Vector, String> {
        let _ = self.0.lock().recv();
        Ok(Vector::new())
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_no_more_for_what_does_not_end() {
    let stage = Stage::new();
    let (end, ended) = std::sync::mpsc::channel();
    let (sender, _told) = mpsc::unbounded_channel();
    let evaluator = Arc::new(Deaf(Mutex::new(ended)));
    let sink = Arc::new(ChannelSink(sender));
    let clock = stage.clock.clone();
    let ruler = Ruler::with_evaluator(
        RulerOptions::default(),
        evaluator.clone(),
        stage.intake.clone(),
        stage.catalog.clone(),
        sink,
        clock,
    );
    ruler.apply(vec![group("groups: [{name: g, interval: 1s, rules: [{record: r, expr: m}]}]")]);
    // Nothing moves the time while an evaluation blocks but this.
    while evaluator.0.try_lock().is_some() {
        tokio::time::advance(StdDuration::from_secs(1)).await;
    }
    let stopped = std::sync::atomic::AtomicBool::new(false);
    let stop = async {
        ruler.stop().await;
        stopped.store(true, Ordering::SeqCst);
    };
    let pass = async {
        for _ in 0..10 {
            tokio::time::advance(STOP_WAIT).await;
            tokio::task::yield_now().await;
        }
        assert!(stopped.load(Ordering::SeqCst), "the stop waits for ever");
    };
    tokio::join!(stop, pass);
    drop(end);
    stage.ruler.stop().await;
}

#[tokio::test(start_paused = true)]
async fn new_options_take_effect_and_keep_the_states() {
    let mut stage = Stage::new();
    let rules = "groups: [{name: g, rules: [{alert: A, expr: m > 0, for: 1h, annotations: {by: '{{ externalURL \
                 }}'}}]}, {name: fixed, interval: 1h, rules: [{record: r, expr: m}]}]";
    let groups = || crate::parse("test.yaml", rules).unwrap();
    stage.ruler.apply(groups());
    stage.put("m", 1.0);
    tokio::time::sleep(StdDuration::from_secs(60)).await;
    let before = stage.ruler.alerts().remove(0);
    let fixed = stage.ruler.running.lock().groups[1].group.clone();

    let options = RulerOptions {
        default_interval: Duration::from_secs(1),
        external_url: "http://other".to_owned(),
        ..RulerOptions::default()
    };
    stage.ruler.apply_with(options, groups());
    stage.put("m", 1.0);
    tokio::time::sleep(StdDuration::from_secs(3)).await;
    let evaluations = stage.evaluations();
    tokio::time::sleep(StdDuration::from_secs(10)).await;
    assert_eq!(stage.evaluations(), evaluations + 10);
    let after = stage.ruler.alerts().remove(0);
    assert_eq!(after.active_at, before.active_at);
    assert_eq!(after.annotations.get("by"), Some("http://other"));
    assert_eq!(stage.ruler.groups()[0].interval, Duration::from_secs(1));
    let undisturbed = Arc::ptr_eq(&fixed, &stage.ruler.running.lock().groups[1].group);
    assert!(undisturbed, "a group with its own interval goes on");
    assert!(stage.told.try_recv().is_err());
    stage.ruler.stop().await;
}
