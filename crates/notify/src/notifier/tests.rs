use std::collections::VecDeque;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::{Labels, ManualClock};
use tokio::sync::mpsc;
use wire::alertmanager::{Status, Webhook};

use super::*;

/// A receiver on loopback that gives the planned answers and then 200, and tells of every request.
struct Receiver {
    url: String,
    requests: mpsc::UnboundedReceiver<(HeaderMap, Webhook)>,
}

#[derive(Clone)]
struct Plan {
    answers: Arc<Mutex<VecDeque<u16>>>,
    requests: mpsc::UnboundedSender<(HeaderMap, Webhook)>,
}

async fn answer(
    State(plan): State<Plan>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Webhook>,
) -> StatusCode {
    let _ = plan.requests.send((headers, body));
    StatusCode::from_u16(plan.answers.lock().pop_front().unwrap_or(200)).unwrap()
}

impl Receiver {
    async fn start(answers: &[u16]) -> Self {
        let (sender, requests) = mpsc::unbounded_channel();
        let plan =
            Plan { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), requests: sender };
        let router = axum::Router::new().route("/hook", axum::routing::post(answer)).with_state(plan);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, requests }
    }

    async fn next(&mut self) -> Webhook {
        self.requests.recv().await.unwrap().1
    }

    /// A configuration with this receiver and no waiting.
    fn config(&self) -> NotifyConfig {
        config(&format!("{{url: '{}'}}", self.url))
    }
}

fn config(webhook: &str) -> NotifyConfig {
    let text = format!("group_wait: 0s\nreceivers: [{{name: ops, webhook_configs: [{webhook}]}}]");
    wire::yaml::read("s.yaml", &text).unwrap()
}

/// A clock on which every wait is over at once: it jumps an hour whenever it is read.
#[derive(Debug, Default)]
struct HastyClock(std::sync::atomic::AtomicI64);

impl Clock for HastyClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(3_600_000, Ordering::SeqCst))
    }
}

fn alert(instance: &str, ended: bool) -> Alert {
    Alert {
        labels: Labels::from_pairs(&[("alertname", "A"), ("instance", instance)]).unwrap(),
        annotations: Labels::from_pairs(&[("summary", "s")]).unwrap(),
        starts_at: Timestamp::from_millis(1_000),
        ends_at: ended.then(|| Timestamp::from_millis(2_500)),
        generator_url: "/graph?g0.expr=x".to_owned(),
    }
}

fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::in_memory().unwrap())
}

fn start(config: NotifyConfig, catalog: &Arc<Catalog>, clock: impl Clock + 'static) -> Notifier {
    Notifier::start(config, catalog.clone(), Arc::new(clock), "http://localhost:9090/").unwrap()
}

fn told(webhook: &Webhook) -> Vec<(String, Status)> {
    webhook.alerts.iter().map(|alert| (alert.labels["instance"].clone(), alert.status)).collect()
}

#[tokio::test]
async fn a_notification_is_alertmanagers_webhook() {
    let mut receiver = Receiver::start(&[]).await;
    let webhook =
        format!("{{url: '{}', http_config: {{authorization: {{credentials: t0ken}}}}}}", receiver.url);
    let notifier = start(config(&webhook), &catalog(), ManualClock::default());
    notifier.alerts(&[alert("a", false), alert("b", false)]);
    let (headers, webhook) = receiver.requests.recv().await.unwrap();
    assert_eq!(headers["authorization"], "Bearer t0ken");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!((webhook.version.as_str(), webhook.receiver.as_str()), ("4", "ops"));
    assert_eq!(webhook.group_key, r#"{}:{alertname="A"}"#);
    assert_eq!(webhook.external_url, "http://localhost:9090");
    assert_eq!(told(&webhook), [("a".into(), Status::Firing), ("b".into(), Status::Firing)]);
    let first = &webhook.alerts[0];
    assert_eq!(
        (first.starts_at.as_str(), first.ends_at.as_str()),
        ("1970-01-01T00:00:01Z", "0001-01-01T00:00:00Z")
    );
    assert_eq!(first.generator_url, "http://localhost:9090/graph?g0.expr=x");
    notifier.stop().await;
}

#[tokio::test]
async fn what_fails_is_tried_again_until_it_is_delivered_and_the_end_comes_after() {
    let mut receiver = Receiver::start(&[500, 429]).await;
    let notifier = start(receiver.config(), &catalog(), HastyClock::default());
    notifier.alerts(&[alert("a", false)]);
    for _ in 0..3 {
        assert_eq!(told(&receiver.next().await), [("a".into(), Status::Firing)]);
    }
    notifier.alerts(&[alert("a", true)]);
    let webhook = receiver.next().await;
    assert_eq!(webhook.status, Status::Resolved);
    assert_eq!(webhook.alerts[0].ends_at, "1970-01-01T00:00:02.500Z");
    notifier.stop().await;
    assert!(receiver.requests.try_recv().is_err(), "each was delivered once");
    assert_eq!(notifier.status()[0].destinations[0].waiting, 0);
    let mut vitals = Vec::new();
    notifier.vitals(&mut vitals);
    let count = |outcome: &str| {
        let labels = [("receiver", "ops".to_owned()), ("outcome", outcome.to_owned())];
        vitals.iter().find(|vital| vital.labels == labels).unwrap().value
    };
    assert_eq!((count("delivered"), count("retried"), count("refused")), (2.0, 2.0, 0.0));
}

#[tokio::test]
async fn the_end_never_overtakes_the_beginning() {
    let mut receiver = Receiver::start(&[503]).await;
    let notifier = start(receiver.config(), &catalog(), HastyClock::default());
    notifier.alerts(&[alert("a", false)]);
    notifier.alerts(&[alert("a", true)]);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(receiver.next().await.status);
    }
    // The first one failed and came again.
    assert_eq!(statuses[1..], [Status::Firing, Status::Resolved]);
    notifier.stop().await;
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    let mut receiver = Receiver::start(&[400]).await;
    let notifier = start(receiver.config(), &catalog(), HastyClock::default());
    notifier.alerts(&[alert("a", false)]);
    receiver.next().await;
    notifier.alerts(&[alert("b", false)]);
    assert_eq!(told(&receiver.next().await)[0], ("b".into(), Status::Firing));
    notifier.stop().await;
    assert!(receiver.requests.try_recv().is_err());
    let status = notifier.status().remove(0).destinations.remove(0);
    assert_eq!(status.waiting, 0);
    assert_eq!(status.last_failure.unwrap().1, "the receiver answered 400 Bad Request");
}

