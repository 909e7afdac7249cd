use super::*;
use crate::rule::RuleKind;

#[track_caller]
fn faults(text: &str, want: &[&str]) {
    let found = parse("r.yaml", text).expect_err("the file must be refused");
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), want.len(), "{found:#?}");
    for (found, want) in found.iter().zip(want) {
        assert!(found.starts_with(want), "{found}\ndoes not begin with\n{want}");
    }
}

#[test]
fn reads_every_key() {
    let text = "
groups:
- name: g
  interval: 1m
  query_offset: 5s
  limit: 10
  labels: { team: a, severity: low }
  rules:
  - record: a:b
    expr: sum(b)
    labels: { x: '{{ literal }}' }
  - alert: A
    expr: b > 1
    for: 5m
    keep_firing_for: 1m
    labels: { severity: high }
    annotations: { summary: 'value {{ $value }}' }
";
    let group = parse("r.yaml", text).unwrap().remove(0);
    assert_eq!((group.name.as_str(), group.limit, group.key().as_str()), ("g", 10, "r.yaml;g"));
    assert_eq!(group.interval, Some(model::Duration::from_secs(60)));
    assert_eq!(group.query_offset, model::Duration::from_secs(5));
    let labels = |at: usize| -> Vec<(&str, &str)> {
        group.rules[at].labels.iter().map(|(name, value)| (name.as_str(), value.text())).collect()
    };
    assert_eq!(group.rules[0].kind, RuleKind::Record);
    assert_eq!(labels(0), [("severity", "low"), ("team", "a"), ("x", "{{ literal }}")]);
    assert_eq!(labels(1), [("severity", "high"), ("team", "a")]);
    let alert = group.rules[1].alert().unwrap();
    assert_eq!((alert.hold.to_string(), alert.keep_firing_for.to_string()), ("5m".into(), "1m".into()));
}

#[test]
fn blank_files_and_groups_without_rules_are_fine() {
    assert_eq!(parse("r.yaml", "").unwrap(), []);
    assert_eq!(parse("r.yaml", "groups:\n").unwrap(), []);
    assert_eq!(parse("r.yaml", "groups:\n- name: g\n").unwrap().len(), 1);
}

#[test]
fn faults_name_file_line_column_and_key() {
    faults("groups:\n- nam: g", &["r.yaml:2:3: groups[0].nam: unknown field `nam`"]);
    faults(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n",
        &["r.yaml:5:5: groups[0].rules[0].expr: cannot parse the expression: "],
    );
    faults(
        "groups:\n- name: g\n- name: g\n",
        &["r.yaml:3:3: groups[1].name: group name `g` occurs twice in this file"],
    );
    faults(
        "groups:\n- name: g\n  rules:\n  - expr: a\n  - { expr: a, alert: A, record: b }\n",
        &[
            "r.yaml:4:5: groups[0].rules[0]: a rule needs `record` or `alert`",
            "r.yaml:5:5: groups[0].rules[1]: a rule has either `record` or `alert`, not both",
        ],
    );
    faults(
        "groups:\n- name: g\n  rules:\n  - record: 'a b'\n    expr: a\n    for: 1m\n    annotations: { a: b }\n",
        &[
            "r.yaml:4:5: groups[0].rules[0].record: `a b` is not a metric name",
            "r.yaml:6:5: groups[0].rules[0].for: only alerting rules have this key",
            "r.yaml:7:18: groups[0].rules[0].annotations: only alerting rules have this key",
        ],
    );
    faults(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a\n    labels:\n      a-b: x\n      __name__: y\n",
        &[
            "r.yaml:8:7: groups[0].rules[0].labels.__name__: `__name__` is not a label name",
            "r.yaml:7:7: groups[0].rules[0].labels.a-b: `a-b` is not a label name",
        ],
    );
    faults(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a\n    annotations:\n      s: '{{ nope }}'\n",
        &[
            "r.yaml:7:7: groups[0].rules[0].annotations.s: bad template: line 1: function `nope` is not defined",
        ],
    );
    faults(
        "groups:\n- name: g\n  interval: 0s\n",
        &["r.yaml:3:3: groups[0].interval: a group needs an interval"],
    );
}

#[test]
fn a_rule_that_occurs_twice_is_a_warning() {
    let rule = "  - { record: a, expr: b }\n";
    let text = format!("groups:\n- name: g\n  rules:\n{rule}{rule}");
    let group = parse("r.yaml", &text).unwrap().remove(0);
    assert_eq!(group.warnings, ["r.yaml: group `g`: rule `a` occurs twice with the same labels"]);
}

#[test]
fn patterns_match_files_once_and_plain_paths_must_exist() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["b", "a"] {
        std::fs::write(path(&format!("{name}.yaml")), format!("groups: [{{name: {name}}}]")).unwrap();
    }
    let groups = load(&[path("*.yaml"), path("a.yaml"), path("none-*.yaml")]).unwrap();
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let error = load(&[path("c.yaml")]).unwrap_err().to_string();
    assert!(error.contains("c.yaml"), "{error}");
    std::fs::write(path("bad.yaml"), "groups: 3").unwrap();
    let error = load(&[path("*.yaml")]).unwrap_err().to_string();
    assert!(error.contains("bad.yaml:1:9"), "{error}");
}
