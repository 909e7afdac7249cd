use std::collections::BTreeSet;

use model::MetricKind;

use super::*;
use crate::host::testing::{Bench, TREES, environment, exposition, tree};

#[test]
fn rows_are_sorted_and_unique() {
    assert!(COLLECTORS.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn every_metric_belongs_to_one_collector_and_follows_the_naming_rules() {
    let mut names = BTreeSet::new();
    for row in COLLECTORS {
        for metric in row.metrics {
            assert!(names.insert(metric.name), "{} is listed twice", metric.name);
            assert!(metric.help.ends_with('.'), "{}: the help is not a sentence", metric.name);
            let is_own = metric.name.starts_with("sextant_");
            assert!(is_own || metric.name.starts_with("node_"), "{}", metric.name);
            let is_total = metric.name.ends_with("_total");
            assert!(!is_total || metric.kind == MetricKind::Counter, "{} is not a counter", metric.name);
        }
    }
}

#[test]
fn collectors_say_of_fixture_hosts_what_was_reviewed() {
    for name in TREES {
        let root = tree(name);
        let environment = environment(&root);
        for row in COLLECTORS {
            let (batch, outcome) = Bench::new(row, &environment).collect();
            insta::assert_snapshot!(format!("{name}@{}", row.name), exposition(&batch, &outcome, &root));
        }
    }
}

#[test]
fn a_second_look_gives_the_same_series_without_metadata() {
    for name in TREES {
        let environment = environment(&tree(name));
        for row in COLLECTORS {
            let mut bench = Bench::new(row, &environment);
            let (first, _) = bench.collect();
            let (second, _) = bench.collect();
            assert!(second.metadata.is_empty(), "{}", row.name);
            if row.name != "processes" {
                assert_eq!(first.rows, second.rows, "{}", row.name);
            }
        }
    }
}

#[test]
fn a_host_without_files_gives_errors_and_no_samples() {
    let nowhere = tempfile::tempdir().unwrap();
    let environment = environment(nowhere.path());
    for row in COLLECTORS.iter().filter(|row| row.name != "time") {
        let (batch, outcome) = Bench::new(row, &environment).collect();
        assert!(batch.is_empty(), "{}", row.name);
        assert!(outcome.is_err(), "{}", row.name);
    }
}

mod cut {
    //! Files that end too early, as when a device goes away while it is read.

    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::host::testing::copy;

    /// The files of a tree below `proc`, except those of processes, whose loss changes sums.
    fn files(root: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            let is_process = path.file_name().unwrap().to_string_lossy().parse::<u32>().is_ok();
            if path.is_dir() && !is_process {
                found.extend(files(&path));
            } else if path.is_file() {
                found.push(path);
            }
        }
        found
    }

    /// Series with the bits of their values, since NaN would never be equal.
    fn look(root: &Path) -> BTreeMap<String, u64> {
        let environment = environment(root);
        let rows = COLLECTORS.iter().filter(|row| !matches!(row.name, "processes" | "filesystem"));
        rows.flat_map(|row| Bench::new(row, &environment).collect().0.rows)
            .map(|row| (row.labels.to_string(), row.sample.value.to_bits()))
            .collect()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]

        /// Every sample of a cut file is a sample of the whole one: fewer, never others.
        #[test]
        fn a_cut_file_gives_fewer_samples_but_no_wrong_ones(file in 0_usize..1000, share in 0.0..1.0) {
            let whole = tree("linux-6.18");
            let root = tempfile::tempdir().unwrap();
            copy(&whole, root.path());
            let all = files(&root.path().join("proc"));
            let cut = &all[file % all.len()];
            let bytes = std::fs::read(cut).unwrap();
            let end = (bytes.len() as f64 * share) as usize;
            std::fs::write(cut, &bytes[..end]).unwrap();
            let want = look(&whole);
            for (series, value) in look(root.path()) {
                proptest::prop_assert_eq!(want.get(&series), Some(&value), "{} of {}", series, cut.display());
            }
        }

        /// Whatever the kernel may write one day, no collector panics or emits what it does not declare.
        #[test]
        fn arbitrary_bytes_never_panic(
            file in 0_usize..1000,
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
            at in 0.0..1.0,
        ) {
            let root = tempfile::tempdir().unwrap();
            copy(&tree("linux-6.18"), root.path());
            let all = files(root.path());
            let target = &all[file % all.len()];
            let mut text = std::fs::read(target).unwrap();
            let at = (text.len() as f64 * at) as usize;
            text.splice(at..at, bytes);
            std::fs::write(target, text).unwrap();
            let environment = environment(root.path());
            for row in COLLECTORS {
                let _ = Bench::new(row, &environment).collect();
            }
        }
    }
}
