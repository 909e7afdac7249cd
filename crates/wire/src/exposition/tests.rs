use model::{MetricDesc, MetricKind, Vital};
use proptest::prelude::*;

use super::*;

fn read(format: Format, text: &str) -> Result<Exposition<'_>, ExpositionError> {
    parse(text.as_bytes(), format, &Limits::default())
}

/// A sample as one line: the pairs as they are, the value, and the time in milliseconds.
fn line(sample: &ParsedSample<'_>) -> String {
    let pairs: Vec<String> = sample.pairs.iter().map(|(n, v)| format!("{n}={v:?}")).collect();
    let time = sample.timestamp_ms.map(|ms| format!(" @{ms}")).unwrap_or_default();
    format!("{} {}{time}", pairs.join(" "), model::format_value(sample.value))
}

#[track_caller]
fn reads(format: Format, text: &str, want: &[&str]) {
    let exposition = read(format, text).unwrap();
    let got: Vec<String> = exposition.samples.iter().map(line).collect();
    assert_eq!(got, want);
}

#[track_caller]
fn refuses(format: Format, text: &str, want: &str) {
    assert_eq!(read(format, text).unwrap_err().to_string(), want);
}

#[test]
fn reads_samples_of_prometheus_text() {
    #[track_caller]
    fn f(text: &str, want: &[&str]) {
        reads(Format::Prometheus, text, want);
    }
    f("", &[]);
    f("\n \n\t\n", &[]);
    f("a 1\n", &[r#"__name__="a" 1"#]);
    f("a 1", &[r#"__name__="a" 1"#]);
    f("a 1\r\nb 2\r\n", &[r#"__name__="a" 1"#, r#"__name__="b" 2"#]);
    f(":a_9:b{} 1", &[r#"__name__=":a_9:b" 1"#]);
    f("a{x=\"1\",y=\"\",} -2.5e3", &[r#"__name__="a" x="1" y="" -2500"#]);
    f("  a \t{ x = \"1\" , y = \"2\" }\t1  7 ", &[r#"__name__="a" x="1" y="2" 1 @7"#]);
    f("a{x=\"y\"}1 -5", &[r#"__name__="a" x="y" 1 @-5"#]);
    f(
        "a +Inf\nb -inf\nc NaN\nd .5\ne 1.",
        &[
            r#"__name__="a" +Inf"#,
            r#"__name__="b" -Inf"#,
            r#"__name__="c" NaN"#,
            r#"__name__="d" 0.5"#,
            r#"__name__="e" 1"#,
        ],
    );
    f(r#"a{x="\\ \" \n \t é"} 1"#, &[r#"__name__="a" x="\\ \" \n \\t é" 1"#]);
    f("a{x=\"two\nlines\"} 1", &[r#"__name__="a" x="two\nlines" 1"#]);
    f("a{x=\"}{#,=\"} 1", &[r##"__name__="a" x="}{#,=" 1"##]);
}

#[test]
fn reads_names_in_quotes() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        reads(Format::Prometheus, text, &[want]);
        reads(Format::OpenMetrics, &format!("{text}\n# EOF\n"), &[want]);
    }
    f(r#"{"a.b"} 1"#, r#"__name__="a.b" 1"#);
    f(r#"{"a.b",l="x"} 1"#, r#"__name__="a.b" l="x" 1"#);
    f(r#"{"a.b", "l.m"="x", } 1"#, r#"__name__="a.b" l.m="x" 1"#);
    f(r#"{l="x","a\"b"} 1"#, r#"l="x" __name__="a\"b" 1"#);
    f(r#"a{"l.m"="x"} 1"#, r#"__name__="a" l.m="x" 1"#);
    f(r#"{__name__="a",l="x"} 1"#, r#"__name__="a" l="x" 1"#);
}

#[test]
fn reads_openmetrics() {
    #[track_caller]
    fn f(text: &str, want: &[&str]) {
        reads(Format::OpenMetrics, text, want);
    }
    f("# EOF", &[]);
    f(
        "a 1 1.5\nb 2 1520879607.789\nc 3 -1\n# EOF\n",
        &[r#"__name__="a" 1 @1500"#, r#"__name__="b" 2 @1520879607789"#, r#"__name__="c" 3 @-1000"#],
    );
    f(
        "# TYPE a counter\na_total 5\na_created 1520430000.123\n# EOF\n",
        &[r#"__name__="a_total" 5"#, r#"__name__="a_created" 1520430000.123"#],
    );
    f("a_bucket{le=\"1\"} 8 # {trace=\"q # }\"} 0.5\n# EOF\n", &[r#"__name__="a_bucket" le="1" 8"#]);
    f("a_total 8 3 # {} 0.5 1520879607.789\n# EOF\n", &[r#"__name__="a_total" 8 @3000"#]);
}

#[test]
fn a_text_that_is_equal_names_the_same_series() {
    let text = "a{x=\"1\"} 1\na{x=\"1\"}  2 5\na {x=\"1\"} 3\nb\t4";
    let series: Vec<&str> =
        read(Format::Prometheus, text).unwrap().samples.iter().map(|sample| sample.series).collect();
    assert_eq!(series, ["a{x=\"1\"}", "a{x=\"1\"}", "a {x=\"1\"}", "b"]);
}

#[test]
fn no_text_can_hold_a_staleness_marker() {
    for word in ["NaN", "nan", "-NaN"] {
        let text = format!("a {word}");
        let value = read(Format::Prometheus, &text).unwrap().samples[0].value;
        assert_eq!(value.to_bits(), f64::NAN.to_bits(), "{word}");
    }
}

#[test]
fn says_which_line_is_wrong_and_why() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        refuses(Format::Prometheus, text, want);
    }
    f("a 1\n\nb\n", "line 3: expected a value");
    f("a x", "line 1: `x` is not a value");
    f("a 0x10", "line 1: `0x10` is not a value");
    f("a 1_000", "line 1: `1_000` is not a value");
    f("a 1 2 3", "line 1: expected the end of the line");
    f("a 1 1.5", "line 1: `1.5` is not a timestamp");
    f("a 1 99999999999999999999", "line 1: `99999999999999999999` is not a timestamp");
    f("a 1 # {x=\"y\"} 1", "line 1: expected the end of the line");
    f("9a 1", "line 1: expected a metric name");
    f("é 1", "line 1: expected a metric name");
    f("<html>", "line 1: expected a metric name");
    f("{x=\"1\"} 1", "line 1: expected a metric name");
    f("{\"\"} 1", "line 1: expected a label name");
    f("a{x=\"1\",x=\"2\"} 1", "line 1: label name `x` occurs twice");
    f("a{x=\"\",x=\"\"} 1", "line 1: label name `x` occurs twice");
    f("a{\"b\"} 1", "line 1: label name `__name__` occurs twice");
    f("a{x} 1", "line 1: expected `=` after the label name `x`");
    f("a{x=1} 1", "line 1: expected a text in double quotes");
    f("a{x=\"1} 1\nb 2", "line 1: unclosed double quote");
    f("a{x=\"1\\\"", "line 1: unclosed double quote");
    f("a{x=\"1\\", "line 1: unclosed double quote");
    f("a{x=\"1\" y=\"2\"} 1", "line 1: expected `,` or `}` after a label");
    f("a{x=\"1\"", "line 1: expected `,` or `}` after a label");
    f("a{9=\"1\"} 1", "line 1: expected a label name");
    f("a{,} 1", "line 1: expected a label name");
    f("a 1\n# TYPE a number\n", "line 2: `number` is not a metric type");
    f("a 1\n# TYPE 9a counter\n", "line 2: expected a metric name after TYPE");
}

#[test]
fn refuses_half_of_an_openmetrics_text() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        refuses(Format::OpenMetrics, text, want);
    }
    f("", "line 1: the text does not end with `# EOF`");
    f("a 1\n", "line 2: the text does not end with `# EOF`");
    f("# EOF\na 1\n", "line 2: text after `# EOF`");
    f("a 1 NaN\n# EOF", "line 1: `NaN` is not a timestamp");
    f("a 1 # x\n# EOF", "line 1: expected the labels of an exemplar after `#`");
    f("a 1 # {x=\"1\"}\n# EOF", "line 1: expected a value");
    f("a 1 # {x=\"1\"} 1 2 3\n# EOF", "line 1: expected the end of the line");
}

#[test]
fn refuses_what_is_not_utf8() {
    let error = parse(b"a 1\nb{x=\"\xff\"} 1\n", Format::Prometheus, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "line 2: text is not valid UTF-8");
}

#[test]
fn keeps_to_the_limits() {
    #[track_caller]
    fn f(text: &str, want: Option<&str>) {
        let limits = Limits { samples: 2, labels_per_sample: 3, families: 1 };
        let error = parse(text.as_bytes(), Format::Prometheus, &limits).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), want);
    }
    f("a 1\na 2", None);
    f("a 1\na 2\na 3", Some("line 3: more than 2 samples"));
    f("a{b=\"\",c=\"\"} 1", None);
    f("a{b=\"\",c=\"\",d=\"\"} 1", Some("line 1: more than 3 labels"));
    f("# HELP a x\n# TYPE a gauge", None);
    f("# HELP a x\n# TYPE b gauge", Some("line 2: more than 1 metric families"));
}

#[test]
fn finds_a_label_that_occurs_twice_among_many() {
    let many: Vec<String> = (0..40).map(|at| format!("l{at}=\"\"")).collect();
    let once = format!("a{{{}}} 1", many.join(","));
    assert_eq!(read(Format::Prometheus, &once).unwrap().samples[0].pairs.len(), 41);
    refuses(Format::Prometheus, &once.replace("l39", "l7"), "line 1: label name `l7` occurs twice");
}

#[test]
fn reads_metadata_by_family() {
    #[track_caller]
    fn f(format: Format, text: &str, want: &[(&str, MetricKind, &str, &str)]) {
        let exposition = read(format, text).unwrap();
        let got: Vec<_> =
            exposition.metadata.iter().map(|(n, m)| (&**n, m.kind, &*m.help, &*m.unit)).collect();
        assert_eq!(got, want);
    }
    use Format::{OpenMetrics, Prometheus};
    use MetricKind::{Counter, Gauge, Info, Unknown};
    f(
        Prometheus,
        "# HELP a One \\\\ two\\n \\\"three\n# TYPE a counter\n",
        &[("a", Counter, "One \\ two\n \\\"three", "")],
    );
    f(
        Prometheus,
        "# TYPE b gauge\n# HELP a\n# TYPE a untyped\n# HELP b B.\n",
        &[("b", Gauge, "B.", ""), ("a", Unknown, "", "")],
    );
    f(Prometheus, "#\tHELP\ta  x\n", &[("a", Unknown, "x", "")]);
    f(Prometheus, "# HELP \"a.b\" x\n", &[("a.b", Unknown, "x", "")]);
    f(Prometheus, "#HELP a x\n# a comment\n#\n# UNIT a bytes\n# EOF\n# HELPER x", &[]);
    f(
        OpenMetrics,
        "# TYPE a counter\n# UNIT a seconds\n# HELP a \\\"x\\\"\n# EOF\n",
        &[("a", Counter, "\"x\"", "seconds")],
    );
    f(OpenMetrics, "# TYPE a info\na_info{v=\"1\"} 1\n# EOF\n", &[("a", Info, "", "")]);
}

#[test]
fn knows_formats_by_content_type() {
    #[track_caller]
    fn f(content_type: &str, want: Option<Format>) {
        assert_eq!(Format::from_content_type(content_type), want);
    }
    f("", Some(Format::Prometheus));
    f("text/plain", Some(Format::Prometheus));
    f("text/plain; version=0.0.4; charset=utf-8", Some(Format::Prometheus));
    f("Application/OpenMetrics-Text;version=1.0.0", Some(Format::OpenMetrics));
    f("text/html; charset=utf-8", None);
    f("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", None);
}

static REQUESTS: MetricDesc = MetricDesc::counter("requests_total", "Requests,\nby \\path.");
static TEMPERATURE: MetricDesc = MetricDesc::gauge("temperature_celsius", "How warm it is.");

#[test]
fn writes_each_family_once() {
    let request =
        |path: &str, value| Vital { desc: &REQUESTS, labels: vec![("path", path.to_owned())], value };
    let vitals = [request("/", 1.0), Vital::plain(&TEMPERATURE, f64::NEG_INFINITY), request("\"\\\n", 2.5)];
    assert_eq!(
        encode(&vitals),
        "# HELP requests_total Requests,\\nby \\\\path.\n\
         # TYPE requests_total counter\n\
         requests_total{path=\"/\"} 1\n\
         requests_total{path=\"\\\"\\\\\\n\"} 2.5\n\
         # HELP temperature_celsius How warm it is.\n\
         # TYPE temperature_celsius gauge\n\
         temperature_celsius -Inf\n"
    );
}

/// Text that looks enough like an exposition to get past its first token.
fn almost_exposition() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("# HELP "),
        Just("# TYPE "),
        Just("# UNIT "),
        Just("# EOF"),
        Just("#"),
        Just("a"),
        Just("le"),
        Just("{"),
        Just("}"),
        Just("="),
        Just(","),
        Just("\""),
        Just("\\"),
        Just("\n"),
        Just(" "),
        Just("1"),
        Just("-1.5e9"),
        Just("NaN"),
        Just("counter"),
        Just("é"),
        Just("\r"),
        Just("\0"),
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in [Format::Prometheus, Format::OpenMetrics] {
            let _ = parse(&bytes, format, &Limits::default());
        }
    }

    #[test]
    fn almost_valid_texts_never_panic_and_errors_name_a_line_of_the_text(text in almost_exposition()) {
        for format in [Format::Prometheus, Format::OpenMetrics] {
            match read(format, &text) {
                Ok(exposition) => for sample in exposition.samples {
                    let again = format!("{} 1", sample.series);
                    let again = read(Format::Prometheus, &again).unwrap();
                    prop_assert_eq!(&again.samples[0].pairs, &sample.pairs);
                },
                Err(error) => prop_assert!((1..=1 + text.matches('\n').count()).contains(&error.line)),
            }
        }
    }

    #[test]
    fn what_is_written_reads_back(rows in prop::collection::vec((any::<String>(), any::<f64>()), 0..20)) {
        let vitals: Vec<Vital> = rows
            .iter()
            .map(|(path, value)| Vital { desc: &REQUESTS, labels: vec![("path", path.clone())], value: *value })
            .collect();
        let text = encode(&vitals);
        let exposition = read(Format::Prometheus, &text).unwrap();
        prop_assert_eq!(exposition.samples.len(), rows.len());
        for (sample, (path, value)) in exposition.samples.iter().zip(&rows) {
            prop_assert_eq!(&sample.pairs[1].1, path);
            prop_assert!(sample.value == *value || (sample.value.is_nan() && value.is_nan()));
        }
        if let Some((name, metadata)) = exposition.metadata.first() {
            prop_assert_eq!((&**name, metadata), (REQUESTS.name, &REQUESTS.metadata()));
        }
    }
}
