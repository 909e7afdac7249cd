use crate::host::testing::{Bench, copy, environment, row, tree};

#[test]
fn a_file_system_that_is_unmounted_ends() {
    let root = tempfile::tempdir().unwrap();
    copy(&tree("linux-6.18"), root.path());
    let mut bench = Bench::new(row("filesystem"), &environment(root.path()));
    assert!(bench.lines().iter().any(|line| line.contains("/srv/my data")));
    std::fs::write(root.path().join("proc/1/mounts"), "/dev/vda / ext4 rw 0 0\n").unwrap();
    let ended: Vec<String> = bench.lines().into_iter().filter(|line| line.contains("/srv/my data")).collect();
    assert_eq!(ended.len(), super::METRICS.len());
    assert!(ended.iter().all(|line| line.ends_with(" stale")), "{ended:?}");
}
