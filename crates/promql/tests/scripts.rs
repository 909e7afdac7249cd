//! Runs every script in `tests/promql`.

mod script;

use std::fs;
use std::path::Path;

#[test]
fn every_script_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut failures = Vec::new();
    let mut evaluations = 0;
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match script::run(&fs::read_to_string(&path).unwrap()) {
            Ok(count) => evaluations += count,
            Err(why) => failures.push(format!("{name} {why}")),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    assert!(evaluations > 100, "only {evaluations} evaluations were found");
}

#[test]
fn a_script_that_expects_something_else_fails() {
    #[track_caller]
    fn f(script: &str) {
        assert!(script::run(script).is_err(), "{script}");
    }
    f("eval instant at 0 vector(1)\n  {} 2");
    f("eval instant at 0 vector(1)");
    f("eval instant at 0 vector(1)\n  {a=\"b\"} 1");
    f("eval instant at 0 vector(1)\n  expect fail\n  {} 1");
    f("eval instant at 0 vector(1)\n  expect warn\n  {} 1");
    f("eval range from 0 to 1m step 1m vector(1)\n  {} 1");
    f("eval instant at 0 1 +");
}
