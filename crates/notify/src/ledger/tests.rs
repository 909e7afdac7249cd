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
/// whether its group fires.
#[track_caller]
fn f(terms: Terms, steps: &[(i64, &str, bool, Option<&str>)]) {
    let mut ledger = Ledger::default();
    for (secs, instance, ended, want) in steps {
        let alert = alert(instance, ended.then_some(*secs));
        let decision = ledger.decide(&alert, Timestamp::from_millis(secs * 1000), terms);
        let told = decision.as_ref().and_then(|decision| decision.change.as_ref()).map(|change| {
            format!(
                "{:?}, group {}",
                change.alert.status,
                if change.group_firing { "fires" } else { "quiet" }
            )
        });
        assert_eq!(told.as_deref(), *want, "at {secs}s");
        if let Some(decision) = decision {
            ledger.set(&decision.group, &decision.alert, decision.told);
        }
    }
}

const FIRES: Option<&str> = Some("Firing, group fires");

#[test]
fn each_change_is_told_once() {
    f(
        TERMS,
        &[
            (0, "a", false, FIRES),
            (60, "a", false, None),
            (90, "a", true, Some("Resolved, group quiet")),
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
            (1, "b", false, FIRES),
            (2, "a", true, Some("Resolved, group fires")),
            (3, "b", true, Some("Resolved, group quiet")),
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
