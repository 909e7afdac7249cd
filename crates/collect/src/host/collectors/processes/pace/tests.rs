use super::*;

#[test]
fn looks_become_rarer_when_they_cost_more() {
    #[track_caller]
    fn f(cost: f64, want_due_after: f64) {
        let mut pace = Pace::default();
        assert!(pace.is_due(100.0));
        pace.note(cost, 100.0);
        assert!(!pace.is_due(100.0 + want_due_after - SLACK_SECONDS - 0.01), "too early");
        assert!(pace.is_due(100.0 + want_due_after - SLACK_SECONDS + 0.01), "too late");
    }
    f(0.001, 0.5);
    f(0.002, 1.0);
    f(0.008, 4.0);
    f(1.0, REST_MAX_SECONDS);
}

#[test]
fn one_disturbed_look_changes_little() {
    let mut pace = Pace::default();
    pace.note(0.001, 100.0);
    pace.note(0.006, 101.0);
    assert!(pace.is_due(102.0));
}

#[test]
fn an_uptime_that_went_back_does_not_stop_looks() {
    let mut pace = Pace::default();
    pace.note(1.0, 1_000_000.0);
    assert!(pace.is_due(5.0));
}
