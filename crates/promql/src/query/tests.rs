use proptest::prelude::*;

use super::*;

#[track_caller]
fn refused(text: &str, want: &str) {
    match Query::parse(text) {
        Err(error) => assert_eq!(error.to_string(), want, "{text}"),
        Ok(query) => panic!("{text} was accepted: {:?}", query.root),
    }
}

#[test]
fn refusals_say_what_and_where() {
    refused("", "parse error: no expression found in input");
    refused("  # nothing", "parse error: no expression found in input");
    refused("up +", "1:5: parse error: unexpected end of input");
    refused("up down", "1:4: parse error: unexpected identifier \"down\"");
    refused("up 5", "1:4: parse error: unexpected number \"5\"");
    refused("sum(up", "1:7: parse error: unclosed left parenthesis");
    refused("up)", "1:3: parse error: unexpected right parenthesis ')'");
    refused("up[5m", "1:6: parse error: unclosed left bracket");
    refused("up{a=\"b\"", "1:9: parse error: unexpected end of input inside braces");
    refused("up\n  + \"open", "2:5: parse error: unterminated quoted string");
    refused("up + `open", "1:6: parse error: unterminated raw string");
    refused("up[5x]", "1:4: parse error: bad number or duration syntax: \"5x\"");
    refused(
        "up[99999999999999999y]",
        "1:4: parse error: bad number or duration syntax: \"99999999999999999y\"",
    );
    refused("up[1e300]", "1:4: parse error: duration out of range");
    refused("up offset Inf", "1:11: parse error: unexpected \"Inf\" where a duration is expected");
    refused("up[0s]", "1:1: parse error: duration must be greater than 0");
    refused("up[5m:0]", "1:1: parse error: duration must be greater than 0");
    refused("nope(up)", "1:1: parse error: unknown function with name \"nope\"");
    refused("1 + info(up)", "1:5: parse error: unknown function with name \"info\"");
    refused(
        "rate(up)",
        "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector",
    );
    refused(
        "exp(Inf)",
        "1:5: parse error: expected type instant vector in call to function \"exp\", got scalar",
    );
    refused("abs(up, up)", "1:1: parse error: expected 1 argument(s) in call to \"abs\", got 2");
    refused("1 > 2", "1:1: parse error: comparisons between scalars must use BOOL modifier");
    refused("up and 1", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression");
    refused("up + bool up", "1:1: parse error: bool modifier can only be used on comparison operators");
    refused("(1)[5m:]", "1:1: parse error: subquery is only allowed on instant vector, got scalar instead");
    refused(
        "up{a=\"b\" or c=\"d\"}",
        "1:1: parse error: unexpected \"or\" in label matching, expected \",\" or \"}\"",
    );
    refused("up{__name__=\"b\"}", "1:1: parse error: metric name must not be set twice: \"up\" or \"b\"");
    refused("up + fill(1) up", "1:1: parse error: fill modifiers are not supported");
    refused("up offset 1m offset 1m", "1:1: parse error: offset may not be set multiple times");
    refused("foo{{}", "1:5: parse error: unexpected '{' inside braces");
}

/// Places are Prometheus's, but for the operand of an operator: there, the whole expression stands for it.
#[test]
fn wrong_types_have_a_place() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        let error = Query::parse(text).unwrap_err();
        assert_eq!(error.position.map(|at| at.to_string()).as_deref(), Some(want), "{text}: {error}");
    }
    f("1 + \"a\"", "1:1");
    f("  up + up[5m]", "1:3");
    f("topk(\"a\", up)", "1:6");
    f("1 + limitk(\"a\", up)", "1:12");
    f("quantile(up, up)", "1:10");
    f("count_values(1, up)", "1:14");
    f("sum(1)", "1:5");
    f("sum by (a) (1)", "1:13");
    f("sum(up[5m])", "1:5");
    f("SUM(up[5m])", "1:5");
    f("{}", "1:1");
    f("up + {}", "1:6");
    f("{a=~\".*\"}", "1:1");
    f("rate( up )", "1:7");
    f("rate((up))", "1:6");
    f("abs(-1)", "1:5");
    f("scalar(1)", "1:8");
    f("vector(\"a\")", "1:8");
    f("up +\n  abs(NaN)", "2:7");
    f("abs()", "1:1");
    f("-\"a\"", "1:1");
    f("sum(up) and (1)", "1:1");
}

