use proptest::prelude::*;

use super::*;

fn read(series: &SeriesSamples, range: TimeRange) -> Vec<(i64, f64)> {
    let (mut chunks, mut columns) = (Vec::new(), Columns::default());
    series.snapshot(range, &mut chunks);
    decode_chunks(&chunks, &mut columns);
    columns.settle();
    columns.iter().collect()
}

#[test]
fn a_series_written_backwards_is_sorted_and_stays_compressed() {
    let mut series = SeriesSamples::default();
    for n in (0..10_000).rev() {
        assert!(series.push(n * 1000, 1.5_f64.to_bits()));
    }
    let want: Vec<(i64, f64)> = (0..10_000).map(|n| (n * 1000, 1.5)).collect();
    assert_eq!(read(&series, TimeRange::ALL), want);
    assert!(series.bytes() < 20_000, "{} bytes", series.bytes());
}

#[test]
fn a_slot_is_used_again_and_its_old_labels_are_gone_from_the_index() {
    use crate::postings::Postings;
    use model::Labels;
    let mut head = Head::default();
    let (a, b) = (Labels::of_metric("a", &[("x", "1")]), Labels::of_metric("b", &[]));
    let (slot, new) = head.find_or_add(&a, 9).unwrap();
    assert!(new);
    assert_eq!(head.find_or_add(&a, 9), Some((slot, false)));
    head.finish_flush();
    assert_eq!((head.registry.len(), head.registry.pairs()), (0, 0));
    assert_eq!(head.find_or_add(&b, 9), Some((slot, true)));
    let Ok(found) = head.registry.equal("x", "1");
    assert!(found.is_empty());
    let Ok(found) = head.registry.all();
    assert_eq!(found.len(), 1);
}

proptest! {
    #[test]
    fn any_order_of_writes_reads_like_a_map(writes in prop::collection::vec((0..600_i64, 0..3_u8), 0..2000)) {
        let mut series = SeriesSamples::default();
        let mut want = std::collections::BTreeMap::new();
        for (at, value) in writes {
            series.push(at, f64::from(value).to_bits());
            want.insert(at, f64::from(value));
        }
        let range = |start, end| TimeRange::new(Timestamp::from_millis(start), Timestamp::from_millis(end));
        assert_eq!(read(&series, TimeRange::ALL), want.iter().map(|(at, v)| (*at, *v)).collect::<Vec<_>>());
        let inside = read(&series, range(100, 200));
        for (at, value) in want.range(100..=200) {
            assert!(inside.contains(&(*at, *value)));
        }
        let span = want.first_key_value().zip(want.last_key_value()).map(|(a, b)| range(*a.0, *b.0));
        assert_eq!(series.span(), span);
    }
}

#[test]
fn a_series_without_samples_takes_little_memory() {
    // `docs/storage.md` tells this figure.
    assert_eq!(size_of::<SeriesSamples>(), 104);
}
