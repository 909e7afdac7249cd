use model::{Alert, Labels};
use wire::alertmanager::WebhookAlert;

use super::*;

/// An entry `group/alert`, with a `!` behind it if the alert has ended.
fn entry(id: i64, text: &str, due_ms: i64, attempts: u32) -> OutboxEntry {
    let (group, alert) = text.split_once('/').unwrap();
    let ended = alert.ends_with('!').then(|| Timestamp::from_millis(5));
    let alert = Alert {
        labels: Labels::from_pairs(&[("alertname", group), ("instance", alert.trim_end_matches('!'))])
            .unwrap(),
        annotations: Labels::from_pairs(&[("summary", "s"), ("own", alert)]).unwrap(),
        starts_at: Timestamp::from_millis(0),
        ends_at: ended,
        generator_url: "/graph".to_owned(),
    };
    let change = Change { alert: Arc::new(WebhookAlert::from(&alert)) };
    OutboxEntry {
        id,
        group: format!("{{}}:{{alertname=\"{group}\"}}"),
        payload: serde_json::to_string(&change).unwrap(),
        enqueued: Timestamp::from_millis(0),
        next_attempt: Timestamp::from_millis(due_ms),
        attempts,
        last_error: None,
    }
}

#[track_caller]
fn f(entries: &[(&str, i64)], now_ms: i64, due: &[&[i64]], next_ms: Option<i64>) {
    let entries = (1..).zip(entries).map(|(id, (text, due_ms))| entry(id, text, *due_ms, 0)).collect();
    let plan = plan(entries, Timestamp::from_millis(now_ms));
    let ids: Vec<&[i64]> = plan.due.iter().map(|batch| batch.ids.as_slice()).collect();
    assert_eq!((ids.as_slice(), plan.next.map(Timestamp::as_millis)), (due, next_ms));
}

#[test]
fn a_notification_holds_all_that_waits_for_its_group() {
    f(&[("A/a", 10), ("B/a", 10), ("A/b", 50)], 10, &[&[1, 3], &[2]], None);
}

#[test]
fn nothing_is_due_before_its_time_and_later_changes_wait_behind() {
    f(&[("A/a", 100), ("A/b", 10), ("B/a", 50)], 10, &[], Some(50));
    f(&[("A/a", 100), ("A/b", 10), ("B/a", 50)], 60, &[&[3]], Some(100));
}

#[test]
fn a_second_change_of_an_alert_goes_into_the_next_notification() {
    f(&[("A/a", 0), ("A/b", 0), ("A/a!", 0), ("A/c", 0)], 0, &[&[1, 2]], None);
    f(&[("A/a!", 0), ("A/c", 0)], 0, &[&[1, 2]], None);
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let mut broken = entry(7, "A/a", 0, 0);
    broken.payload = "{}".to_owned();
    let plan = plan(vec![broken, entry(8, "A/b", 0, 3)], Timestamp::from_millis(0));
    assert_eq!(plan.broken[0].0, 7);
    assert_eq!((plan.due[0].ids.as_slice(), plan.due[0].attempts), ([8].as_slice(), 3));
}

#[test]
fn a_webhook_tells_what_the_alerts_share_and_counts_those_it_leaves_out() {
    let plan = plan(vec![entry(1, "A/a", 0, 0), entry(2, "A/b!", 0, 0)], Timestamp::from_millis(0));
    let webhook = plan.due[0].webhook(&[], "ops", "http://h:9090/x", 1);
    assert_eq!((webhook.alerts.len(), webhook.truncated_alerts), (1, 1));
    assert_eq!(webhook.status, Status::Firing);
    assert_eq!(webhook.group_key, r#"{}:{alertname="A"}"#);
    let texts = |map: &std::collections::BTreeMap<String, String>| format!("{map:?}");
    assert_eq!(texts(&webhook.group_labels), r#"{"alertname": "A"}"#);
    assert_eq!(texts(&webhook.common_labels), r#"{"alertname": "A"}"#);
    assert_eq!(texts(&webhook.common_annotations), r#"{"summary": "s"}"#);
    assert_eq!(webhook.alerts[0].generator_url, "http://h:9090/x/graph");
    assert_eq!(plan.due[0].webhook(&[], "ops", "", 0).alerts.len(), 2);
}

#[test]
fn a_webhook_lists_what_has_changed_and_then_all_that_fires() {
    #[track_caller]
    fn f(changes: &[&str], firing: &[&str], max: u32, want: &[&str], truncated: u64, status: Status) {
        let read = |text: &str| {
            let change: Change = serde_json::from_str(&entry(1, text, 0, 0).payload).unwrap();
            change
        };
        let batch = Batch {
            group: "A".to_owned(),
            ids: Vec::new(),
            attempts: 0,
            changes: changes.iter().map(|text| read(text)).collect(),
        };
        let firing: Vec<_> = firing.iter().map(|text| read(text).alert).collect();
        let webhook = batch.webhook(&firing, "ops", "http://h", max);
        let told = |alert: &WebhookAlert| {
            let end = if alert.status == Status::Resolved { "!" } else { "" };
            format!("A/{}{end}", alert.labels["instance"])
        };
        let listed: Vec<String> = webhook.alerts.iter().map(told).collect();
        assert_eq!(listed, want);
        assert_eq!((webhook.truncated_alerts, webhook.status), (truncated, status));
    }
    f(&["A/b"], &["A/a", "A/b"], 0, &["A/b", "A/a"], 0, Status::Firing);
    f(&["A/b!"], &["A/a"], 0, &["A/b!", "A/a"], 0, Status::Firing);
    f(&["A/b!"], &[], 0, &["A/b!"], 0, Status::Resolved);
    f(&["A/c!"], &["A/a", "A/b"], 2, &["A/c!", "A/a"], 1, Status::Firing);
    // It fires again by now, but first its end is told.
    f(&["A/b!"], &["A/b"], 0, &["A/b!"], 0, Status::Resolved);
}
