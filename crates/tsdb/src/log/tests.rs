use std::sync::Arc;

use model::{Labels, Metadata, MetricKind};
use proptest::prelude::*;

use crate::codec::{Packer, Unpacker};

use super::*;

#[track_caller]
fn returns(record: &Record) -> usize {
    let payload = record.encode(&mut Packer::new(1));
    let back = Record::decode(&payload, &mut Unpacker::default()).unwrap();
    let bits = |record: &Record| record.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(record));
    assert_eq!(Record { values: Vec::new(), ..back }, Record { values: Vec::new(), ..record.clone() });
    payload.len()
}

#[test]
fn records_come_back() {
    returns(&Record::default());
    let metadata = Metadata { kind: MetricKind::Histogram, help: "ä\n".into(), unit: "seconds".into() };
    returns(&Record {
        first_ref: 7,
        declared: vec![Labels::of_metric("m", &[("a", "b")]), Labels::empty()],
        metadata: vec![(Arc::from("m"), metadata)],
        refs: vec![8, 0, u32::MAX, 7],
        times: vec![i64::MIN, 0, i64::MAX, -1],
        values: vec![f64::NAN, -0.0, 1.0, f64::INFINITY],
    });
}

#[test]
fn segment_names_are_read_back_and_others_are_not() {
    #[track_caller]
    fn f(name: &str, want: Option<u64>) {
        assert_eq!(segment_number(name), want);
    }
    f(&segment_name(12), Some(12));
    f(&segment_name(u64::MAX), Some(u64::MAX));
    f("12.log", None);
    f("+0000012.log", None);
    f("00000012.log.1", None);
}

proptest! {
    #[test]
    fn any_record_comes_back(rows in prop::collection::vec((any::<u32>(), any::<i64>(), any::<u64>()), 0..100)) {
        returns(&Record {
            refs: rows.iter().map(|row| row.0).collect(),
            times: rows.iter().map(|row| row.1).collect(),
            values: rows.iter().map(|row| f64::from_bits(row.2)).collect(),
            ..Record::default()
        });
    }

    #[test]
    fn decoding_takes_any_bytes(form in 0_u8..3, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let payload: Vec<u8> = [form].into_iter().chain(bytes.clone()).collect();
        let _ = Record::decode(&payload, &mut Unpacker::default());
        let _ = frame::read_frame(&bytes, 7);
        let _ = frame::Header::decode(&bytes);
    }
}
