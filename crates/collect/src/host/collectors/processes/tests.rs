use std::path::Path;

use crate::host::testing::{Bench, copy, environment, row, tree};

/// A host whose processes a test changes between looks.
struct Host {
    root: tempfile::TempDir,
    bench: Bench,
}

impl Host {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        copy(&tree("linux-6.18"), root.path());
        let bench = Bench::new(row("processes"), &environment(root.path()));
        Self { root, bench }
    }

    /// Looks at the given uptime; the lines of series of one name.
    fn look(&mut self, uptime_seconds: u32, name: &str) -> Vec<String> {
        write(self.root.path(), "uptime", &format!("{uptime_seconds}.00 0.00\n"));
        let label = format!("{{name=\"{name}\"}} ");
        let mut lines: Vec<String> = self.bench.lines();
        lines.retain(|line| line.contains(&label));
        lines.iter().map(|line| line.replace(&label, " ").replace("sextant_process_", "")).collect()
    }

    fn set_process(&self, pid: u32, name: &str, ticks: u64, started: u64) {
        let line = format!(
            "{pid} ({name}) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 2 0 {started} 9 1000 18446744073709551615 0\n"
        );
        write(self.root.path(), &format!("{pid}/stat"), &line);
    }

    fn set_io(&self, pid: u32, read: u64, written: u64) {
        write(
            self.root.path(),
            &format!("{pid}/io"),
            &format!("read_bytes: {read}\nwrite_bytes: {written}\n"),
        );
    }
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join("proc").join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn cpu_time_is_a_share_of_the_time_between_looks() {
    let mut host = Host::new();
    host.set_process(500, "job", 1000, 50);
    assert!(
        !host.look(1000, "job").iter().any(|line| line.starts_with("cpu_ratio")),
        "no rate after one look"
    );
    host.set_process(500, "job", 1300, 50);
    assert_eq!(host.look(1020, "job")[0], "cpu_ratio 0.15");
}

#[test]
fn a_process_that_began_since_the_last_look_counts_whole() {
    let mut host = Host::new();
    host.look(1000, "job");
    host.set_process(500, "job", 500, 100_500);
    assert_eq!(host.look(1020, "job")[0], "cpu_ratio 0.25");
}

#[test]
fn a_number_that_was_used_again_is_another_process() {
    let mut host = Host::new();
    host.set_process(500, "job", 9000, 50);
    host.look(1000, "job");
    host.set_process(500, "job", 100, 101_000);
    assert_eq!(host.look(1020, "job")[0], "cpu_ratio 0.05");
}

#[test]
fn an_older_process_that_was_not_seen_before_does_not_count_yet() {
    let mut host = Host::new();
    host.look(1000, "job");
    host.set_process(500, "job", 9000, 50);
    assert_eq!(host.look(1020, "job")[0], "cpu_ratio 0");
}

#[test]
fn a_group_whose_processes_ended_ends() {
    let mut host = Host::new();
    host.set_process(500, "job", 1000, 50);
    host.look(1000, "job");
    std::fs::remove_dir_all(host.root.path().join("proc/500")).unwrap();
    let mut lines = host.look(1020, "job");
    lines.sort();
    assert_eq!(lines, ["count stale", "resident_memory_bytes stale", "threads stale"]);
}

#[test]
fn reads_and_writes_are_rates_over_all_processes_of_the_group() {
    let mut host = Host::new();
    host.set_process(500, "job", 1000, 50);
    host.set_io(500, 10_000, 0);
    host.look(1000, "job");
    host.set_io(500, 14_000, 2_000);
    // Began after the first look, so all of its reads were since.
    host.set_process(501, "job", 1, 100_500);
    host.set_io(501, 6_000, 0);
    let rates = |mut lines: Vec<String>| {
        lines.retain(|line| line.contains("per_second"));
        lines.sort();
        lines
    };
    assert_eq!(rates(host.look(1020, "job")), ["read_bytes_per_second 500", "written_bytes_per_second 100"]);
    // Without permission for one of them there is no true sum.
    std::fs::remove_file(host.root.path().join("proc/501/io")).unwrap();
    assert_eq!(
        rates(host.look(1040, "job")),
        ["read_bytes_per_second stale", "written_bytes_per_second stale"]
    );
}

#[test]
fn a_uptime_that_cannot_be_read_is_an_error() {
    let mut host = Host::new();
    write(host.root.path(), "uptime", "garbage\n");
    assert!(host.bench.collect().1.is_err());
}
