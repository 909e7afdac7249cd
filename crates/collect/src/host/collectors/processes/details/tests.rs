use proptest::prelude::*;

use super::*;

#[test]
fn both_counts_or_nothing() {
    #[track_caller]
    fn f(text: &str, want: Option<(u64, u64)>) {
        let want = want.map(|(read_bytes, written_bytes)| Io { read_bytes, written_bytes });
        assert_eq!(parse_io(text.as_bytes()), want, "{text:?}");
    }
    f("rchar: 1\nread_bytes: 10\nwrite_bytes: 20\ncancelled_write_bytes: 5\n", Some((10, 20)));
    f("read_bytes: 10\nwrite_bytes: 20", None);
    f("read_bytes: -1\nwrite_bytes: 20\n", None);
    f("", None);
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_panic(bytes: Vec<u8>) {
        let _ = parse_io(&bytes);
    }
}