#[tokio::test]
async fn what_is_known_is_not_told_again() {
    let mut receiver = Receiver::start(&[]).await;
    let clock = Arc::new(ManualClock::default());
    let notifier = Notifier::start(receiver.config(), catalog(), clock.clone(), "").unwrap();
    notifier.alerts(&[alert("a", false)]);
    receiver.next().await;
    clock.set(Timestamp::from_millis(60_000));
    notifier.alerts(&[alert("a", false)]);
    clock.set(Timestamp::from_millis(4 * 3_600_000));
    notifier.alerts(&[alert("a", false), alert("b", false)]);
    assert_eq!(
        told(&receiver.next().await).len(),
        2,
        "the repetition after 4 hours, not the one after a minute"
    );
    notifier.stop().await;
}

#[tokio::test]
async fn a_notification_lists_all_that_fires_and_what_has_just_ended() {
    let mut receiver = Receiver::start(&[]).await;
    let notifier = start(receiver.config(), &catalog(), ManualClock::default());
    let (fires, ended) = (Status::Firing, Status::Resolved);
    notifier.alerts(&[alert("a", false), alert("b", false)]);
    assert_eq!(told(&receiver.next().await), [("a".into(), fires), ("b".into(), fires)]);
    notifier.alerts(&[alert("a", false), alert("b", true)]);
    assert_eq!(told(&receiver.next().await), [("b".into(), ended), ("a".into(), fires)]);
    notifier.alerts(&[alert("a", false), alert("b", true)]);
    notifier.alerts(&[alert("a", true)]);
    assert_eq!(told(&receiver.next().await), [("a".into(), ended)]);
    notifier.stop().await;
    assert!(receiver.requests.try_recv().is_err(), "nothing is told where nothing has changed");
}

#[tokio::test]
async fn what_waits_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let open = || Arc::new(Catalog::open(&path).unwrap());
    // Nobody listens there.
    let deaf = config("{url: 'http://127.0.0.1:9/hook'}");
    let notifier = start(deaf, &open(), ManualClock::default());
    notifier.alerts(&[alert("a", false)]);
    notifier.stop().await;
    drop(notifier);

    let mut receiver = Receiver::start(&[]).await;
    let late = ManualClock::at(Timestamp::from_millis(3_600_000));
    let notifier = start(receiver.config(), &open(), late);
    assert_eq!(told(&receiver.next().await), [("a".into(), Status::Firing)]);
    notifier.alerts(&[alert("a", false), alert("b", false)]);
    let webhook = receiver.next().await;
    assert_eq!(
        told(&webhook),
        [("b".into(), Status::Firing), ("a".into(), Status::Firing)],
        "a is known from before, and no change"
    );
    notifier.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_forgotten_and_a_new_one_is_told_all() {
    let mut first = Receiver::start(&[]).await;
    let catalog = catalog();
    let notifier = start(first.config(), &catalog, ManualClock::default());
    notifier.alerts(&[alert("a", false)]);
    first.next().await;
    let second = Receiver::start(&[]).await;
    let mut renamed = second.config();
    renamed.receivers[0].name = "dev".to_owned();
    notifier.apply(renamed).unwrap();
    assert_eq!(catalog.destinations().unwrap(), Vec::<String>::new());
    let mut second = second;
    notifier.alerts(&[alert("a", false)]);
    assert_eq!(second.next().await.receiver, "dev");
    assert_eq!(notifier.status()[0].name, "dev");
    notifier.stop().await;
}

