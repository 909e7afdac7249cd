use model::Timestamp;

use super::*;

fn row(rule: &str, alert: &str, state: &str) -> AlertStateRow {
    AlertStateRow { rule: rule.into(), alert: alert.into(), state: state.into() }
}

fn entry(destination: &str, group: &str, payload: &str, due_ms: i64) -> NewOutboxEntry {
    NewOutboxEntry {
        destination: destination.into(),
        group: group.into(),
        payload: payload.into(),
        due: Timestamp::from_millis(due_ms),
    }
}

fn told(alert: &str, payload: Option<&str>) -> ToldChange {
    ToldChange {
        destination: "ops".into(),
        group: "g".into(),
        alert: alert.into(),
        payload: payload.map(Into::into),
    }
}

#[test]
fn alert_states_are_put_replaced_and_removed() {
    let catalog = Catalog::in_memory().unwrap();
    let put = |r: &str, a: &str, s: &str| AlertStateChange::Put(row(r, a, s));
    catalog.save_alert_states("g", &[put("r", "a", "1"), put("r", "b", "2"), put("q", "a", "3")]).unwrap();
    catalog.save_alert_states("h", &[put("r", "a", "other group")]).unwrap();
    let remove = AlertStateChange::Remove { rule: "r".into(), alert: "b".into() };
    catalog.save_alert_states("g", &[put("r", "a", "4"), remove]).unwrap();
    assert_eq!(catalog.alert_states("g").unwrap(), [row("q", "a", "3"), row("r", "a", "4")]);
    assert_eq!(catalog.alert_state_groups().unwrap(), ["g", "h"]);
}

#[test]
fn the_outbox_keeps_the_order_of_arrival_and_counts_attempts() {
    let catalog = Catalog::in_memory().unwrap();
    let now = Timestamp::from_millis(10);
    let new = [entry("ops", "g", "first", 20), entry("dev", "g", "x", 20), entry("ops", "h", "second", 5)];
    catalog.enqueue(now, &new, &[]).unwrap();
    let waiting = catalog.outbox("ops", 10).unwrap();
    assert_eq!(waiting.iter().map(|e| e.payload.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!((waiting[0].enqueued, waiting[0].next_attempt), (now, Timestamp::from_millis(20)));

    catalog.postpone(&[waiting[0].id], Timestamp::from_millis(99), "refused").unwrap();
    let first = &catalog.outbox("ops", 1).unwrap()[0];
    assert_eq!((first.attempts, first.last_error.as_deref()), (1, Some("refused")));
    assert_eq!(first.next_attempt, Timestamp::from_millis(99));

    catalog.dequeue(&[first.id]).unwrap();
    assert_eq!(catalog.outbox_len("ops").unwrap(), 1);
    assert_eq!(catalog.outbox_len("dev").unwrap(), 1);
}

#[test]
fn what_was_told_is_noted_together_with_the_entry() {
    let catalog = Catalog::in_memory().unwrap();
    let now = Timestamp::from_millis(0);
    catalog
        .enqueue(now, &[entry("ops", "g", "p", 0)], &[told("a", Some("firing")), told("b", Some("x"))])
        .unwrap();
    catalog.enqueue(now, &[], &[told("b", None)]).unwrap();
    let rows = catalog.told("ops").unwrap();
    assert_eq!(rows, [ToldRow { group: "g".into(), alert: "a".into(), payload: "firing".into() }]);
    assert_eq!(catalog.destinations().unwrap(), ["ops"]);
    assert_eq!(catalog.forget_destination("ops").unwrap(), 1);
    assert!(catalog.destinations().unwrap().is_empty());
}

#[test]
fn everything_is_there_again_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    {
        let catalog = Catalog::open(&path).unwrap();
        catalog.save_alert_states("g", &[AlertStateChange::Put(row("r", "a", "1"))]).unwrap();
        catalog
            .enqueue(Timestamp::from_millis(1), &[entry("ops", "g", "p", 2)], &[told("a", Some("t"))])
            .unwrap();
        catalog.set_mark("alive", Timestamp::from_millis(77)).unwrap();
    }
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.alert_states("g").unwrap().len(), 1);
    assert_eq!(catalog.outbox("ops", 9).unwrap().len(), 1);
    assert_eq!(catalog.told("ops").unwrap().len(), 1);
    assert_eq!(catalog.mark("alive").unwrap(), Some(Timestamp::from_millis(77)));
    assert_eq!(catalog.mark("unknown").unwrap(), None);
}

#[test]
fn an_id_is_not_used_again_after_the_outbox_was_empty() {
    let catalog = Catalog::in_memory().unwrap();
    catalog.enqueue(Timestamp::from_millis(0), &[entry("ops", "g", "p", 0)], &[]).unwrap();
    let first = catalog.outbox("ops", 1).unwrap()[0].id;
    catalog.dequeue(&[first]).unwrap();
    catalog.enqueue(Timestamp::from_millis(0), &[entry("ops", "g", "p", 0)], &[]).unwrap();
    assert!(catalog.outbox("ops", 1).unwrap()[0].id > first);
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    drop(Catalog::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Catalog::open(&path).unwrap_err();
    assert!(matches!(error, CatalogError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("catalog.db"));
}

#[test]
fn a_path_that_cannot_be_a_file_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    std::fs::create_dir(&path).unwrap();
    let error = Catalog::open(&path).unwrap_err();
    assert!(error.to_string().contains("catalog.db"), "{error}");
}
