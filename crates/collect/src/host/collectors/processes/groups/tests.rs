use super::*;

/// One look: processes as name, CPU ticks since the last look, and resident pages. Returns the stored groups.
fn look(groups: &mut Groups, now: f64, processes: &[(&[u8], u64, u64)]) -> Vec<(String, u64, u64, usize)> {
    groups.clear();
    for (pid, (name, cpu_ticks, resident_pages)) in processes.iter().enumerate() {
        let stat = Stat {
            name,
            state: b'S',
            is_kernel: false,
            cpu_ticks: 0,
            threads: 1,
            started_ticks: 0,
            resident_pages: *resident_pages,
        };
        groups.add(pid as u64, &stat, *cpu_ticks);
    }
    groups.rank(now);
    let shown = groups.shown();
    shown.map(|g| (g.name.to_string(), g.cpu_ticks, g.resident_pages, g.pids.len())).collect()
}

fn names(shown: Vec<(String, u64, u64, usize)>) -> Vec<String> {
    shown.into_iter().map(|(name, ..)| name).collect()
}

#[test]
fn processes_of_one_name_are_summed() {
    let shown = look(&mut Groups::new(1), 0.0, &[(b"a", 1, 10), (b"b", 0, 0), (b"a", 2, 20)]);
    assert_eq!(shown, [("a".to_owned(), 3, 30, 2)]);
}

#[test]
fn the_busiest_by_cpu_and_by_memory_are_stored_by_name() {
    let shown = look(&mut Groups::new(1), 0.0, &[(b"z", 5, 1), (b"m", 4, 2), (b"a", 0, 9), (b"idle", 0, 0)]);
    assert_eq!(names(shown), ["a", "z"]);
}

#[test]
fn a_group_that_fell_back_is_stored_for_a_minute_more() {
    let mut groups = Groups::new(1);
    let first: &[(&[u8], u64, u64)] = &[(b"a", 9, 0), (b"b", 1, 0)];
    let then: &[(&[u8], u64, u64)] = &[(b"a", 1, 0), (b"b", 9, 0)];
    assert_eq!(names(look(&mut groups, 0.0, first)), ["a"]);
    assert_eq!(names(look(&mut groups, 60.0, then)), ["a", "b"]);
    assert_eq!(names(look(&mut groups, 60.5, then)), ["b"]);
}

#[test]
fn a_group_without_processes_is_gone_at_once() {
    let mut groups = Groups::new(5);
    assert_eq!(names(look(&mut groups, 0.0, &[(b"a", 1, 1), (b"b", 1, 1)])), ["a", "b"]);
    assert_eq!(names(look(&mut groups, 1.0, &[(b"b", 1, 1)])), ["b"]);
    assert_eq!(names(look(&mut groups, 2.0, &[(b"c", 1, 1), (b"a", 1, 1), (b"b", 1, 1)])), ["a", "b", "c"]);
    assert_eq!(groups.groups.len(), 3);
}

#[test]
fn names_that_become_the_same_text_are_one_group() {
    let mut groups = Groups::new(5);
    let processes: &[(&[u8], u64, u64)] = &[(b"caf\xe9", 1, 1), (b"caf\xe8", 2, 2), (b"a", 1, 1)];
    for now in 0..3 {
        let shown = look(&mut groups, f64::from(now), processes);
        assert_eq!(shown, [("a".to_owned(), 1, 1, 1), ("caf\u{fffd}".to_owned(), 3, 3, 2)]);
    }
}

#[test]
fn no_more_groups_are_stored_than_four_times_the_top() {
    let mut groups = Groups::new(1);
    for busiest in 0..10_u8 {
        let list: Vec<[u8; 1]> = (0..10).map(|n| [b'a' + n]).collect();
        let processes: Vec<(&[u8], u64, u64)> =
            list.iter().map(|name| (name.as_slice(), u64::from(name[0] == b'a' + busiest), 0)).collect();
        look(&mut groups, f64::from(busiest), &processes);
    }
    assert_eq!(groups.shown().map(|group| &*group.name).collect::<Vec<_>>(), ["g", "h", "i", "j"]);
}
