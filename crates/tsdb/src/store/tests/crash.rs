//! Damage to the files of a stopped store: a start never panics, serves no wrong sample, and says what is lost.

use std::path::{Path, PathBuf};

use super::*;

/// The only file in a directory of the store.
fn only_file(trial: &Trial, dir: &str) -> PathBuf {
    let files: Vec<PathBuf> =
        std::fs::read_dir(trial.dir.path().join(dir)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// Runs `check` on a store whose file was changed.
fn after_damage(path: &Path, content: &[u8], trial: &mut Trial, check: impl FnOnce(&Trial)) {
    drop(trial.store.take());
    std::fs::write(path, content).unwrap();
    trial.reopen();
    check(trial);
}

const BATCHES: i64 = 6;

/// A log of a few records, and where each of them ends.
fn small_log() -> (Trial, PathBuf, Vec<u64>) {
    let mut trial = Trial::new();
    let mut ends = Vec::new();
    for n in 0..BATCHES {
        trial.append(&[("m", NOW + n, n as f64), (["a", "b"][n as usize % 2], NOW + n, 0.5)]);
        ends.push(trial.store().stats(0).log_bytes);
    }
    drop(trial.store.take());
    let path = only_file(&trial, "log");
    (trial, path, ends)
}

fn prefix(len: usize) -> Vec<(i64, u64)> {
    (0..len as i64).map(|n| (NOW + n, (n as f64).to_bits())).collect()
}

#[test]
fn a_log_cut_at_any_byte_gives_all_whole_records_before_it() {
    let (mut trial, path, ends) = small_log();
    let content = std::fs::read(&path).unwrap();
    for len in 0..content.len() {
        after_damage(&path, &content[..len], &mut trial, |trial| {
            let whole = ends.iter().filter(|end| **end <= len as u64).count();
            assert_eq!(trial.samples("m"), prefix(whole), "cut at {len}");
            // What ends at the end of a record, or holds none, is no damage that can be seen.
            let visible = len > 0 && len != 64 && !ends.contains(&(len as u64));
            assert_eq!(trial.store().recovery().cuts.len(), usize::from(visible), "cut at {len}");
            trial.append(&[("after", NOW, 1.0)]);
        });
        trial.reopen();
        assert_eq!(trial.samples("after"), prefix_of_one(), "cut at {len}");
        assert!(trial.store().recovery().cuts.is_empty(), "cut at {len}: the cut was not made for good");
        clear(&trial);
    }
}

fn prefix_of_one() -> Vec<(i64, u64)> {
    bits(&[(NOW, 1.0)])
}

/// Removes what a round left, so that the next starts with one file.
fn clear(trial: &Trial) {
    for dir in ["log", "quarantine"] {
        for entry in std::fs::read_dir(trial.dir.path().join(dir)).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }
}

#[test]
fn a_flipped_bit_in_the_log_takes_only_the_record_it_hits_and_is_told() {
    let (mut trial, path, ends) = small_log();
    let content = std::fs::read(&path).unwrap();
    // Every bit of every byte would take long; a stride that is prime to eight walks over all kinds of bits.
    for bit in (0..content.len() * 8).step_by(11) {
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        after_damage(&path, &flipped, &mut trial, |trial| {
            let hit = ends.iter().position(|end| (bit / 8) < *end as usize).unwrap();
            let recovery = trial.store().recovery();
            if bit / 8 < 64 {
                // One of two copies of the header.
                assert_eq!(trial.samples("m"), prefix(BATCHES as usize), "bit {bit}");
                return;
            }
            assert_eq!(recovery.cuts.len(), 1, "bit {bit}: {recovery:?}");
            let mut want = prefix(BATCHES as usize);
            // The first record declares the series, without which the later ones say nothing of it.
            if hit == 0 {
                want.clear();
            } else {
                want.remove(hit);
            }
            assert_eq!(trial.samples("m"), want, "bit {bit}");
            let orphaned = if hit == 0 {
                5 + 2
            } else if hit == 1 {
                2
            } else {
                0
            };
            assert_eq!(recovery.samples_orphaned, orphaned, "bit {bit}");
        });
        clear(&trial);
    }
}

#[test]
fn garbage_in_place_of_any_file_is_set_aside() {
    #[track_caller]
    fn f(name: &str, content: &[u8]) {
        let mut trial = Trial::new();
        trial.append(&[("m", NOW, 1.0)]);
        trial.flush();
        trial.append(&[("n", NOW, 2.0)]);
        let path = trial.dir.path().join(name);
        after_damage(&path, content, &mut trial, |trial| {
            assert!(!trial.store().recovery().is_clean(), "{name}");
            assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0)]), "{name}");
        });
        trial.reopen();
        trial.append(&[("m", NOW + 1, 3.0)]);
        trial.flush();
        assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0), (NOW + 1, 3.0)]), "{name}");
    }
    f("MANIFEST", b"");
    f("MANIFEST", &[0xff; 200]);
    f("METADATA", b"something else entirely");
    f("log/00000077.log", &[7; 500]);
    f("log/00000002.log", &[0; 4096]);
}

