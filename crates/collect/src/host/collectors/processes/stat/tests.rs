use proptest::prelude::*;

use super::*;

/// The line of a process with this name, state, flags and the wanted columns 14, 15, 20, 22 and 24.
fn line(name: &str, flags: u64, wanted: [u64; 5]) -> String {
    let [user, system, threads, started, resident] = wanted;
    format!(
        "42 ({name}) S 1 1 1 0 -1 {flags} 0 0 0 0 {user} {system} 0 0 20 0 {threads} 0 {started} 9 {resident} 18446744073709551615 0 0\n"
    )
}

#[test]
fn names_may_hold_anything() {
    #[track_caller]
    fn f(name: &str) {
        let line = line(name, 0, [1, 2, 3, 4, 5]);
        let stat = parse(line.as_bytes()).unwrap();
        assert_eq!(stat.name, name.as_bytes());
        assert_eq!((stat.cpu_ticks, stat.threads, stat.started_ticks, stat.resident_pages), (3, 3, 4, 5));
    }
    f("bash");
    f("tmux: server");
    f("a) S 1 (b");
    f("((sd-pam))");
    f("");
}

#[test]
fn a_damaged_line_is_nothing() {
    #[track_caller]
    fn f(text: &str) {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
    }
    f("");
    f("42\n");
    f("42 (bash\n");
    f("42 )bash( S 1\n");
    f("42 (bash) S 1 1 1 0 -1 0 0 0\n");
    f(line("bash", 0, [1, 2, 3, 4, 5]).trim_end());
    f(&line("bash", 0, [u64::MAX, 1, 3, 4, 5]));
    f(&line("bash", 0, [1, 2, 3, 4, 5]).replace(" 20 0 3 ", " 20 0 -3 "));
}

#[test]
fn kernel_threads_of_a_kind_are_one_group() {
    #[track_caller]
    fn f(name: &str, flags: u64, want: &str) {
        let line = line(name, flags, [0; 5]);
        assert_eq!(group_name(&parse(line.as_bytes()).unwrap()), want.as_bytes());
    }
    f("kworker/0:1-events", KERNEL_THREAD, "kworker");
    f("ksoftirqd/1", KERNEL_THREAD | 1, "ksoftirqd");
    f("kthreadd", KERNEL_THREAD, "kthreadd");
    f("/odd", KERNEL_THREAD, "/odd");
    f("a/b", 0, "a/b");
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_panic(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }

    #[test]
    fn columns_read_back(wanted: [u32; 5], name in "[ -~]{0,15}") {
        let text = line(&name, 0, wanted.map(u64::from));
        let stat = parse(text.as_bytes()).unwrap();
        let [user, system, threads, started, resident] = wanted.map(u64::from);
        prop_assert_eq!(
            (stat.name, stat.cpu_ticks, stat.threads, stat.started_ticks, stat.resident_pages),
            (name.as_bytes(), user + system, threads, started, resident)
        );
    }
}
