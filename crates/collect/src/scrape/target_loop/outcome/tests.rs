use model::is_stale_nan;
use wire::exposition::Format;

use super::*;
use crate::scrape::config::{GlobalConfig, ScrapeConfig};
use crate::scrape::job::Job;
use crate::scrape::target::discover;

/// A target that answers what it is told to.
struct Bench {
    plan: Plan,
    memory: Memory,
    now_millis: i64,
}

impl Bench {
    /// Job `j`, target `h:1` with the label `env="prod"`, and these keys of the job.
    fn new(keys: &str) -> Self {
        let text =
            format!("job_name: j\nstatic_configs: [{{targets: ['h:1'], labels: {{env: prod}}}}]\n{keys}");
        let config: ScrapeConfig = wire::yaml::read("s.yaml", &text).unwrap();
        let target = discover(&GlobalConfig::default(), &config).unwrap().active.remove(0);
        let plan = Plan { target, job: Arc::new(Job::new(&config).unwrap()), too_many: None };
        Self { plan, memory: Memory::default(), now_millis: 0 }
    }

    fn digest(&mut self, answer: Result<&str, ScrapeError>) -> Outcome {
        self.now_millis += 15_000;
        let answer = answer.map(|text| Answer { format: Format::Prometheus, body: text.into() });
        self.memory.digest(&self.plan, Timestamp::from_millis(self.now_millis), answer, || 0.25)
    }

    fn fail(&mut self) -> Outcome {
        self.digest(Err(ScrapeError::Status(reqwest::StatusCode::BAD_GATEWAY)))
    }
}

/// Rows of the target itself as text, without its own labels, sorted; staleness markers show as `stale`.
fn scraped(outcome: &Outcome) -> Vec<String> {
    let report = |name: &str| name == "up" || name.starts_with("scrape_");
    let rows = outcome.batch.rows.iter().filter(|row| !row.labels.metric_name().is_some_and(report));
    let mut lines: Vec<String> = rows.map(line).collect();
    lines.sort();
    lines
}

fn line(row: &model::Row) -> String {
    let value = row.sample.value;
    let value = if is_stale_nan(value) { "stale".to_owned() } else { model::format_value(value) };
    format!("{} {value} @{}", row.labels, row.sample.timestamp.as_millis())
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    let row = outcome.batch.rows.iter().find(|row| row.labels.metric_name() == Some(name)).unwrap();
    row.sample.value
}

#[track_caller]
fn scrapes(keys: &str, text: &str, want: &[&str]) {
    let outcome = Bench::new(keys).digest(Ok(text));
    assert_eq!(outcome.error.map(|error| error.to_string()), None);
    let outcome = Bench::new(keys).digest(Ok(text));
    assert_eq!(scraped(&outcome), want);
}

#[test]
fn series_get_the_labels_of_the_target() {
    scrapes(
        "",
        "a 1\nb{x=\"y\"} 2 77",
        &[
            r#"a{env="prod",instance="h:1",job="j"} 1 @15000"#,
            r#"b{env="prod",instance="h:1",job="j",x="y"} 2 @77"#,
        ],
    );
}