#[test]
fn unusual_notation_is_understood() {
    #[track_caller]
    fn f(text: &str) {
        if let Err(error) = Query::parse(text) {
            panic!("{text}: {error}");
        }
    }
    f("{\"metric.with.dots\", \"label.with.dots\"=\"x\"}");
    f("sum by (\"label.with.dots\") (up)");
    f("sum by (a, b,) (up)");
    f("up{a=\"b\",}");
    f("up{or=\"x\", order=\"y\"}");
    f("up{or =\"x\"}");
    f("up{on=\"x\", bool=\"y\", by=\"z\"}");
    f("sum by (on, by, bool, offset) (up)");
    f("sum + count");
    f("offset offset 5m");
    f("start + end");
    f("SUM BY (a) (up)");
    f("up OFFSET 5m AND up");
    f("up offset -5m");
    f("up offset - 5m");
    f("up offset 300");
    f("up[300]");
    f("up[1.5]");
    f("up @ -1.5e3");
    f("up @ start() offset 1h");
    f("rate((up[5m]))");
    f("node:cpu:rate5m");
    f(":colon");
    f("up # comment\n + # more\n down");
    f("up{a=~`\\d+\"`}");
    f("'it\\'s'");
    f("1e-3 + 1E5 + 0xff + NaN + -Inf + 08");
    f("--1");
    f("up + on () group_left () down");
    f("up[5m:]");
    f("up[5m:1m] @ end() offset 5m");
    f("count_values(\"x\", up)");
    f("label_join(up, \"a\", \"b\")");
}

#[test]
fn limits_keep_the_stack_from_overflowing() {
    #[track_caller]
    fn f(text: &str, want_ok: bool) {
        assert_eq!(Query::parse(text).is_ok(), want_ok, "{:.80}", text);
    }
    f(&format!("{}1{}", "(".repeat(200), ")".repeat(200)), true);
    f(&format!("{}1{}", "(".repeat(201), ")".repeat(201)), false);
    f(&format!("1{}", "+1".repeat(500)), true);
    f(&format!("1{}", "+1".repeat(501)), false);
    f(&format!("1{}", "^1".repeat(500)), true);
    f(&format!("{}up", "-".repeat(500)), true);
    f(&format!("{}up", "-".repeat(100_000)), false);
    f(&" ".repeat(70_000), false);
}

#[test]
fn metric_names_are_those_that_selectors_can_read() {
    #[track_caller]
    fn f(text: &str, want: &[&str]) {
        let want = want.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(Query::parse(text).unwrap().metric_names(), MetricNames::Only(want), "{text}");
    }
    f("1 + 2", &[]);
    f("up + rate(reqs_total{a=\"b\"}[5m])", &["reqs_total", "up"]);
    f("topk(scalar(k), v)", &["k", "v"]);
    f("max_over_time(up[5m:1m])", &["up"]);
    f("{__name__=~\"a|b\"}", &["a", "b"]);
    f("{\"quoted.name\"}", &["quoted.name"]);
    let any = |text| assert_eq!(Query::parse(text).unwrap().metric_names(), MetricNames::Any, "{text}");
    any("up + {job=\"a\"}");
    any("{__name__=~\"a.*\"}");
    any("{__name__!=\"a\", b=\"c\"}");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,60}") {
        let _ = Query::parse(&text);
    }

    #[test]
    fn no_sequence_of_tokens_makes_the_parser_panic(tokens in prop::collection::vec(token(), 0..25)) {
        let _ = Query::parse(&tokens.join(" "));
        let _ = Query::parse(&tokens.concat());
    }
}

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "up",
        "sum",
        "rate",
        "by",
        "on",
        "offset",
        "and",
        "or",
        "bool",
        "group_left",
        "topk",
        "start",
        "inf",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "+",
        "-",
        "*",
        "^",
        "==",
        "=",
        "=~",
        "!",
        "@",
        "5m",
        "1",
        "0x",
        "1e9",
        "\"a\"",
        "'",
        "`\\`",
        "\\",
        "#",
        "\n",
        "é",
        "atan2",
        "fill",
        "{a=\"b\"}",
        "[5m]",
        "[5m:1m]",
        "label_replace",
        "()",
        "\"\\xff\"",
    ])
}
