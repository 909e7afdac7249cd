use std::sync::Arc;

use model::Labels;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::codec::Cursor;
use crate::columns::Columns;
use crate::postings::Postings;

use super::directory::{BlockEntry, Directory, SeriesGroup, ValueGroup};
use super::footer::Place;
use super::*;

fn labels(n: usize) -> Labels {
    Labels::of_metric("m", &[("n", &format!("{n:05}")), ("parity", ["even", "odd"][n % 2])])
}

#[test]
fn many_series_and_blocks_are_found_again() {
    let dir = TempDir::new().unwrap();
    let mut writer = PartWriter::create(dir.path(), 3, 3, 0).unwrap();
    let times: Vec<i64> = (0..10_000).map(|n| n * 15 + n % 2).collect();
    for n in 0..1000 {
        let len = if n == 500 { times.len() } else { 5 };
        let values: Vec<f64> = (0..len).map(|at| (at * n) as f64).collect();
        writer.add(&labels(n), &times[..len], &values).unwrap();
    }
    let info = writer.finish().unwrap().unwrap();
    let part = Arc::new(Part::open(&dir.path().join(info.file_name())).unwrap());
    assert_eq!(part.info, info);
    assert_eq!((info.series, info.samples), (1000, 999 * 5 + 10_000));

    assert_eq!(part.equal("n", "00731").unwrap().iter().collect::<Vec<_>>(), [731]);
    assert!(part.equal("n", "x").unwrap().is_empty());
    assert!(part.equal("n", "").unwrap().is_empty());
    assert_eq!(part.accepted("parity", &|value| value == "odd").unwrap().len(), 500);
    assert_eq!(part.all().unwrap().len(), 1000);

    let mut found = Vec::new();
    let wanted = [0, 255, 256, 500, 999].into_iter().collect();
    part.series(&wanted, |series| found.push(series), |error| panic!("{error}")).unwrap();
    let names: Vec<Labels> = found.iter().map(|series| series.labels.clone()).collect();
    assert_eq!(names, [0, 255, 256, 500, 999].map(labels));
    let mut columns = Columns::default();
    let mut reader = SampleReader::new(part);
    assert_eq!(SampleReader::blocks(&found[3]), 3);
    for block in 0..3 {
        reader.read(&found[3], block, TimeRange::ALL, &mut columns).unwrap();
    }
    assert_eq!(columns.times, times);
    assert_eq!(columns.values[9_999], 9_999.0 * 500.0);
}

#[test]
fn series_sampled_together_share_their_times() {
    let size = |shared: bool| {
        let dir = TempDir::new().unwrap();
        let mut writer = PartWriter::create(dir.path(), 1, 1, 0).unwrap();
        for n in 0..50_i64 {
            let shift = if shared { 0 } else { n };
            let times: Vec<i64> = (0..500).map(|at| at * 1000 + (at * at * 7919) % 911 + shift).collect();
            writer.add(&labels(n as usize), &times, &vec![1.0; 500]).unwrap();
        }
        writer.finish().unwrap().unwrap().bytes
    };
    assert!(size(true) * 5 < size(false));
}

