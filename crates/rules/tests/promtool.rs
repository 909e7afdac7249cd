//! promtool, the reference, agrees: it accepts the stock rules and expands templates to the same texts.
//!
//! promtool is part of Debian's package `prometheus`; these tests fail without it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn promtool(args: &[&str], paths: &[PathBuf]) {
    let output = Command::new("promtool").args(args).args(paths).output();
    assert!(output.is_ok(), "cannot run promtool, which these tests need (Debian: prometheus): {output:?}");
    let Ok(output) = output else { return };
    assert!(
        output.status.success(),
        "promtool {args:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn promtool_accepts_the_stock_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stock");
    let files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    promtool(&["check", "rules"], &files);
}

/// The same table that the unit tests of templates use.
const CASES: &str = include_str!("../src/template/cases.txt");

#[test]
fn promtool_expands_templates_to_the_same_texts() {
    let mut annotations = String::new();
    let mut expected = String::new();
    let cases = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for (number, case) in cases.enumerate() {
        let (template, want) = case.split_once(" => ").unwrap();
        writeln!(annotations, "      c{number}: '{}'", template.replace('\'', "''")).unwrap();
        writeln!(expected, "          c{number}: '{}'", want.replace('\'', "''")).unwrap();
    }
    let rules =
        format!("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: m\n    annotations:\n{annotations}");
    let test = format!(
        "rule_files: [rules.yaml]\n\
         evaluation_interval: 1m\n\
         tests:\n\
         - interval: 1m\n\
        \x20 input_series:\n\
        \x20 - series: 'm{{instance=\"db1.example.org:9100\",n=\"5\",q=\"a\\\"b\"}}'\n\
        \x20   values: '1234567.5'\n\
        \x20 alert_rule_test:\n\
        \x20 - eval_time: 0m\n\
        \x20   alertname: A\n\
        \x20   exp_alerts:\n\
        \x20   - exp_labels: {{ instance: 'db1.example.org:9100', n: '5', q: 'a\"b' }}\n\
        \x20     exp_annotations:\n{expected}"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    let file = folder.path().join("test.yaml");
    std::fs::write(&file, test).unwrap();
    promtool(&["test", "rules"], &[file]);
}
