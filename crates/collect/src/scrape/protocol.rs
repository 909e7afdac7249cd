//! Content negotiation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::exposition::Format;

/// A format to ask targets for, by Prometheus's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum ScrapeProtocol {
    /// OpenMetrics text 1.0.0.
    #[serde(rename = "OpenMetricsText1.0.0")]
    OpenMetricsText1_0_0,
    /// OpenMetrics text 0.0.1.
    #[serde(rename = "OpenMetricsText0.0.1")]
    OpenMetricsText0_0_1,
    /// Prometheus text 1.0.0.
    #[serde(rename = "PrometheusText1.0.0")]
    PrometheusText1_0_0,
    /// Prometheus text 0.0.4.
    #[serde(rename = "PrometheusText0.0.4")]
    PrometheusText0_0_4,
    /// Protobuf: never asked for, because Sextant does not read it; accepted for compatibility.
    PrometheusProto,
}

/// What is asked for unless the configuration says otherwise, best first, in Prometheus's order.
const DEFAULT: &[ScrapeProtocol] = &[
    ScrapeProtocol::OpenMetricsText1_0_0,
    ScrapeProtocol::OpenMetricsText0_0_1,
    ScrapeProtocol::PrometheusText1_0_0,
    ScrapeProtocol::PrometheusText0_0_4,
];

impl ScrapeProtocol {
    /// The media type, or nothing for what Sextant does not read.
    const fn media_type(self) -> Option<&'static str> {
        match self {
            Self::OpenMetricsText1_0_0 => {
                Some("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8")
            }
            Self::OpenMetricsText0_0_1 => Some("application/openmetrics-text;version=0.0.1"),
            Self::PrometheusText1_0_0 => Some("text/plain;version=1.0.0;escaping=allow-utf-8"),
            Self::PrometheusText0_0_4 => Some("text/plain;version=0.0.4"),
            Self::PrometheusProto => None,
        }
    }

    /// How answers in it are read, or nothing for what Sextant does not read.
    pub(super) const fn format(self) -> Option<Format> {
        match self {
            Self::OpenMetricsText1_0_0 | Self::OpenMetricsText0_0_1 => Some(Format::OpenMetrics),
            Self::PrometheusText1_0_0 | Self::PrometheusText0_0_4 => Some(Format::Prometheus),
            Self::PrometheusProto => None,
        }
    }
}

/// The header `Accept`: formats with falling weights, anything else last.
pub(super) fn accept_header(protocols: &[ScrapeProtocol]) -> String {
    let protocols = if protocols.is_empty() { DEFAULT } else { protocols };
    // Prometheus counts weights down from one more than the number of protocols it knows.
    let weights = (1..=6).rev();
    let mut ranges: Vec<String> = protocols
        .iter()
        .filter_map(|protocol| protocol.media_type())
        .zip(weights)
        .map(|(media_type, weight)| format!("{media_type};q=0.{weight}"))
        .collect();
    let last = 6_usize.saturating_sub(ranges.len()).max(1);
    ranges.push(format!("*/*;q=0.{last}"));
    ranges.join(",")
}