#[test]
fn a_part_without_samples_leaves_no_file() {
    let dir = TempDir::new().unwrap();
    let mut writer = PartWriter::create(dir.path(), 1, 1, 0).unwrap();
    writer.add(&labels(1), &[], &[]).unwrap();
    assert_eq!(writer.finish().unwrap(), None);
    drop(PartWriter::create(dir.path(), 2, 2, 0).unwrap());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn directories_come_back() {
    let place = |offset| Place { offset, len: 9 };
    let directory = Directory {
        series: vec![
            SeriesGroup { first: 0, place: place(16) },
            SeriesGroup { first: 256, place: place(100) },
        ],
        names: vec![
            ("n".into(), vec![ValueGroup { key: "a".into(), place: place(u64::MAX) }]),
            ("o".into(), vec![]),
        ],
    };
    assert_eq!(Directory::decode(&directory.encode(300)).unwrap(), directory);
}

#[test]
fn the_footer_comes_back_for_the_whole_range_of_times() {
    let info = PartInfo {
        id: 1,
        order: 2,
        level: 3,
        min: i64::MIN,
        max: i64::MAX,
        samples: 4,
        series: 5,
        bytes: 999,
    };
    let place = Place { offset: 900, len: 99 };
    assert_eq!(footer::decode(&footer::encode(&info, place), 999).unwrap(), (info, place));
    assert!(
        footer::decode(&footer::encode(&info, place), 998).is_err(),
        "the directory lies outside the file"
    );
}

/// Values of many lengths that share long beginnings, so that keys of groups are cut within them.
fn long_values() -> impl Strategy<Value = Vec<String>> {
    let shared = prop_oneof!["[ab]{0,2}", Just("ä€".repeat(20)), Just("x".repeat(63)), Just("x".repeat(66))];
    let value = (shared, "[a€😀]{0,3}", 0..40_000_usize).prop_map(|(a, b, pad)| {
        let mut value = a + &b;
        value.push_str(&"z".repeat(pad));
        value + "."
    });
    prop::collection::btree_set(value, 1..40).prop_map(|values| values.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_writer_takes_a_reader_reads(values in long_values(), names in prop::collection::btree_set("[a-z]{1,90}", 0..20)) {
        let dir = TempDir::new().unwrap();
        let mut writer = PartWriter::create(dir.path(), 1, 1, 0).unwrap();
        let series: Vec<Labels> = values.iter().map(|value| {
            let mut pairs: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &**value)).collect();
            pairs.push(("VALUE", value));
            Labels::from_pairs(&pairs).unwrap()
        }).collect();
        series.iter().for_each(|labels| writer.add(labels, &[1, 2], &[0.5, 1.5]).unwrap());
        let info = writer.finish().unwrap().unwrap();
        let part = Arc::new(Part::open(&dir.path().join(info.file_name())).unwrap());
        part.verify().unwrap();
        for (value, number) in values.iter().zip(0..) {
            assert_eq!(part.equal("VALUE", value).unwrap().iter().collect::<Vec<_>>(), [number]);
            assert!(part.equal("VALUE", &value[..value.len() - 1]).unwrap().is_empty());
        }
        let mut found = Vec::new();
        part.series(&part.all().unwrap(), |series| found.push(series.labels), |error| panic!("{error}")).unwrap();
        assert_eq!(found, series);
    }
}

#[test]
fn sections_that_no_reader_would_take_are_refused_by_the_writer() {
    let dir = TempDir::new().unwrap();
    let mut writer = PartWriter::create(dir.path(), 1, 1, 0).unwrap();
    let value = "x".repeat(20 << 20);
    let error = writer.add(&Labels::of_metric("m", &[("a", &value)]), &[1], &[1.0]).unwrap_err();
    assert!(matches!(error, PartError::TooLarge(_)), "{error}");
    // The longest that is taken: as many labels as allowed, and as many bytes.
    let names: Vec<String> = (0..65_536).map(|n| format!("{n:0248}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "v")).collect();
    writer.add(&Labels::from_pairs(&pairs).unwrap(), &[1], &[1.0]).unwrap();
    let info = writer.finish().unwrap().unwrap();
    Arc::new(Part::open(&dir.path().join(info.file_name())).unwrap()).verify().unwrap();
}

proptest! {
    #[test]
    fn series_entries_come_back(blocks in prop::collection::vec((any::<i64>(), any::<i64>(), 1..4096_u32, any::<u64>(), any::<u64>()), 0..9)) {
        let blocks: Vec<BlockEntry> = blocks
            .into_iter()
            .map(|(a, b, count, times, values)| {
                let (times, values) = (Place { offset: times, len: 6 }, Place { offset: values, len: 7 });
                BlockEntry { min: a.min(b), max: a.max(b), count, times, values }
            })
            .collect();
        let mut bytes = Vec::new();
        directory::put_series(&mut bytes, &labels(1), &blocks);
        let (_, back) = directory::series(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!(back, blocks);
    }

    #[test]
    fn decoders_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Directory::decode(&bytes);
        let _ = directory::series(&mut Cursor::new(&bytes));
        let _ = directory::value(&mut Cursor::new(&bytes));
        let _ = footer::decode(&bytes, 1000);
        let _ = crate::manifest::unseal(b"SXTMANIF", &bytes);
        let _ = crate::manifest::Manifest::decode(&bytes);
    }
}
