use proptest::prelude::*;

use super::*;

fn compress(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).unwrap()
}

fn series(labels: &[(&str, &str)], samples: &[(i64, f64)]) -> proto::TimeSeries {
    proto::TimeSeries {
        labels: labels.iter().map(|(n, v)| proto::Label { name: (*n).into(), value: (*v).into() }).collect(),
        samples: samples
            .iter()
            .map(|(timestamp, value)| proto::Sample { value: Some(*value), timestamp: *timestamp })
            .collect(),
        histograms: Vec::new(),
    }
}

fn decode_message(message: &proto::WriteRequest) -> WriteRequest {
    decode(&compress(&message.encode_to_vec())).unwrap()
}

#[test]
fn reads_samples_in_order() {
    let request = decode_message(&proto::WriteRequest {
        timeseries: vec![series(&[("__name__", "up"), ("job", "a")], &[(1, 1.0), (2, 0.0)])],
        metadata: vec![proto::MetricMetadata {
            r#type: 1,
            metric_family_name: "up".into(),
            help: "h".into(),
            unit: String::new(),
        }],
    });
    let mut want = Batch::new();
    let labels = Labels::of_metric("up", &[("job", "a")]);
    want.push(labels.clone(), Timestamp::from_millis(1), 1.0);
    want.push(labels, Timestamp::from_millis(2), 0.0);
    want.metadata.push(("up".into(), Metadata::new(MetricKind::Counter, "h")));
    assert_eq!(request.batch, want);
    assert!(request.faults.is_empty());
}

#[test]
fn one_faulty_series_does_not_harm_the_others() {
    let request = decode_message(&proto::WriteRequest {
        timeseries: vec![
            series(&[], &[(1, 1.0)]),
            series(&[("a", "1"), ("a", "2")], &[(1, 1.0), (2, 1.0)]),
            series(&[("__name__", "good")], &[(1, 1.0)]),
        ],
        metadata: Vec::new(),
    });
    assert_eq!(request.batch.rows.len(), 1);
    assert_eq!(
        request.faults.to_string(),
        "3 samples and 0 histograms left out, first: a series has no labels"
    );
}

#[test]
fn a_bomb_is_refused_by_its_declared_length() {
    // A snappy block begins with its decompressed length as a varint: here 4 GiB less one byte.
    let error = decode(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]).unwrap_err();
    assert!(matches!(error, RemoteWriteError::TooLarge { len: 0xffff_ffff }), "{error:?}");
}

#[test]
fn what_is_no_request_is_an_error() {
    assert!(matches!(decode(b""), Err(RemoteWriteError::Snappy(_))));
    assert!(matches!(decode(b"hello world"), Err(RemoteWriteError::Snappy(_))));
    assert!(matches!(decode(&compress(b"\x0a\xff")), Err(RemoteWriteError::Protobuf(_))));
    assert!(matches!(decode(&compress(b"\x0a\x7f")), Err(RemoteWriteError::Cut { tag: 1 })));
    assert!(matches!(decode(&compress(b"\x0a\x02\x0a\x05")), Err(RemoteWriteError::Cut { tag: 1 })));
}

#[test]
fn a_label_that_is_no_text_costs_only_its_own_series() {
    let good = proto::WriteRequest {
        timeseries: vec![series(&[("__name__", "good")], &[(1, 1.0)])],
        metadata: Vec::new(),
    };
    // A series of one label, whose name is no UTF-8, and two samples.
    let bad = [0x0a, 0x09, 0x0a, 0x03, 0x0a, 0x01, 0xff, 0x12, 0x00, 0x12, 0x00];
    let request = decode(&compress(&[&bad, good.encode_to_vec().as_slice()].concat())).unwrap();
    assert_eq!(request.batch.rows.len(), 1);
    assert_eq!(request.faults.samples, 2);
    assert!(request.faults.to_string().contains("a series is malformed"), "{}", request.faults);
}

#[test]
fn hollow_messages_are_refused_by_their_number() {
    #[track_caller]
    fn f(message: &[u8], count: usize, want: &str) {
        let body = compress(&message.repeat(count));
        assert!(body.len() < 2 << 20, "it would not get through as a body: {}", body.len());
        assert_eq!(decode(&body).unwrap_err().to_string(), want);
    }
    /// A series that holds `part` so often.
    fn series_of(part: &[u8], count: usize) -> Vec<u8> {
        let mut series = vec![0x0a];
        prost::encoding::encode_varint((part.len() * count) as u64, &mut series);
        series.extend(part.repeat(count));
        series
    }
    let entries = "the request holds more than 1000000 series and metadata: send it in parts";
    let parts = "the request holds more than 4000000 labels and samples: send it in parts";
    f(&[0x0a, 0x00], 16_000_000, entries);
    f(&[0x1a, 0x00], 16_000_000, entries);
    f(&series_of(&[0x0a, 0x00], 16_000_000), 1, parts);
    f(&series_of(&[0x12, 0x00], 16_000_000), 1, parts);
    f(&series_of(&[0x22, 0x00], 50), 200_000, parts);
}

#[test]
fn a_large_ordinary_request_is_taken() {
    let samples: Vec<(i64, f64)> = (0..1_000_000).map(|index| (1_700_000_000_000 + index, 0.5)).collect();
    let request = decode_message(&proto::WriteRequest {
        timeseries: vec![series(&[("__name__", "m")], &samples)],
        metadata: Vec::new(),
    });
    assert_eq!(request.batch.rows.len(), 1_000_000);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        let _ = decode(&compress(&bytes));
    }

    #[test]
    fn what_is_written_reads_back(values in proptest::collection::vec(any::<(i64, f64)>(), 0..20)) {
        let mut batch = Batch::new();
        for (millis, value) in values {
            batch.push(Labels::of_metric("m", &[("l", "v")]), Timestamp::from_millis(millis), value);
        }
        let back = decode(&encode(&batch).unwrap()).unwrap().batch;
        prop_assert_eq!(back.rows.len(), batch.rows.len());
        for (a, b) in back.rows.iter().zip(&batch.rows) {
            prop_assert_eq!(a.sample.value.to_bits(), b.sample.value.to_bits());
            prop_assert_eq!(a.sample.timestamp, b.sample.timestamp);
        }
    }
}
