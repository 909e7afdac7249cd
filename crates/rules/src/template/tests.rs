use proptest::prelude::*;

use super::*;

fn expand(template: &str) -> Result<String, TemplateError> {
    let labels = Labels::of_metric("m", &[("instance", "db1.example.org:9100"), ("n", "5"), ("q", "a\"b")]);
    let globals = Globals::new(&Labels::from_pairs(&[("site", "s1")]).unwrap(), "http://h:9090/sx");
    let query = |text: &str| match text {
        "bad" => Err("no such thing".to_owned()),
        "empty" => Ok(Vec::new()),
        _ => Ok(vec![
            (Labels::of_metric("up", &[("job", "b"), ("__value__", "v")]), 2.0),
            (Labels::of_metric("up", &[("job", "a")]), 1.5),
        ]),
    };
    let at = Timestamp::from_millis(1_435_781_451_781);
    let scene = Scene { labels: &labels, value: 1234567.5, at, globals: &globals, query: &query };
    Template::parse(template).map(|template| template.expand(&scene))
}

#[track_caller]
fn f(template: &str, want: &str) {
    assert_eq!(expand(template).as_deref(), Ok(want), "{template}");
}

/// The templates of `cases.txt` with what they expand to, for the label `instance="db1.example.org:9100"` and
/// the value 1234567.5. promtool confirms the same table in `tests/promtool.rs`.
const CASES: &str = include_str!("cases.txt");

#[test]
fn expands_as_prometheus_does() {
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (template, want) = line.split_once(" => ").expect(line);
        f(template, want);
    }
}

