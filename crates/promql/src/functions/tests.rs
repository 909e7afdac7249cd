use super::*;
use crate::{Query, aggregations, operators};

#[test]
fn rows_are_sorted_and_unique() {
    assert!(functions().windows(2).all(|pair| pair[0].name < pair[1].name));
    assert!(aggregations().windows(2).all(|pair| pair[0].name < pair[1].name));
}

#[test]
fn every_example_is_a_query() {
    for function in functions() {
        assert!(Query::parse(function.example).is_ok(), "{}", function.example);
        assert!(function.example.contains(function.name), "{}", function.name);
        assert!(function.doc.ends_with('.'), "{}", function.name);
    }
    for aggregation in aggregations() {
        assert!(Query::parse(aggregation.example).is_ok(), "{}", aggregation.example);
    }
    for operator in operators() {
        assert!(Query::parse(&format!("vector(1) {} vector(2)", operator.symbol)).is_ok());
    }
}

#[test]
fn the_parser_takes_the_arguments_that_the_table_declares() {
    let literal = |arg: &Arg| match arg.kind {
        Kind::Scalar => "1",
        Kind::Vector => "up",
        Kind::Matrix => "up[5m]",
        Kind::Text => "\"a\"",
    };
    for function in functions() {
        let all: Vec<&str> = function.args.iter().map(literal).collect();
        let required = function.args.iter().filter(|arg| arg.presence == Presence::Required);
        let required: Vec<&str> = required.map(literal).collect();
        for args in [all, required] {
            let call = format!("{}({})", function.name, args.join(", "));
            let query = Query::parse(&call).unwrap_or_else(|error| panic!("{call}: {error}"));
            assert_eq!(query.kind(), function.returns, "{call}");
        }
    }
}

#[test]
fn every_stable_function_has_a_script() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promql");
    let scripts: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for function in functions() {
        assert!(scripts.contains(&format!("{}(", function.name)), "no script calls {}", function.name);
    }
}
