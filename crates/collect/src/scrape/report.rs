//! The series that tell of the scrape itself.

use model::{Batch, Labels, METRIC_NAME, MetricDesc, Timestamp};

/// How a scrape went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Report {
    pub(super) up: bool,
    pub(super) duration_seconds: f64,
    pub(super) samples_scraped: u64,
    pub(super) samples_post_metric_relabeling: u64,
    pub(super) series_added: u64,
}

/// A series and the figure that it shows.
type Row = (MetricDesc, fn(&Report) -> f64);

static SERIES: [Row; 5] = [
    (MetricDesc::gauge("up", "Whether the last scrape of the target went well."), |report| {
        f64::from(u8::from(report.up))
    }),
    (MetricDesc::gauge("scrape_duration_seconds", "How long the scrape took."), |report| {
        report.duration_seconds
    }),
    (MetricDesc::gauge("scrape_samples_scraped", "Samples that the target exposed."), |report| {
        report.samples_scraped as f64
    }),
    (
        MetricDesc::gauge(
            "scrape_samples_post_metric_relabeling",
            "Samples that remained after metric relabelling.",
        ),
        |report| report.samples_post_metric_relabeling as f64,
    ),
    (MetricDesc::gauge("scrape_series_added", "About how many series were new in the scrape."), |report| {
        report.series_added as f64
    }),
];

/// The report series of one target, named once.
#[derive(Debug)]
pub(super) struct ReportSeries(Vec<Labels>);

impl ReportSeries {
    pub(super) fn new(target: &Labels) -> Self {
        let named = |(desc, _): &Row| {
            let mut labels = target.to_builder();
            labels.set(METRIC_NAME, desc.name);
            labels.build()
        };
        Self(SERIES.iter().map(named).collect())
    }

    pub(super) fn write(&self, report: &Report, at: Timestamp, batch: &mut Batch) {
        for (labels, (_, figure)) in self.0.iter().zip(&SERIES) {
            batch.push(labels.clone(), at, figure(report));
        }
    }

    pub(super) fn write_stale(&self, at: Timestamp, batch: &mut Batch) {
        for labels in &self.0 {
            batch.push(labels.clone(), at, model::STALE_NAN);
        }
    }
}
