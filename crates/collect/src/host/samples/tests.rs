use super::*;

const LOAD: MetricDesc = MetricDesc::gauge("load", "A load.");
const READS: MetricDesc = MetricDesc::counter("reads_total", "Reads.");
static METRICS: &[MetricDesc] = &[LOAD, READS];

/// Rounds over one cache.
struct Rounds {
    cache: SeriesCache,
    identity: Identity,
}

impl Rounds {
    fn new() -> Self {
        Self {
            cache: SeriesCache::new(METRICS),
            identity: Identity { job: "node".to_owned(), instance: "here".to_owned() },
        }
    }

    fn round(&mut self, emit: impl FnOnce(&mut Samples<'_>)) -> (Batch, Option<&'static str>) {
        let mut batch = Batch::new();
        let mut samples =
            Samples::new(Timestamp::from_millis(1), &self.identity, &mut self.cache, &mut batch);
        emit(&mut samples);
        let undeclared = samples.end();
        (batch, undeclared)
    }

    /// A round that reads the given disks; returns disks with their values.
    fn disks(&mut self, disks: &[&str]) -> Vec<(String, f64)> {
        let (batch, _) = self.round(|out| {
            for disk in disks {
                out.emit(&READS, &[("device", disk)], 7.0);
            }
        });
        let device = |row: &model::Row| row.labels.get("device").unwrap().to_owned();
        batch.rows.iter().map(|row| (device(row), row.sample.value)).collect()
    }
}

#[test]
fn labels_are_sorted_and_carry_instance_and_job() {
    let (batch, _) =
        Rounds::new().round(|out| out.emit(&READS, &[("zone", "1"), ("device", "sda"), ("none", "")], 7.0));
    let text = batch.rows[0].labels.to_string();
    assert_eq!(text, r#"reads_total{device="sda",instance="here",job="node",zone="1"}"#);
}

#[test]
fn a_series_that_is_no_longer_emitted_ends_once() {
    #[track_caller]
    fn f(first: &[&str], second: &[&str], ended: &[&str]) {
        let mut rounds = Rounds::new();
        rounds.disks(first);
        let (mut stale, live): (Vec<_>, Vec<_>) =
            rounds.disks(second).into_iter().partition(|(_, value)| model::is_stale_nan(*value));
        stale.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(live.iter().map(|(name, _)| name).eq(second), "{live:?}");
        assert!(stale.iter().map(|(name, _)| name).eq(ended), "{stale:?}");
        assert_eq!(rounds.disks(second).len(), second.len(), "the end is told only once");
    }
    f(&["a", "b", "c"], &["a", "b", "c"], &[]);
    f(&["a", "b", "c"], &["b", "c"], &["a"]);
    f(&["a", "b", "c"], &["a", "b"], &["c"]);
    f(&["a", "b", "c"], &["c", "b", "a"], &[]);
    f(&["a", "b"], &["a", "x", "b"], &[]);
    f(&["a", "b"], &["x"], &["a", "b"]);
    f(&["a"], &[], &["a"]);
}

#[test]
fn a_round_without_news_ends_nothing() {
    let mut rounds = Rounds::new();
    rounds.disks(&["a"]);
    let (batch, _) = rounds.round(|out| out.unchanged());
    assert!(batch.is_empty());
    assert_eq!(rounds.disks(&["a"]), [("a".to_owned(), 7.0)]);
}

#[test]
fn a_metric_that_is_not_declared_is_refused() {
    const OTHER: MetricDesc = MetricDesc::gauge("other", "Not in the list.");
    let (batch, undeclared) = Rounds::new().round(|out| out.emit(&OTHER, &[], 1.0));
    assert!(batch.is_empty());
    assert_eq!(undeclared, Some("other"));
}

#[test]
fn metadata_is_told_at_first_and_when_it_was_lost() {
    let mut rounds = Rounds::new();
    let told = |batch: &Batch| batch.metadata.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
    assert_eq!(told(&rounds.round(|out| out.emit(&LOAD, &[], 1.0)).0), ["load"]);
    assert!(told(&rounds.round(|out| out.emit(&LOAD, &[], 1.0)).0).is_empty());
    let both = |out: &mut Samples<'_>| {
        out.emit(&LOAD, &[], 1.0);
        out.emit(&READS, &[], 1.0);
    };
    assert_eq!(told(&rounds.round(both).0), ["reads_total"]);
    rounds.cache.forget_metadata();
    assert_eq!(told(&rounds.round(both).0), ["load", "reads_total"]);
}
