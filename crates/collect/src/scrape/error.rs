//! Why a scrape failed.

use std::path::PathBuf;

use model::{Duration, error_chain};
use wire::exposition::ExpositionError;

/// Why a scrape stored no sample of its target.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScrapeError {
    #[error("no complete answer within {0} (`scrape_timeout`)")]
    Timeout(Duration),
    #[error("cannot fetch: {}", error_chain(.0))]
    Fetch(#[source] reqwest::Error),
    #[error("cannot read `{}` (`{key}`): {source}", path.display())]
    Credentials { key: &'static str, path: PathBuf, source: std::io::Error },
    #[error("the credentials cannot stand in a header: they hold characters that HTTP forbids")]
    CredentialsNotPrintable,
    #[error("the server answered with HTTP status {0}")]
    Status(reqwest::StatusCode),
    #[error("the answer is larger than {limit} bytes (`body_size_limit`)")]
    BodyTooLarge { limit: u64 },
    #[error("content type `{0}` is none that can be read; `fallback_scrape_protocol` says how to read it")]
    ContentType(String),
    #[error("cannot read the answer: {0}")]
    Malformed(#[from] ExpositionError),
    #[error("a series has no metric name after `metric_relabel_configs`: {series}")]
    NoMetricName { series: String },
    #[error("more than {limit} samples (`sample_limit`)")]
    TooManySamples { limit: u64 },
    #[error("{found} labels are more than {limit} (`label_limit`) in {series}")]
    TooManyLabels { found: u64, limit: u64, series: String },
    #[error("label name of {found} bytes is longer than {limit} (`label_name_length_limit`) in {series}")]
    LabelNameTooLong { found: u64, limit: u64, series: String },
    #[error("label value of {found} bytes is longer than {limit} (`label_value_length_limit`) in {series}")]
    LabelValueTooLong { found: u64, limit: u64, series: String },
    #[error("the job has {found} targets, more than {limit} (`target_limit`)")]
    TooManyTargets { found: usize, limit: u64 },
    #[error("cannot store the samples: {}", error_chain(.0))]
    Store(#[from] intake::IntakeError),
}
