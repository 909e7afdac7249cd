use super::*;

const TERMS: Terms = Terms { send_resolved: true, repeat_interval: Duration::from_secs(100) };

fn alert(instance: &str, ends_secs: Option<i64>) -> Alert {
    Alert {
        labels: Labels::from_pairs(&[("alertname", "A"), ("instance", instance)]).unwrap(),
        annotations: Labels::empty(),
        starts_at: Timestamp::from_millis(0),
        ends_at: ends_secs.map(|secs| Timestamp::from_millis(secs * 1000)),
        generator_url: "/g".to_owned(),
    }
}

/// Steps of: seconds, instance, whether it has ended, and what the destination is told: the alert's status and
/// which alerts of its group fire then.
#[track_caller]
fn f(terms: Terms, steps: &[(i64, &str, bool, Option<&str>)]) {
    let mut ledger = Ledger::default();
    for (secs, instance, ended, want) in steps {
        let alert = alert(instance, ended.then_some(*secs));
        let now = Timestamp::from_millis(secs * 1000);
        let decision = ledger.decide(&alert, now, terms);
        let status =
            decision.as_ref().and_then(|decision| decision.change.as_ref()).map(|change| change.alert.status);
        if let Some(decision) = decision {
            ledger.accept(decision, now);
        }
        let firing = ledger.firing_of(&group_of(&alert.labels));
        let firing: Vec<&str> = firing.iter().map(|alert| alert.labels["instance"].as_str()).collect();
        let told = status.map(|status| format!("{status:?}, fires: {}", firing.join(" ")));
        assert_eq!(told.as_deref(), *want, "at {secs}s");
    }
}

const FIRES: Option<&str> = Some("Firing, fires: a");

#[test]
fn each_change_is_told_once() {
    f(
        TERMS,
        &[
            (0, "a", false, FIRES),
            (60, "a", false, None),
            (90, "a", true, Some("Resolved, fires: ")),
            (95, "a", true, None),
            (99, "a", false, FIRES),
        ],
    );
}

#[test]
fn what_goes_on_firing_is_told_again_after_the_repeat_interval() {
    f(
        TERMS,
        &[(0, "a", false, FIRES), (99, "a", false, None), (100, "a", false, FIRES), (199, "a", false, None)],
    );
}

#[test]
fn a_group_fires_while_any_of_its_alerts_does() {
    f(
        TERMS,
        &[
            (0, "a", false, FIRES),
            (1, "b", false, Some("Firing, fires: a b")),
            (2, "a", true, Some("Resolved, fires: b")),
            (3, "b", true, Some("Resolved, fires: ")),
        ],
    );
}

#[test]
fn the_end_of_what_was_never_told_is_no_news() {
    f(TERMS, &[(0, "a", true, None)]);
}

#[test]
fn ends_are_not_told_to_those_who_do_not_want_to_know() {
    let terms = Terms { send_resolved: false, ..TERMS };
    f(terms, &[(0, "a", false, FIRES), (1, "a", true, None), (2, "a", false, FIRES)]);
}

#[test]
fn a_group_is_told_again_once_the_repeat_interval_has_passed_since_it_was_last_told() {
    f(
        TERMS,
        &[
            (0, "a", false, FIRES),
            (50, "b", false, Some("Firing, fires: a b")),
            (100, "a", false, None),
            (149, "b", false, None),
            (150, "a", false, Some("Firing, fires: a b")),
            (150, "b", false, None),
        ],
    );
}

#[test]
fn what_an_alert_says_now_is_listed_without_being_news() {
    let (mut ledger, now) = (Ledger::default(), Timestamp::from_millis(0));
    let mut changed = alert("a", None);
    let decision = ledger.decide(&changed, now, TERMS).unwrap();
    let group = decision.group.clone();
    ledger.accept(decision, now);
    changed.annotations = Labels::from_pairs(&[("summary", "new")]).unwrap();
    assert_eq!(ledger.decide(&changed, now, TERMS), None);
    ledger.refresh(&changed);
    assert_eq!(ledger.firing_of(&group)[0].annotations["summary"], "new");
    // Its end found no room in the outbox.
    ledger.refresh(&alert("a", Some(9)));
    assert!(ledger.firing_of(&group).is_empty());
}

#[test]
fn what_an_older_version_noted_is_listed_once_rules_tell_of_it() {
    let mut ledger = Ledger::default();
    let alert = alert("a", None);
    let group = group_of(&alert.labels);
    ledger.restore(&group, &fingerprint(&alert.labels), serde_json::from_str(r#"{"at_ms": 5}"#).unwrap());
    assert!(ledger.firing_of(&group).is_empty());
    assert_eq!(ledger.decide(&alert, Timestamp::from_millis(6), TERMS), None);
    ledger.refresh(&alert);
    assert_eq!(ledger.firing_of(&group).len(), 1);
}
