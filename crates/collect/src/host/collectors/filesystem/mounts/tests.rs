use proptest::prelude::*;

use super::*;
use crate::host::config::ExcludeConfig;

fn points(text: &str) -> Vec<String> {
    let exclude = Exclude::compile(&ExcludeConfig::default()).unwrap();
    parse(text.as_bytes(), &exclude).into_iter().map(|mount| mount.point).collect()
}

#[test]
fn only_what_holds_users_data_is_kept() {
    #[track_caller]
    fn f(text: &str, want: &[&str]) {
        assert_eq!(points(text), want, "{text}");
    }
    f("/dev/sda / ext4 rw 0 0\n", &["/"]);
    f("proc /proc proc rw 0 0\n", &[]);
    f("tmpfs /dev/shm tmpfs rw 0 0\n", &[]);
    f("/dev/sda / ext4 rw 0 0", &[]);
    f("/dev/sda /\n", &[]);
    f("rootfs / rootfs rw 0 0\n/dev/sda / ext4 rw 0 0\n", &["/"]);
    f("/dev/sda /a ext4 rw 0 0\noverlay /a overlay rw 0 0\n", &[]);
}

#[test]
fn the_last_of_several_mounts_at_one_point_counts() {
    let exclude = Exclude::compile(&ExcludeConfig::default()).unwrap();
    let mounts = parse(b"/dev/a /x ext4 ro 0 0\n/dev/b /x xfs rw,noatime 0 0\n", &exclude);
    let want = Mount { device: "/dev/b".into(), point: "/x".into(), kind: "xfs".into(), is_read_only: false };
    assert_eq!(mounts, [want]);
}

#[test]
fn escapes_are_undone() {
    #[track_caller]
    fn f(word: &str, want: &str) {
        assert_eq!(unescape(word.as_bytes()), want);
    }
    f(r"/my\040data", "/my data");
    f(r"/a\134b", r"/a\b");
    f(r"/a\011b\012", "/a\tb\n");
    f(r"/caf\303\251", "/café");
    f(r"/x\04", r"/x\04");
    f(r"/x\999", r"/x\999");
    f(r"/x\777", r"/x\777");
    f(r"\", r"\");
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_panic(bytes: Vec<u8>) {
        let exclude = Exclude::compile(&ExcludeConfig::default()).unwrap();
        let _ = (parse(&bytes, &exclude), unescape(&bytes));
    }
}
