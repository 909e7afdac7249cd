//! Prometheus remote write 1.0: a snappy block that holds a protobuf `prometheus.WriteRequest`.
//!
//! Limits: the decompressed length is checked before anything is allocated for it, and what the request holds
//! is counted before it is decoded. A series with faulty labels
//! or without labels is left out and counted; the others are kept, as the specification allows.
//!
//! Source of the format: Prometheus remote write specification 1.0.

use std::fmt;
use std::sync::Arc;

use model::{Batch, Labels, Metadata, MetricKind, Timestamp};
use prost::Message as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// A decompressed request may be this long, in bytes; Prometheus's receiver has the same limit.
pub const DECOMPRESSED_BYTES_MAX: usize = 32 << 20;

/// Series and metadata entries that one request may hold; senders put some thousands into one.
const ENTRIES_MAX: usize = 1_000_000;
/// Labels, samples and histograms that one request may hold: more do not fit into the decompressed length unless
/// they are all but empty.
const PARTS_MAX: usize = 4_000_000;
/// The field of a request that holds its series.
const TIMESERIES: u32 = 1;
/// Field of a series that holds its samples.
const SAMPLES: u32 = 2;
/// The field of a request that holds its metadata.
const METADATA: u32 = 3;

/// Why a request cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum RemoteWriteError {
    /// The body is not one snappy block.
    #[error("the body is not a snappy block")]
    Snappy(#[source] snap::Error),
    /// The block would decompress to too much.
    #[error("the body decompresses to {len} bytes, more than the limit of {DECOMPRESSED_BYTES_MAX}")]
    TooLarge {
        /// The length that the block declares, in bytes.
        len: usize,
    },
    /// The block does not hold a write request.
    #[error("the body is not a protobuf `prometheus.WriteRequest`")]
    Protobuf(#[from] prost::DecodeError),
    /// A field of the request is longer than what is left of it.
    #[error("the body is not a protobuf `prometheus.WriteRequest`: field {tag} is cut off")]
    Cut {
        /// The number of the field.
        tag: u32,
    },
    /// The request would take much more memory than its length tells.
    #[error("the request holds more than {limit} {what}: send it in parts")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// A decoded request.
#[derive(Debug, Default)]
pub struct WriteRequest {
    /// Everything that can be taken.
    pub batch: Batch,
    /// What was left out.
    pub faults: Faults,
}

/// What was left out of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Samples of series with faulty labels.
    pub samples: u64,
    /// Native histograms, which are not stored yet.
    pub histograms: u64,
    /// The first fault, for people.
    pub first: Option<String>,
}

impl Faults {
    fn add(&mut self, samples: usize, why: impl FnOnce() -> String) {
        self.samples += samples as u64;
        self.first.get_or_insert_with(why);
    }

    /// Whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.samples == 0 && self.histograms == 0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples and {} histograms left out", self.samples, self.histograms)?;
        match &self.first {
            Some(first) => write!(f, ", first: {first}"),
            None => Ok(()),
        }
    }
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<WriteRequest, RemoteWriteError> {
    let len = snap::raw::decompress_len(body).map_err(RemoteWriteError::Snappy)?;
    if len > DECOMPRESSED_BYTES_MAX {
        return Err(RemoteWriteError::TooLarge { len });
    }
    let bytes = snap::raw::Decoder::new().decompress_vec(body).map_err(RemoteWriteError::Snappy)?;
    let mut request = WriteRequest::default();
    let mut counts = Counts::default();
    each_field(&bytes, |tag, field| {
        match tag {
            TIMESERIES => {
                counts.add_series(field)?;
                // One at a time, so that no more than one is in memory as the wire has it.
                match proto::TimeSeries::decode(field) {
                    Ok(series) => take_series(series, &mut request),
                    // The request's frame is sound, so the fault is this series' own: mostly a label whose text is
                    // not UTF-8. The others are kept.
                    Err(error) => {
                        request.faults.add(samples_of(field), || format!("a series is malformed: {error}"))
                    }
                }
            }
            METADATA => {
                counts.add_entry()?;
                request.batch.metadata.extend(take_metadata(proto::MetricMetadata::decode(field)?));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(request)
}

/// What a request holds so far. Empty messages take two bytes on the wire and far more in memory.
#[derive(Default)]
struct Counts {
    entries: usize,
    parts: usize,
}

impl Counts {
    fn add_entry(&mut self) -> Result<(), RemoteWriteError> {
        self.entries += 1;
        if self.entries > ENTRIES_MAX {
            return Err(RemoteWriteError::TooMany { what: "series and metadata", limit: ENTRIES_MAX });
        }
        Ok(())
    }

    fn add_series(&mut self, series: &[u8]) -> Result<(), RemoteWriteError> {
        self.add_entry()?;
        each_field(series, |_, _| {
            self.parts += 1;
            if self.parts > PARTS_MAX {
                return Err(RemoteWriteError::TooMany { what: "labels and samples", limit: PARTS_MAX });
            }
            Ok(())
        })
    }
}

/// Calls `visit` with the number and the bytes of each field that is a message or a text; skips others.
fn each_field<'a>(
    mut bytes: &'a [u8],
    mut visit: impl FnMut(u32, &'a [u8]) -> Result<(), RemoteWriteError>,
) -> Result<(), RemoteWriteError> {
    while !bytes.is_empty() {
        let (tag, wire_type) = decode_key(&mut bytes)?;
        if wire_type != WireType::LengthDelimited {
            skip_field(wire_type, tag, &mut bytes, DecodeContext::default())?;
            continue;
        }
        let len = usize::try_from(decode_varint(&mut bytes)?).unwrap_or(usize::MAX);
        let Some((field, rest)) = bytes.split_at_checked(len) else {
            return Err(RemoteWriteError::Cut { tag });
        };
        bytes = rest;
        visit(tag, field)?;
    }
    Ok(())
}

/// How many samples a series has, which cannot be decoded as a whole.
fn samples_of(series: &[u8]) -> usize {
    let mut count = 0;
    // A series whose own frame is broken has as many as could be seen.
    let _ = each_field(series, |tag, _| {
        count += usize::from(tag == SAMPLES);
        Ok(())
    });
    count
}

fn take_series(series: proto::TimeSeries, request: &mut WriteRequest) {
    let count = series.samples.len();
    if !series.histograms.is_empty() {
        request.faults.histograms += series.histograms.len() as u64;
        request.faults.first.get_or_insert_with(|| "native histograms are not stored".to_owned());
    }
    let pairs: Vec<(&str, &str)> = series.labels.iter().map(|l| (&*l.name, &*l.value)).collect();
    let labels = match Labels::from_pairs(&pairs) {
        Ok(labels) if labels.is_empty() => {
            return request.faults.add(count, || "a series has no labels".to_owned());
        }
        Ok(labels) => labels,
        Err(error) => return request.faults.add(count, || error.to_string()),
    };
    for sample in series.samples {
        request.batch.push(labels.clone(), Timestamp::from_millis(sample.timestamp), sample.value());
    }
}

fn take_metadata(metadata: proto::MetricMetadata) -> Option<(Arc<str>, Metadata)> {
    if metadata.metric_family_name.is_empty() {
        return None;
    }
    let kind = match metadata.r#type {
        1 => MetricKind::Counter,
        2 => MetricKind::Gauge,
        3 => MetricKind::Histogram,
        4 => MetricKind::GaugeHistogram,
        5 => MetricKind::Summary,
        6 => MetricKind::Info,
        7 => MetricKind::StateSet,
        _ => MetricKind::Unknown,
    };
    let value = Metadata { kind, help: metadata.help.into(), unit: metadata.unit.into() };
    Some((metadata.metric_family_name.into(), value))
}

/// A request with the given series, for tests and for sending: the inverse of [`decode`].
pub fn encode(batch: &Batch) -> Result<Vec<u8>, RemoteWriteError> {
    let mut message = proto::WriteRequest::default();
    for row in &batch.rows {
        let sample =
            proto::Sample { value: Some(row.sample.value), timestamp: row.sample.timestamp.as_millis() };
        let label = |(name, value): (&str, &str)| proto::Label { name: name.into(), value: value.into() };
        message.timeseries.push(proto::TimeSeries {
            labels: row.labels.iter().map(label).collect(),
            samples: vec![sample],
            histograms: Vec::new(),
        });
    }
    let bytes = message.encode_to_vec();
    snap::raw::Encoder::new().compress_vec(&bytes).map_err(RemoteWriteError::Snappy)
}

/// The messages of the wire, as far as they are read.
mod proto {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct WriteRequest {
        #[prost(message, repeated, tag = "1")]
        pub(super) timeseries: Vec<TimeSeries>,
        #[prost(message, repeated, tag = "3")]
        pub(super) metadata: Vec<MetricMetadata>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct TimeSeries {
        #[prost(message, repeated, tag = "1")]
        pub(super) labels: Vec<Label>,
        #[prost(message, repeated, tag = "2")]
        pub(super) samples: Vec<Sample>,
        /// Only counted, so their content stays undecoded.
        #[prost(bytes = "vec", repeated, tag = "4")]
        pub(super) histograms: Vec<Vec<u8>>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Label {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) value: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Sample {
        /// Optional, so that minus zero is written too: it equals the default that would be left out.
        #[prost(double, optional, tag = "1")]
        pub(super) value: Option<f64>,
        #[prost(int64, tag = "2")]
        pub(super) timestamp: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct MetricMetadata {
        #[prost(int32, tag = "1")]
        pub(super) r#type: i32,
        #[prost(string, tag = "2")]
        pub(super) metric_family_name: String,
        #[prost(string, tag = "4")]
        pub(super) help: String,
        #[prost(string, tag = "5")]
        pub(super) unit: String,
    }
}

#[cfg(test)]
mod tests;
