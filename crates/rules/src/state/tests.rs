use super::*;

/// A timeline: each step is `seconds: given ...` and what must be true then, `name=state@since ...`.
#[track_caller]
fn f(terms: Terms, timeline: &[(i64, &[&str], &str)]) {
    let mut states = States::new();
    for (secs, given, want) in timeline {
        let now = Timestamp::from_millis(secs * 1000);
        states = advance(&states, given.iter().map(|name| found(name)).collect(), now, terms).unwrap();
        assert_eq!(show(&states), *want, "at {secs}s");
    }
}

fn found(name: &str) -> Found {
    let labels = Labels::from_pairs(&[("alertname", name)]).unwrap();
    Found { labels, annotations: Labels::empty(), value: 1.0 }
}

fn show(states: &States) -> String {
    let alert = |(labels, alert): (&Labels, &ActiveAlert)| {
        let since = match alert.state {
            AlertState::Pending => alert.active_at,
            AlertState::Firing => alert.fired_at.unwrap(),
            AlertState::Inactive => alert.resolved_at.unwrap(),
        };
        format!("{}={}@{since}", labels.get("alertname").unwrap(), alert.state.as_str())
    };
    states.iter().map(alert).collect::<Vec<_>>().join(" ")
}

fn terms(hold_secs: u32, keep_secs: u32) -> Terms {
    Terms { hold: Duration::from_secs(hold_secs), keep_firing_for: Duration::from_secs(keep_secs), limit: 0 }
}

#[test]
fn without_a_hold_an_alert_fires_at_once_and_ends_at_once() {
    f(
        terms(0, 0),
        &[(0, &[], ""), (10, &["a"], "a=firing@10"), (20, &["a"], "a=firing@10"), (30, &[], "a=inactive@30")],
    );
}

#[test]
fn a_hold_keeps_an_alert_pending_until_it_has_passed() {
    f(
        terms(30, 0),
        &[
            (0, &["a"], "a=pending@0"),
            (29, &["a"], "a=pending@0"),
            (30, &["a", "b"], "a=firing@30 b=pending@30"),
            (40, &["b"], "a=inactive@40 b=pending@30"),
        ],
    );
}

#[test]
fn a_gap_while_pending_starts_the_hold_again() {
    f(terms(30, 0), &[(0, &["a"], "a=pending@0"), (15, &[], ""), (30, &["a"], "a=pending@30")]);
}

#[test]
fn keep_firing_for_bridges_gaps() {
    f(
        terms(0, 60),
        &[
            (0, &["a"], "a=firing@0"),
            (30, &[], "a=firing@0"),
            (80, &[], "a=firing@0"),
            (85, &["a"], "a=firing@0"),
            (100, &[], "a=firing@0"),
            (159, &[], "a=firing@0"),
            (160, &[], "a=inactive@160"),
        ],
    );
}

#[test]
fn what_has_ended_is_known_for_a_quarter_of_an_hour() {
    f(
        terms(0, 0),
        &[(0, &["a"], "a=firing@0"), (60, &[], "a=inactive@60"), (960, &[], "a=inactive@60"), (961, &[], "")],
    );
}

#[test]
fn what_has_ended_can_begin_again() {
    f(
        terms(10, 0),
        &[
            (0, &["a"], "a=pending@0"),
            (10, &["a"], "a=firing@10"),
            (20, &[], "a=inactive@20"),
            (30, &["a"], "a=pending@30"),
            (40, &["a"], "a=firing@40"),
        ],
    );
}

#[test]
fn a_clock_that_goes_back_fires_nothing() {
    f(
        terms(30, 0),
        &[(100, &["a"], "a=pending@100"), (10, &["a"], "a=pending@100"), (130, &["a"], "a=firing@130")],
    );
}

#[test]
fn equal_labels_and_too_many_alerts_are_errors() {
    let now = Timestamp::from_millis(0);
    let twice = advance(&States::new(), vec![found("a"), found("a")], now, terms(0, 0)).unwrap_err();
    assert!(twice.to_string().contains("same labelset"), "{twice}");
    let limited = Terms { limit: 1, ..terms(0, 0) };
    let many = advance(&States::new(), vec![found("a"), found("b")], now, limited).unwrap_err();
    assert_eq!(many.to_string(), "exceeded limit of 1 with 2 alerts");
    assert!(advance(&States::new(), vec![found("a")], now, limited).is_ok());
}

#[test]
fn the_sink_is_told_of_changes_and_again_every_minute() {
    let at = |secs: i64| Timestamp::from_millis(secs * 1000);
    let mut states = States::new();
    let mut told = Vec::new();
    for secs in 0..20 {
        let given = if secs < 10 { vec![found("a")] } else { Vec::new() };
        states = advance(&states, given, at(secs * 15), terms(15, 0)).unwrap();
        for alert in take_due(&mut states, at(secs * 15), "/g") {
            told.push((secs * 15, alert.is_resolved()));
        }
    }
    assert_eq!(told, [(15, false), (75, false), (135, false), (150, true), (210, true), (270, true)]);
}

#[test]
fn after_an_outage_the_lack_of_data_ends_nothing_for_a_while() {
    let at = |secs: i64| Timestamp::from_millis(secs * 1000);
    let before = advance(&States::new(), vec![found("a")], at(0), terms(0, 0)).unwrap();
    let saved = changes("r", &States::new(), &before);
    let catalog::AlertStateChange::Put(row) = &saved[0] else { panic!("{saved:?}") };
    let saved: Saved = serde_json::from_str(&row.state).unwrap();
    let outage = Outage { length: Duration::from_secs(600), held_until: Some(at(660)) };
    let mut states: States = saved.restore(outage).into_iter().collect();
    assert_eq!(show(&states), "a=firing@0");
    for (secs, want) in [(600, "a=firing@0"), (659, "a=firing@0"), (660, "a=inactive@660")] {
        states = advance(&states, Vec::new(), at(secs), terms(0, 0)).unwrap();
        assert_eq!(show(&states), want, "at {secs}s");
    }
}

#[test]
fn what_was_pending_is_not_believed_after_a_long_outage() {
    let before = advance(&States::new(), vec![found("a")], Timestamp::from_millis(0), terms(60, 0)).unwrap();
    let saved = changes("r", &States::new(), &before);
    let catalog::AlertStateChange::Put(row) = &saved[0] else { panic!("{saved:?}") };
    let saved: Saved = serde_json::from_str(&row.state).unwrap();
    let after = |secs| saved.restore(Outage { length: Duration::from_secs(secs), held_until: None });
    assert!(after(3600).is_some());
    assert!(after(3601).is_none());
}

#[test]
fn only_what_matters_after_a_restart_is_saved() {
    let at = |secs: i64| Timestamp::from_millis(secs * 1000);
    let first = advance(&States::new(), vec![found("a")], at(0), terms(0, 0)).unwrap();
    assert_eq!(changes("r", &States::new(), &first).len(), 1);
    let other_value = Found { value: 2.0, ..found("a") };
    let second = advance(&first, vec![other_value], at(1), terms(0, 0)).unwrap();
    assert!(changes("r", &first, &second).is_empty());
    assert!(matches!(changes("r", &second, &States::new())[0], catalog::AlertStateChange::Remove { .. }));
}