#[tokio::test]
async fn errors_do_not_show_the_address() {
    let deaf = config("{url: 'http://user:pass1@127.0.0.1:9/hook?key=pass2', timeout: 1s}");
    let catalog = catalog();
    let notifier = start(deaf, &catalog, ManualClock::default());
    notifier.alerts(&[alert("a", false)]);
    let failure = loop {
        if let Some((_, reason)) = notifier.status()[0].destinations[0].last_failure.clone() {
            break reason;
        }
        tokio::task::yield_now().await;
    };
    assert!(!failure.contains("pass") && !failure.contains("key"), "{failure}");
    let entry = catalog.outbox("ops/webhook[0]", 1).unwrap().remove(0);
    assert_eq!((entry.attempts, entry.last_error.as_deref()), (1, Some(failure.as_str())));
    assert_eq!(notifier.status()[0].destinations[0].address, "http://127.0.0.1:9/hook?<secret>");
    notifier.stop().await;
}

/// Counts errors in the log.
#[derive(Clone, Debug, Default)]
struct ErrorLog(Arc<AtomicU64>);

impl tracing::Subscriber for ErrorLog {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR && metadata.target().starts_with("notify")
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn a_full_outbox_accepts_no_more_and_says_so() {
    let deaf = config("{url: 'http://127.0.0.1:9/hook', timeout: 1s}");
    let notifier = start(deaf, &catalog(), ManualClock::default());
    let many: Vec<Alert> = (0..WAITING_MAX + 3).map(|n| alert(&n.to_string(), false)).collect();
    let log = ErrorLog::default();
    let log_errors = tracing::subscriber::set_default(log.clone());
    notifier.alerts(&many);
    assert_eq!(notifier.outbox_failures.load(Ordering::Relaxed), 3);
    notifier.alerts(&many[many.len() - 1..]);
    assert_eq!(notifier.outbox_failures.load(Ordering::Relaxed), 4);
    assert_eq!(log.0.load(Ordering::Relaxed), 1, "it is told when it begins");
    drop(log_errors);
    assert_eq!(notifier.status()[0].destinations[0].alerts_firing, WAITING_MAX);
    notifier.stop().await;
}

#[tokio::test]
async fn a_bad_configuration_changes_nothing() {
    let receiver = Receiver::start(&[]).await;
    let notifier = start(receiver.config(), &catalog(), ManualClock::default());
    let mut bad = receiver.config();
    bad.receivers.push(bad.receivers[0].clone());
    let error = notifier.apply(bad).unwrap_err();
    assert!(error.to_string().contains("occurs twice"), "{error}");
    assert_eq!(notifier.status().len(), 1);
    notifier.stop().await;
}

/// Makes every use of what destinations were told fail, or work again.
fn break_told(path: &std::path::Path, broken: bool) {
    let (from, to) = if broken { ("told", "gone") } else { ("gone", "told") };
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}")).unwrap();
}

#[tokio::test]
async fn a_catalog_that_fails_silences_nobody_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (mut first, mut second) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let notifier = start(first.config(), &Arc::new(Catalog::open(&path).unwrap()), ManualClock::default());
    let mut renamed = second.config();
    renamed.receivers[0].name = "dev".to_owned();
    // One receiver that is there already, at another address, and a new one.
    let mut both = second.config();
    both.receivers.push(renamed.receivers[0].clone());

    break_told(&path, true);
    for config in [&renamed, &both] {
        notifier.apply(config.clone()).unwrap_err();
    }
    break_told(&path, false);
    notifier.alerts(&[alert("a", false)]);
    assert_eq!(told(&first.next().await), [("a".into(), Status::Firing)]);

    let prepared = notifier.prepare(renamed.clone()).unwrap();
    assert_eq!(notifier.status()[0].name, "ops", "nothing changes by preparing");
    break_told(&path, true);
    notifier.commit(prepared);
    assert_eq!(notifier.status()[0].name, "dev", "what cannot be forgotten holds up nothing");
    break_told(&path, false);
    notifier.apply(second.config()).unwrap();
    notifier.alerts(&[alert("a", false)]);
    assert_eq!(second.next().await.receiver, "ops", "it was forgotten after all, so it is told");
    notifier.stop().await;
}