#[test]
fn knows_this_server() {
    f("{{ $externalLabels.site }} {{ .ExternalLabels.none }}|{{ $externalURL }}", "s1 |http://h:9090/sx");
    f("{{ externalURL }} {{ .ExternalURL }} {{ pathPrefix }}", "http://h:9090/sx http://h:9090/sx /sx");
    f("{{ now }}", "1.435781451781e+09");
    f("{{ now | toTime }}", "2015-07-01 20:10:51.78 +0000 UTC");
    f("{{ toDuration 90.5 }} {{ toDuration 0.0015 }} {{ toDuration 3600 }}", "1m30.5s 1.5ms 1h0m0s");
    f(r#"{{ parseDuration "1h30m" }}"#, "5400");
}

#[test]
fn evaluates_queries() {
    f(r#"{{ query "up" | first | value }}"#, "2");
    f(r#"{{ with query "up" }}{{ . | first | label "job" }}{{ end }}"#, "b");
    f(r#"{{ range query "up" | sortByLabel "job" }}{{ .Labels.job }}={{ .Value }};{{ end }}"#, "a=1.5;b=2;");
    f(r#"{{ query "up" | first | strvalue }}"#, "v");
    f(r#"{{ range query "empty" }}x{{ else }}none{{ end }}"#, "none");
    f(
        r#"{{ query "empty" | first }}"#,
        "<error expanding template: error calling first: the vector has no elements>",
    );
    f(r#"{{ query "bad" }}"#, "<error expanding template: error calling query: no such thing>");
}

#[test]
fn numbers_compare_by_value() {
    f("{{ if gt $value 80 }}high{{ end }}", "high");
    f("{{ eq 5 5.0 }} {{ lt 2.5 3 }}", "true true");
}

#[test]
fn mistakes_are_told_when_the_template_is_read() {
    #[track_caller]
    fn f(template: &str, want: &str) {
        assert_eq!(expand(template).unwrap_err().to_string(), want);
    }
    f("{{ nonsense 1 }}", "line 1: function `nonsense` is not defined");
    f("a\n{{ $nothing }}", "line 2: undefined variable `$nothing`");
    f("{{ if true }}", "line 1: `if` without `end`");
    f("{{ end }}", "line 1: `end` without a block");
    f("{{ else }}", "line 1: `else` without a block");
    f("{{ $value", "line 1: unclosed action: `}}` is missing");
    f("{{ }}", "line 1: missing value: an empty command");
    f("{{ \"x }}", "line 1: unclosed text");
    f("{{ $value 3 }}", "line 1: only a function can take arguments");
    f("{{ ( 1 }}", "line 1: `)` is missing");
    f("{{ 1 | 2 }}", "line 1: a constant cannot take the value of the command before it");
    f("{{ if $x := 1 }}{{ end }}{{ $x }}", "line 1: undefined variable `$x`");
    f("{{ break }}", "line 1: `break` outside of a range");
    f("{{ & }}", "line 1: unexpected `&`");
    f(&"{{ if 1 }}".repeat(60), "line 1: blocks and parentheses nest deeper than 50");
    f(&format!("{{{{ {} }}}}", "(".repeat(60)), "line 1: blocks and parentheses nest deeper than 50");
    f(&format!("{}{{{{", "x".repeat(70_000)), "line 1: the template has 70002 bytes, more than 65536");
}

#[test]
fn a_mistake_at_expansion_becomes_the_text() {
    #[track_caller]
    fn f(template: &str, want: &str) {
        assert_eq!(expand(template).unwrap(), format!("<error expanding template: {want}>"));
    }
    f("{{ .Nothing }}", "there is no field `Nothing`");
    f("{{ $value.x }}", "a float64 has no field `x`");
    f("{{ humanize $labels.instance }}", "error calling humanize: `db1.example.org:9100` is not a number");
    f("{{ humanize }}", "wrong number of args for humanize: want 1 got 0");
    f(
        r#"{{ reReplaceAll "(" "" "" }}"#,
        "error calling reReplaceAll: cannot compile the regular expression `(`",
    );
    f(r#"{{ template "x" }}"#, "template `x` is not defined");
    f(r#"{{ index (args 1) "arg0" "x" }}"#, "error calling index: cannot index a int by a string");
}

#[test]
fn nothing_runs_for_ever_or_grows_without_bound() {
    #[track_caller]
    fn f(template: &str, want: &str) {
        let text = expand(template).unwrap();
        assert!(text.contains(want) && text.len() < 1000, "{} bytes, {:.200}", text.len(), text);
    }
    f("{{ range 99999999999 }}{{ range 9999 }}{{ end }}{{ end }}", "more than 100000 steps");
    f(r#"{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}"#, "deeper than 20");
    let text = "y".repeat(10_000);
    f(&format!("{{{{ range 90000 }}}}{text}{{{{ end }}}}"), "grows beyond");
    f(r#"{{ range 99 }}{{ $x := query "up" }}{{ end }}"#, "more than 20 queries");
    let many = format!(r#"{{{{ reReplaceAll "." "{}" "{text}" }}}}"#, "$0".repeat(1000));
    f(&many, "too long");
    f(r#"{{ $x := "aaaaaaaaaa" }}{{ range 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}"#, "grow beyond");
    let joined = r#"{{ $x := "aaaaaaaaaa" }}{{ range 14 }}{{ $x = printf "%s%s" $x $x }}{{ end }}"#;
    f(&format!("{joined}{{{{ range 99 }}}}{{{{ $y := printf \"%s\" $x }}}}{{{{ end }}}}"), "grow beyond");
    let wide = expand(r#"{{ printf "%99999999d" 1 }}"#).unwrap();
    assert_eq!(wide.len(), 1000);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}") {
        let _ = expand(&text);
        let _ = expand(&format!("{{{{ {text} }}}}"));
    }

    #[test]
    fn no_mixture_of_tokens_makes_it_panic(tokens in proptest::collection::vec(proptest::sample::select(vec![
        "{{", "}}", "{{-", "-}}", "if", "else", "end", "range", "with", "define", "template", "\"x\"", "`", "$value",
        "$labels.n", ".", ".Labels", "(", ")", "|", ":=", "=", ",", "$x", "printf", "\"%s %d %.3g %5x %*d\"", "1",
        "-2.5", "index", "slice", "len", "args", "query", "first", "eq", "and", "humanize", "humanizeDuration",
        "title", "stripDomain", "reReplaceAll", " ", "\n", "/*", "*/", "break", "'a'", "0x1f", "1e400", "toTime",
        "toDuration", "humanizeTimestamp", "println", "js", "html",
    ]), 0..24)) {
        let _ = expand(&tokens.join(" "));
    }

    #[test]
    fn any_number_can_be_humanized(value: f64) {
        for function in ["humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp"] {
            let labels = Labels::empty();
            let globals = Globals::new(&labels, "");
            let query = |_: &str| Ok(Vec::new());
            let at = Timestamp::from_millis(0);
            let scene = Scene { labels: &labels, value, at, globals: &globals, query: &query };
            let text = Template::parse(&format!("{{{{ $value | {function} }}}}")).unwrap().expand(&scene);
            prop_assert!(!text.contains("error"), "{text}");
        }
    }
}
