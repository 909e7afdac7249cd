use catalog::Catalog;
use model::{Cancel, Duration};

use super::*;
use crate::expr::{Expr, Vector};
use crate::testing::{Bench, at_secs, group};

const QUICK: &str = "
groups:
- name: g
  rules:
  - record: job:m:sum
    expr: sum by (instance) (m)
  - alert: High
    expr: job:m:sum > 10
    labels: { severity: '{{ if gt $value 100.0 }}critical{{ else }}warning{{ end }}' }
    annotations: { summary: '{{ $labels.instance }} is at {{ $value }}' }
";

#[test]
fn rules_see_what_those_before_them_have_written() {
    let bench = Bench::of(QUICK);
    bench.put("m{instance=a,cpu=0}", 6.0);
    bench.put("m{instance=a,cpu=1}", 5.0);
    bench.evaluate_at(0);
    assert_eq!(bench.store.at("job:m:sum", at_secs(0)), [r#"job:m:sum{instance="a"} 11"#]);
    assert_eq!(bench.sink.take(), ["High/a from 0 fires"]);
    let alert = bench.alerts().remove(0);
    assert_eq!(alert.annotations.get("summary"), Some("a is at 11"));
    assert_eq!(alert.labels.get("severity"), Some("warning"));
    assert_eq!(
        bench.store.at("ALERTS", at_secs(0)),
        [r#"ALERTS{alertname="High",alertstate="firing",instance="a",severity="warning"} 1"#]
    );
    assert_eq!(
        bench.store.at("ALERTS_FOR_STATE", at_secs(0)),
        [r#"ALERTS_FOR_STATE{alertname="High",instance="a",severity="warning"} 0"#]
    );
}

#[test]
fn series_that_vanish_get_a_staleness_marker() {
    let bench = Bench::of(QUICK);
    bench.put("m{instance=a}", 11.0);
    bench.put("m{instance=b}", 1.0);
    bench.evaluate_at(0);
    bench.clock.set(at_secs(15));
    bench.put("m{instance=a}", f64::from_bits(model::STALE_NAN.to_bits()));
    bench.evaluate_at(15);
    let stale = r#"job:m:sum{instance="a"} stale"#;
    assert_eq!(bench.store.at("job:m:sum", at_secs(15)), [stale, r#"job:m:sum{instance="b"} 1"#]);
    assert!(bench.store.at("ALERTS", at_secs(15))[0].ends_with(" stale"));
    assert_eq!(bench.sink.take(), ["High/a from 0 fires", "High/a from 0 ended 15"]);
    bench.evaluate_at(30);
    assert!(bench.store.at("ALERTS", at_secs(30)).is_empty());
}

#[test]
fn a_pending_series_ends_when_the_alert_fires() {
    let bench = Bench::of("groups: [{name: g, rules: [{alert: A, expr: m > 0, for: 15s}]}]");
    bench.put("m", 1.0);
    bench.evaluate_at(0);
    assert!(bench.sink.take().is_empty());
    bench.evaluate_at(15);
    assert_eq!(
        bench.store.at("ALERTS", at_secs(15)),
        [
            r#"ALERTS{alertname="A",alertstate="firing"} 1"#,
            r#"ALERTS{alertname="A",alertstate="pending"} stale"#
        ]
    );
}

#[test]
fn a_rule_that_fails_says_why_and_changes_nothing() {
    #[track_caller]
    fn f(rules: &str, want: &str) {
        let bench = Bench::of(&format!("groups: [{{name: g, limit: 1, rules: [{rules}]}}]"));
        bench.put("m{instance=a}", 1.0);
        bench.put("m{instance=b}", 2.0);
        bench.evaluate_at(0);
        let errors = bench.errors();
        assert!(errors.len() == 1 && errors[0].contains(want), "{errors:?}");
        assert!(bench.sink.take().is_empty());
        assert_eq!(bench.group.status().rules[0].health, RuleHealth::Err);
    }
    f("{record: r, expr: m}", "exceeded limit of 1 with 2 series");
    f("{alert: A, expr: m}", "exceeded limit of 1 with 2 alerts");
    f("{alert: A, expr: m, labels: {instance: x}}", "same labelset after applying alert labels");
    f("{record: r, expr: 'm * on(instance) group_left() (m or m)', labels: {instance: x}}", "exceeded limit");
    f("{record: r, expr: '\"text\"'}", "must be a vector or a scalar");
    f("{alert: A, expr: 'm and on() (m + on() m)'}", "many-to-many");
}

#[test]
fn rules_are_evaluated_in_the_past_by_the_query_offset() {
    let bench = Bench::of("groups: [{name: g, query_offset: 1m, rules: [{record: r, expr: m}]}]");
    bench.put("m", 7.0);
    bench.evaluate_at(30);
    assert!(bench.store.at("r", at_secs(-30)).is_empty());
    bench.evaluate_at(60);
    assert_eq!(bench.store.at("r", at_secs(0)), ["r 7"]);
}

/// Evaluates the group at 0 s, then restarts it with the same catalog and store.
fn restart(rules: &str, secs: i64, outage: Outage) -> (Bench, Vec<String>) {
    let before = Bench::of(rules);
    before.put("m", 1.0);
    before.evaluate_at(0);
    let told = before.sink.take();
    let (store, catalog) = (before.store.clone(), before.context.catalog.clone());
    let after = Bench::restarted(group(rules), store, catalog, outage);
    after.clock.set(at_secs(secs));
    (after, told)
}

const FIRES: &str = "groups: [{name: g, rules: [{alert: A, expr: m > 0}]}]";

#[test]
fn what_fired_before_a_restart_goes_on_firing_with_the_same_start() {
    let (bench, told) = restart(FIRES, 100, Outage::default());
    assert_eq!(told, ["A/ from 0 fires"]);
    bench.evaluate_at(100);
    assert_eq!(bench.sink.take(), ["A/ from 0 fires"], "the same alert, which the sink recognises");
    assert_eq!(bench.alerts()[0].active_at, at_secs(0));
}

#[test]
fn what_was_pending_before_a_restart_keeps_its_time() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: m > 0, for: 2m}]}]";
    let (bench, told) = restart(rules, 100, Outage::default());
    assert!(told.is_empty());
    bench.evaluate_at(100);
    assert!(bench.sink.take().is_empty());
    bench.evaluate_at(120);
    assert_eq!(bench.sink.take(), ["A/ from 120 fires"]);
    assert_eq!(bench.alerts()[0].active_at, at_secs(0));
}

#[test]
fn what_ended_while_down_is_resolved_by_the_first_evaluation() {
    let (bench, _) = restart(FIRES, 100, Outage::default());
    bench.put("m", 0.0);
    bench.evaluate_at(100);
    assert_eq!(bench.sink.take(), ["A/ from 0 ended 100"]);
    // And is not remembered as firing after another restart.
    let again = Bench::restarted(group(FIRES), bench.store, bench.context.catalog, Outage::default());
    again.evaluate_at(115);
    assert_eq!(again.sink.take(), ["A/ from 0 ended 100"]);
}

#[test]
fn after_a_long_outage_missing_data_does_not_resolve_at_once() {
    let outage = Outage { length: Duration::from_secs(600), held_until: Some(at_secs(660)) };
    let (bench, _) = restart(FIRES, 600, outage);
    bench.evaluate_at(600);
    assert_eq!(bench.sink.take(), ["A/ from 0 fires"]);
    bench.evaluate_at(660);
    assert_eq!(bench.sink.take(), ["A/ from 0 ended 660"]);
}

#[test]
fn a_changed_group_keeps_the_alerts_of_its_rules_and_ends_others() {
    let rules =
        |keep_for: &str| format!("groups: [{{name: g, rules: [{{alert: A, expr: m > 0, {keep_for}}}]}}]");
    let bench = Bench::of("groups: [{name: g, rules: [{alert: A, expr: m > 0}, {alert: B, expr: m > 0}]}]");
    bench.put("m", 1.0);
    bench.evaluate_at(0);
    bench.sink.take();
    bench.clock.set(at_secs(15));
    let changed = Group::new(group(&rules("keep_firing_for: 1m")), Duration::from_secs(15));
    changed.prepare(&bench.context, Some(&bench.group));
    assert_eq!(bench.sink.take(), ["B/ from 0 ended 15"]);
    assert_eq!(changed.status().rules[0].alert.as_ref().unwrap().alerts[0].active_at, at_secs(0));
    bench.group.evaluate(&bench.context, at_secs(30));
    assert!(bench.store.at("ALERTS", at_secs(30)).is_empty(), "the old group evaluates no more");
    assert_eq!(bench.context.catalog.alert_states("test.yaml;g").unwrap().len(), 1);
    changed.dissolve(&bench.context);
    assert_eq!(bench.sink.take(), ["A/ from 0 ended 15"]);
    assert!(bench.context.catalog.alert_states("test.yaml;g").unwrap().is_empty());
}

#[test]
fn a_group_that_is_replaced_before_it_has_begun_hands_the_catalog_on() {
    let (bench, _) = restart(FIRES, 100, Outage::default());
    let hasty = Arc::new(Group::new(group(FIRES), Duration::from_secs(15)));
    let next = Group::new(group(FIRES), Duration::from_secs(15));
    next.prepare(&bench.context, Some(&hasty));
    hasty.prepare(&bench.context, None);
    hasty.evaluate(&bench.context, at_secs(100));
    assert!(bench.sink.take().is_empty(), "a retired group does nothing");
    next.evaluate(&bench.context, at_secs(100));
    assert_eq!(bench.sink.take(), ["A/ from 0 fires"]);
    let gone = Group::new(group(FIRES), Duration::from_secs(15));
    gone.dissolve(&bench.context);
    assert_eq!(bench.sink.take(), ["A/ from 0 ended 100"]);
}

#[test]
fn alerts_of_groups_that_are_gone_after_a_restart_are_resolved() {
    let (bench, _) = restart(FIRES, 100, Outage::default());
    resolve_orphans(&bench.context, &["test.yaml;g".to_owned()]).unwrap();
    assert!(bench.sink.take().is_empty());
    resolve_orphans(&bench.context, &[]).unwrap();
    assert_eq!(bench.sink.take(), ["A/ from 0 ended 100"]);
    assert!(bench.context.catalog.alert_state_groups().unwrap().is_empty());
}

#[test]
fn a_catalog_that_cannot_be_read_does_not_stop_the_rules() {
    let catalog = Arc::new(Catalog::in_memory().unwrap());
    let row = catalog::AlertStateRow { rule: "A{}".into(), alert: "x".into(), state: "not json".into() };
    catalog.save_alert_states("test.yaml;g", &[catalog::AlertStateChange::Put(row)]).unwrap();
    let bench = Bench::restarted(group(FIRES), Arc::default(), catalog, Outage::default());
    bench.put("m", 1.0);
    bench.evaluate_at(15);
    assert_eq!(bench.sink.take(), ["A/ from 15 fires"]);
}

#[test]
fn only_quick_alerts_wait_for_samples() {
    #[track_caller]
    fn f(text: &str, want: Option<MetricNames>) {
        assert_eq!(Bench::of(text).group.awaited(), want, "{text}");
    }
    let only =
        |names: &[&str]| Some(MetricNames::Only(names.iter().map(|name| (*name).to_owned()).collect()));
    f("groups: [{name: g, rules: [{alert: A, expr: a > b, for: 14s}]}]", only(&["a", "b"]));
    f("groups: [{name: g, rules: [{alert: A, expr: a > b, for: 15s}]}]", None);
    f("groups: [{name: g, rules: [{record: r, expr: a}]}]", None);
    f("groups: [{name: g, query_offset: 1s, rules: [{alert: A, expr: a}]}]", None);
    f("groups: [{name: g, rules: [{record: r, expr: a}, {alert: A, expr: r}]}]", only(&["a"]));
    f("groups: [{name: g, rules: [{alert: A, expr: 'absent({job=\"x\"})'}]}]", Some(MetricNames::Any));
}

#[test]
fn slots_are_one_interval_apart_and_differ_between_groups() {
    let slot = |name: &str, now: i64| {
        let group = Group::new(group(&format!("groups: [{{name: {name}}}]")), Duration::from_secs(15));
        group.next_slot(at_secs(now)).as_millis()
    };
    let first = slot("a", 1000);
    assert!(first > 1_000_000 && first <= 1_015_000);
    let group = Group::new(group("groups: [{name: a}]"), Duration::from_secs(15));
    assert_eq!(group.next_slot(Timestamp::from_millis(first)).as_millis(), first + 15_000);
    let phases: HashSet<i64> = ["a", "b", "c", "d", "e", "f"].map(|name| slot(name, 1000) % 15_000).into();
    assert!(phases.len() > 3, "{phases:?}");
}

#[test]
fn a_staleness_marker_that_the_store_refuses_comes_with_the_next_evaluation() {
    let bench = Bench::of("groups: [{name: g, rules: [{record: r, expr: m}]}]");
    bench.put("m{instance=a}", 1.0);
    bench.evaluate_at(0);
    bench.clock.set(at_secs(15));
    bench.put("m{instance=a}", f64::from_bits(model::STALE_NAN.to_bits()));
    bench.store.refusals.store(1, std::sync::atomic::Ordering::SeqCst);
    bench.evaluate_at(15);
    assert!(bench.errors()[0].contains("the disk is full"), "{:?}", bench.errors());
    bench.evaluate_at(30);
    assert_eq!(bench.store.at("r", at_secs(30)), [r#"r{instance="a"} stale"#]);
    bench.evaluate_at(45);
    assert!(bench.store.at("r", at_secs(45)).is_empty());
}

/// A query that does not end by itself.
struct Endless;

impl Evaluate for Endless {
    fn evaluate(&self, _: &Expr, _: Timestamp, cancel: &Cancel) -> Result<Vector, String> {
        while !cancel.is_cancelled() {
            std::thread::yield_now();
        }
        Err("the query was cancelled".to_owned())
    }
}

#[test]
fn an_evaluation_that_takes_too_long_is_ended_and_says_so() {
    let mut bench = Bench::of("groups: [{name: g, rules: [{record: r, expr: m}, {record: s, expr: m}]}]");
    bench.context.evaluator = Arc::new(Endless);
    bench.context.deadlines.set_limit(Duration::from_millis(2));
    bench.evaluate_at(0);
    assert_eq!(bench.errors(), ["timed out after 2ms"; 2]);
    assert_eq!(bench.group.status().rules[0].health, RuleHealth::Err);
}

/// Makes every use of alert states fail, or work again.
fn break_states(path: &std::path::Path, broken: bool) {
    let (from, to) = if broken { ("alert_state", "gone") } else { ("gone", "alert_state") };
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}")).unwrap();
}

#[test]
fn states_that_cannot_be_saved_are_saved_by_the_next_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Arc::new(Catalog::open(&path).unwrap());
    let rules = "groups: [{name: g, rules: [{alert: A, expr: m > 0, for: 1h}]}]";
    let bench = Bench::restarted(group(rules), Arc::default(), catalog.clone(), Outage::default());
    let saved = || catalog.alert_states(&bench.group.key).unwrap().len();

    break_states(&path, true);
    bench.put("m{instance=a}", 1.0);
    bench.evaluate_at(0);
    break_states(&path, false);
    assert_eq!(saved(), 0);
    bench.evaluate_at(15);
    assert_eq!(saved(), 1, "it is pending, as before");

    break_states(&path, true);
    bench.clock.set(at_secs(30));
    bench.put("m{instance=a}", 0.0);
    bench.evaluate_at(30);
    break_states(&path, false);
    assert_eq!(saved(), 1);
    bench.evaluate_at(45);
    assert_eq!(saved(), 0, "it would come back after a restart");
}

#[test]
fn what_was_pending_before_a_long_outage_is_forgotten_for_good() {
    let rules = "groups: [{name: g, rules: [{alert: A, expr: m > 0, for: 1h}]}]";
    let long = Outage { length: Duration::from_secs(7200), held_until: None };
    let (bench, _) = restart(rules, 7200, long);
    assert!(bench.context.catalog.alert_states(&bench.group.key).unwrap().is_empty());
}