#[test]
fn labels_in_conflict_are_kept_as_exported() {
    let text = "a{job=\"x\",exported_job=\"y\",env=\"\"} 1";
    scrapes(
        "",
        text,
        &[r#"a{env="prod",exported_exported_job="x",exported_job="y",instance="h:1",job="j"} 1 @15000"#],
    );
    scrapes("honor_labels: true", text, &[r#"a{exported_job="y",instance="h:1",job="x"} 1 @15000"#]);
}

#[test]
fn times_of_the_answer_count_unless_they_are_not_honoured() {
    scrapes("honor_timestamps: false", "a 1 77", &[r#"a{env="prod",instance="h:1",job="j"} 1 @15000"#]);
}

#[test]
fn metric_relabelling_renames_and_drops() {
    let keys = "
metric_relabel_configs:
- {source_labels: [__name__], regex: 'go_.*', action: drop}
- {source_labels: [__name__], regex: 'a', target_label: __name__, replacement: b}
- {regex: 'env|instance|job', action: labeldrop}";
    scrapes(keys, "a 1\ngo_x 2\nc 3", &["b 1 @15000", "c 3 @15000"]);
}

#[test]
fn the_first_of_equal_samples_counts() {
    scrapes(
        "metric_relabel_configs: [{regex: 'env|instance|job', action: labeldrop}]",
        "a 1\na 2\na 3 5\na 4 6",
        &["a 1 @15000", "a 3 @5", "a 4 @6"],
    );
}

#[test]
fn the_report_tells_how_it_went() {
    let mut bench =
        Bench::new("metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]");
    let report = |outcome: &Outcome| {
        assert_eq!(value(outcome, "scrape_duration_seconds"), 0.25);
        ["up", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"]
            .map(|name| value(outcome, name))
    };
    assert_eq!(report(&bench.digest(Ok("a 1\nb 2\nc 3"))), [1.0, 3.0, 2.0, 2.0]);
    assert_eq!(report(&bench.digest(Ok("a 1\nb 2\nd 3"))), [1.0, 3.0, 2.0, 1.0]);
    assert_eq!(report(&bench.fail()), [0.0; 4]);
    assert_eq!(report(&bench.digest(Ok("a 1\nb 2\nd 3"))), [1.0, 3.0, 2.0, 0.0]);
    let up = bench.fail().batch.rows.into_iter().find(|row| row.labels.metric_name() == Some("up")).unwrap();
    assert_eq!(line(&up), r#"up{env="prod",instance="h:1",job="j"} 0 @75000"#);
}

const BARE: &str = "metric_relabel_configs: [{regex: 'env|instance|job', action: labeldrop}]";

#[test]
fn series_that_vanish_end_once() {
    let mut bench = Bench::new(BARE);
    bench.digest(Ok("a 1\nb 1"));
    assert_eq!(scraped(&bench.digest(Ok("a 1"))), ["a 1 @30000", "b stale @30000"]);
    assert_eq!(scraped(&bench.digest(Ok("a 1"))), ["a 1 @45000"]);
    assert_eq!(scraped(&bench.digest(Ok("a 1\nb 1"))), ["a 1 @60000", "b 1 @60000"]);
    assert_eq!(scraped(&bench.digest(Ok(""))), ["a stale @75000", "b stale @75000"]);
}

#[test]
fn a_failed_scrape_ends_all_series_once() {
    let mut bench = Bench::new(BARE);
    bench.digest(Ok("a 1\nb 1"));
    assert_eq!(scraped(&bench.fail()), ["a stale @30000", "b stale @30000"]);
    assert_eq!(scraped(&bench.fail()), [""; 0]);
    assert_eq!(scraped(&bench.digest(Ok("b 2"))), ["b 2 @60000"]);
    assert_eq!(scraped(&bench.digest(Ok("b"))), ["b stale @75000"]);
}

#[test]
fn samples_with_a_time_of_their_own_do_not_end_unless_tracked() {
    #[track_caller]
    fn f(keys: &str, first: &str, then: &str, want: &[&str]) {
        let mut bench = Bench::new(&format!("{BARE}\n{keys}"));
        bench.digest(Ok(first));
        assert_eq!(scraped(&bench.digest(Ok(then))), want);
    }
    f("", "a 1 5", "", &[]);
    f("track_timestamps_staleness: true", "a 1 5", "", &["a stale @30000"]);
    f("honor_timestamps: false", "a 1 5", "", &["a stale @30000"]);
    // From now on the target says itself when its samples are, so the series as it was ends.
    f("", "a 1", "a 1 5", &["a 1 @5", "a stale @30000"]);
}

#[test]
fn a_series_that_goes_on_under_another_text_does_not_end() {
    let mut bench = Bench::new("metric_relabel_configs: [{regex: 'env|instance|job|v', action: labeldrop}]");
    bench.digest(Ok("a{v=\"1\"} 1"));
    assert_eq!(scraped(&bench.digest(Ok("a{v=\"2\"} 2"))), ["a 2 @30000"]);
    assert_eq!(scraped(&bench.digest(Ok(""))), ["a stale @45000"]);
}

#[test]
fn new_settings_end_only_what_does_not_go_on() {
    let mut bench = Bench::new(BARE);
    bench.digest(Ok("a 1\nb 1"));
    bench.memory.forget_settings();
    let renaming = Bench::new(
        "metric_relabel_configs:
- {regex: 'env|instance|job', action: labeldrop}
- {source_labels: [__name__], regex: b, target_label: __name__, replacement: c}",
    );
    bench.plan = renaming.plan;
    assert_eq!(scraped(&bench.digest(Ok("a 1\nb 1"))), ["a 1 @30000", "b stale @30000", "c 1 @30000"]);
}

#[test]
fn a_removed_target_ends_with_all_its_series() {
    let mut bench = Bench::new(BARE);
    bench.digest(Ok("a 1\nb 1 5"));
    let batch = bench.memory.farewell(Timestamp::from_millis(99));
    let mut names: Vec<&str> = batch.rows.iter().filter_map(|row| row.labels.metric_name()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "a",
            "scrape_duration_seconds",
            "scrape_samples_post_metric_relabeling",
            "scrape_samples_scraped",
            "scrape_series_added",
            "up",
        ]
    );
    assert!(
        batch.rows.iter().all(|row| is_stale_nan(row.sample.value) && row.sample.timestamp.as_millis() == 99)
    );
    assert!(Bench::new("").memory.farewell(Timestamp::from_millis(99)).is_empty());
}

#[test]
fn what_could_not_be_stored_is_told_again() {
    let mut bench = Bench::new(BARE);
    bench.digest(Ok("# TYPE a gauge\na 1\nb 1"));
    let lost = bench.digest(Ok("# TYPE a counter\na 1"));
    bench.memory.take_back(&lost);
    let again = bench.digest(Ok("# TYPE a counter\na 1"));
    assert_eq!(scraped(&again), ["a 1 @45000", "b stale @45000"]);
    assert_eq!(again.batch.metadata.len(), 1);
}

#[test]
fn metadata_is_told_when_it_is_new_or_changed() {
    let mut bench = Bench::new("");
    let mut names = |text: &str| -> Vec<String> {
        let outcome = bench.digest(Ok(text));
        outcome.batch.metadata.iter().map(|(name, metadata)| format!("{name} {}", metadata.kind)).collect()
    };
    assert_eq!(names("# TYPE a gauge\n# TYPE b gauge"), ["a gauge", "b gauge"]);
    assert_eq!(names("# TYPE a gauge\n# TYPE b gauge"), [""; 0]);
    assert_eq!(names("# TYPE a gauge\n# TYPE b counter"), ["b counter"]);
    assert_eq!(names("# TYPE a gauge"), [""; 0]);
    assert_eq!(names("# TYPE a gauge\n# TYPE b counter"), ["b counter"]);
}

#[test]
fn a_bad_answer_stores_nothing_of_the_target() {
    #[track_caller]
    fn f(keys: &str, text: &str, want: &str) {
        let mut bench = Bench::new(keys);
        let outcome = bench.digest(Ok(text));
        assert_eq!(outcome.error.as_ref().map(ToString::to_string).as_deref(), Some(want));
        assert_eq!(scraped(&outcome), [""; 0]);
        assert_eq!(value(&outcome, "up"), 0.0);
    }
    f("", "a 1\nb", "cannot read the answer: line 2: expected a value");
    f("sample_limit: 2", "a 1\nb 1\nc 1", "more than 2 samples (`sample_limit`)");
    f("label_limit: 4", "a{x=\"1\"} 1", "5 labels are more than 4 (`label_limit`) in a{x=\"1\"}");
    f(
        "label_name_length_limit: 9",
        "a{long_label=\"1\"} 1",
        "label name of 10 bytes is longer than 9 (`label_name_length_limit`) in a{long_label=\"1\"}",
    );
    f(
        "label_value_length_limit: 4",
        "a{x=\"value\"} 1",
        "label value of 5 bytes is longer than 4 (`label_value_length_limit`) in a{x=\"value\"}",
    );
    f(
        "metric_relabel_configs: [{regex: __name__, action: labeldrop}]",
        "a 1",
        "a series has no metric name after `metric_relabel_configs`: a",
    );
}

#[test]
fn the_sample_limit_counts_what_relabelling_keeps() {
    let keys =
        "sample_limit: 1\nmetric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]";
    let mut bench = Bench::new(keys);
    assert!(bench.digest(Ok("a 1\nb 2\nb{x=\"y\"} 3")).error.is_none());
    let outcome = bench.digest(Ok("a 1\nc 2"));
    assert_eq!(value(&outcome, "scrape_samples_scraped"), 2.0);
    assert_eq!(scraped(&outcome), [r#"a{env="prod",instance="h:1",job="j"} stale @30000"#]);
}
