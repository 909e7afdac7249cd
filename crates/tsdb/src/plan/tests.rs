use super::*;

fn part(id: u64, level: u8, min_day: i64, max_day: i64) -> PartInfo {
    let (min, max) = (min_day * DAY_MS, max_day * DAY_MS + 1);
    PartInfo { id, order: id, level, min, max, samples: 10, series: 1, bytes: 100 }
}

#[test]
fn days_are_cut_where_parts_are_large_or_recent() {
    #[track_caller]
    fn f(per_day: &[(i64, u64)], want: &[(i64, i64)]) {
        let ranges = cut(&per_day.iter().copied().collect(), 100);
        let days: Vec<_> = ranges
            .iter()
            .map(|range| (day_of(range.start.as_millis()), day_of(range.end.as_millis())))
            .collect();
        assert_eq!(days, want);
    }
    let much = SHARED_PART_SAMPLES;
    f(&[], &[]);
    f(&[(100, 1)], &[(100, 100)]);
    f(&[(98, 1), (99, 1), (100, 1), (101, 1)], &[(98, 98), (99, 99), (100, 100), (101, 101)]);
    f(&[(-5, 1), (0, 1), (90, 1), (100, 1)], &[(-5, 90), (100, 100)]);
    f(&[(1, much), (2, 1), (3, much), (4, 1)], &[(1, 1), (2, 3), (4, 4)]);
}

#[test]
fn parts_of_one_day_and_level_are_merged_eight_at_a_time() {
    let today = 100 * DAY_MS + 5;
    let day: Vec<PartInfo> = (1..=9).map(|id| part(id, 0, 100, 100)).collect();
    assert_eq!(merge_next(&day[..7], &[], today), None);
    assert_eq!(merge_next(&day, &[], today), Some((1..=8).collect()));
    assert_eq!(merge_next(&day, &[4], today), None);
    assert_eq!(merge_next(&day[..2], &[], today + DAY_MS), Some(vec![1, 2]));
    assert_eq!(merge_next(&day[..1], &[], today + DAY_MS), None);
}

#[test]
fn a_large_part_of_the_past_is_not_rewritten_for_a_small_one() {
    let large = PartInfo { bytes: 10_000, ..part(1, 3, 50, 50) };
    assert_eq!(merge_next(&[large, part(2, 0, 50, 50)], &[], 100 * DAY_MS), None);
}

#[test]
fn a_part_that_shares_time_keeps_its_place_in_the_order() {
    let mut parts: Vec<PartInfo> = (1..=8).map(|id| part(id, 0, 100, 100)).collect();
    parts.insert(4, PartInfo { order: 4, ..part(20, 0, 10, 100) });
    assert_eq!(merge_next(&parts, &[], 100 * DAY_MS), None, "in between and of the same time");
    parts[4] = PartInfo { order: 4, ..part(20, 0, 10, 99) };
    assert_eq!(merge_next(&parts, &[], 100 * DAY_MS), Some((1..=8).collect()), "in between, of another time");
}
