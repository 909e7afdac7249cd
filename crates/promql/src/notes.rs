//! Remarks gathered during an evaluation. The wording is Prometheus's; a remark is kept once.

use std::collections::BTreeSet;

use crate::go_number::go_number;

use crate::Position;

/// Remarks so far.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    warnings: BTreeSet<String>,
    infos: BTreeSet<String>,
}

/// Remarks of one severity that are kept.
const REMARKS_MAX: usize = 100;

/// Metrics with these endings are taken for counters.
const COUNTER_SUFFIXES: &[&str] = &["_total", "_sum", "_count", "_bucket"];

/// Whether a metric of this name looks like a counter.
pub(crate) fn is_counter_name(name: &str) -> bool {
    COUNTER_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

impl Notes {
    /// All warnings and all infos, sorted.
    pub(crate) fn into_lists(self) -> (Vec<String>, Vec<String>) {
        (self.warnings.into_iter().collect(), self.infos.into_iter().collect())
    }

    fn warn(&mut self, text: &str, at: Option<Position>) {
        keep(&mut self.warnings, place(format!("PromQL warning: {text}"), at));
    }

    fn info(&mut self, text: &str, at: Option<Position>) {
        keep(&mut self.infos, place(format!("PromQL info: {text}"), at));
    }

    pub(crate) fn invalid_quantile(&mut self, quantile: f64, at: Option<Position>) {
        self.warn(&format!("quantile value should be between 0 and 1, got {}", go_number(quantile)), at);
    }

    pub(crate) fn invalid_ratio(&mut self, ratio: f64, capped: f64, at: Option<Position>) {
        let (ratio, capped) = (go_number(ratio), go_number(capped));
        self.warn(&format!("ratio value should be between -1 and 1, got {ratio}, capping to {capped}"), at);
    }

    pub(crate) fn bad_bucket_label(&mut self, metric: &str, le: &str, at: Option<Position>) {
        let text = format!(
            "bucket label \"le\" is missing or has a malformed value of {le:?}{}",
            for_metric(metric)
        );
        self.warn(&text, at);
    }

    pub(crate) fn possible_non_counter(&mut self, metric: &str, at: Option<Position>) {
        let text = format!(
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {metric:?}"
        );
        self.info(&text, at);
    }

    pub(crate) fn forced_monotonicity(&mut self, metric: &str, at: Option<Position>) {
        let text = format!(
            "input to histogram_quantile needed to be fixed for monotonicity (see \
             https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile){}",
            for_metric(metric)
        );
        self.info(&text, at);
    }
}

/// Remarks name values, of which each step may have another: those beyond the limit would tell nothing new.
fn keep(remarks: &mut BTreeSet<String>, remark: String) {
    if remarks.len() < REMARKS_MAX {
        remarks.insert(remark);
    }
}

fn for_metric(metric: &str) -> String {
    if metric.is_empty() { String::new() } else { format!(" for metric name {metric:?}") }
}

fn place(mut text: String, at: Option<Position>) -> String {
    if let Some(at) = at {
        text.push_str(&format!(" ({at})"));
    }
    text
}