/// A part with one series of each kind of column.
fn with_part() -> (Trial, PathBuf) {
    let mut trial = Trial::new();
    for n in 0..50_i64 {
        let at = NOW + n * 1000 + n % 3;
        trial.append(&[("m", at, n as f64), ("fraction", at, (n as f64).sqrt()), ("same", at, 3.25)]);
    }
    trial.flush();
    drop(trial.store.take());
    let path = only_file(&trial, "parts");
    (trial, path)
}

#[test]
fn a_flipped_bit_in_a_part_never_gives_a_wrong_sample() {
    let (mut trial, path) = with_part();
    let manifest = std::fs::read(trial.dir.path().join("MANIFEST")).unwrap();
    let content = std::fs::read(&path).unwrap();
    trial.reopen();
    let names = ["m", "fraction", "same"];
    let good: Vec<_> = names.iter().map(|name| trial.samples(name)).collect();
    assert!(good.iter().all(|samples| samples.len() == 50));
    for bit in (0..content.len() * 8).step_by(13) {
        let mut flipped = content.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        after_damage(&path, &flipped, &mut trial, |trial| {
            let found: Vec<_> = names.iter().map(|name| trial.samples(name)).collect();
            for (found, good) in found.iter().zip(&good) {
                assert!(found == good || found.is_empty(), "bit {bit}");
            }
            let hosts = trial.store().label_values("host", &[], TimeRange::ALL).unwrap();
            assert!(hosts == ["a"] || hosts.is_empty(), "bit {bit}");
            let mut vitals = Vec::new();
            model::VitalSource::vitals(trial.store(), &mut vitals);
            let damaged =
                vitals.iter().find(|v| v.desc.name == "sextant_store_damaged_blocks_total").unwrap();
            let told = damaged.value > 0.0 || !trial.store().recovery().is_clean();
            assert!(told, "bit {bit} is under no checksum");
        });
        drop(trial.store.take());
        clear(&trial);
        std::fs::write(trial.dir.path().join("MANIFEST"), &manifest).unwrap();
    }
}

#[test]
fn a_part_cut_at_any_byte_is_set_aside() {
    let (mut trial, path) = with_part();
    let content = std::fs::read(&path).unwrap();
    for len in (0..content.len()).step_by(7) {
        after_damage(&path, &content[..len], &mut trial, |trial| {
            assert_eq!(trial.store().recovery().quarantined.len(), 1, "cut at {len}");
            assert_eq!(trial.samples("m"), []);
        });
    }
}

#[test]
fn damaged_parts_are_served_as_far_as_they_go_and_never_merged() {
    let mut trial = Trial::new();
    for n in 0..12_i64 {
        trial.append(&[("m", NOW + n, n as f64), ("n", NOW + n, n as f64)]);
        trial.flush();
        if n == 0 {
            drop(trial.store.take());
            let path = only_file(&trial, "parts");
            let mut content = std::fs::read(&path).unwrap();
            content[18] ^= 1;
            std::fs::write(&path, content).unwrap();
            trial.reopen();
        }
    }
    let samples = trial.samples("m");
    assert_eq!(samples, prefix(12)[1..]);
    assert!(trial.store().stats(0).parts >= 2);
    trial.reopen();
    assert_eq!(trial.samples("m"), samples);
}

#[test]
fn what_a_crash_left_unfinished_is_removed() {
    let mut trial = Trial::new();
    trial.append(&[("m", NOW, 1.0)]);
    trial.flush();
    let parts = trial.dir.path().join("parts");
    let part = only_file(&trial, "parts");
    drop(trial.store.take());
    std::fs::write(parts.join("00000009.tmp"), b"half").unwrap();
    // A part that a flush wrote whole, before the manifest named it.
    std::fs::copy(&part, parts.join("00000010_0_1.part")).unwrap();
    trial.reopen();
    assert_eq!(only_file(&trial, "parts"), part);
    assert!(trial.store().recovery().is_clean());
    assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0)]));
}

#[test]
fn a_log_that_parts_cover_already_changes_nothing() {
    let mut trial = Trial::new();
    trial.append(&[("m", NOW, 1.0), ("m", NOW, 2.0)]);
    let log = only_file(&trial, "log");
    let content = std::fs::read(&log).unwrap();
    trial.flush();
    trial.append(&[("m", NOW, 3.0)]);
    trial.flush();
    drop(trial.store.take());
    std::fs::write(&log, content).unwrap();
    trial.reopen();
    assert_eq!(trial.samples("m"), bits(&[(NOW, 3.0)]));
    assert_eq!(trial.store().recovery().samples_replayed, 0);
}
