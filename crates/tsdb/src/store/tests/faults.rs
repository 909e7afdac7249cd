//! Directories that cannot be used, and disks that do not take writes.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use crate::OpenError;
use crate::disk::faults;

use super::*;

fn open(dir: &Path) -> Result<Store, OpenError> {
    Store::open(dir, options(), Arc::new(ManualClock::at(Timestamp::from_millis(NOW))))
}

#[test]
fn a_directory_is_open_once_and_free_again_after() {
    let mut trial = Trial::new();
    let error = open(trial.dir.path()).unwrap_err();
    assert!(
        matches!(&error, OpenError::Locked { pid: Some(pid), .. } if *pid == std::process::id()),
        "{error:?}"
    );
    assert!(error.to_string().contains(&*trial.dir.path().to_string_lossy()), "{error}");
    trial.store.take().unwrap().close().unwrap();
    open(trial.dir.path()).unwrap();
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = open(&file.join("data")).unwrap_err();
    assert!(matches!(&error, OpenError::NotWritable { .. }), "{error:?}");
    assert!(error.to_string().contains("file/data"), "{error}");
    assert!(error.source().is_some());
}

/// All files of a data directory with their content, but for the lock.
fn content(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut found = BTreeMap::new();
    for path in entries.filter(|path| !path.ends_with("LOCK")) {
        match path.is_dir() {
            true => found.extend(content(&path)),
            false => drop(found.insert(path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

#[test]
fn a_file_of_a_newer_version_is_refused_by_name_and_nothing_is_touched() {
    #[track_caller]
    fn f(name: &str, newer: &[u8]) {
        let mut trial = Trial::new();
        trial.append(&[("m", NOW, 1.0)]);
        trial.flush();
        trial.append(&[("m", NOW + 1, 1.0)]);
        drop(trial.store.take());
        let dir = trial.dir.path();
        // What a start would remove, cut, or set aside.
        for leftover in ["parts/00000050.tmp", "parts/00000051_0_1.part", "log/00000001.log"] {
            std::fs::write(dir.join(leftover), b"left over").unwrap();
        }
        std::fs::write(dir.join(name), newer).unwrap();
        let before = content(dir);
        let error = open(dir).unwrap_err();
        assert!(
            matches!(&error, OpenError::NewerFormat { path, found: 9, known: 1 } if path.ends_with(name))
        );
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(content(dir), before, "{name}");
    }
    let sealed = |magic| crate::manifest::seal(magic, 9, b"whatever");
    f("MANIFEST", &sealed(b"SXTMANIF"));
    f("METADATA", &sealed(b"SXTMETA\n"));
    let summed = |mut header: Vec<u8>| {
        header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
        header
    };
    let part = summed(b"SXTPART\n\x09\0\0\0".to_vec());
    f("parts/00000040_0_1.part", &[&*part, b"a body of another form"].concat());
    let segment = summed([&b"SXTLOG\r\n\x09\0\0\0"[..], &[1; 16]].concat());
    f("log/00000040.log", &[&*segment, b"records of another form"].concat());
}

#[test]
fn a_log_that_cannot_grow_refuses_and_goes_on_later() {
    let mut trial = Trial::new();
    trial.append(&[("m", NOW, 1.0)]);
    trial.flush();
    // The log's next segment cannot be made while its directory is away.
    let (log, away) = (trial.dir.path().join("log"), trial.dir.path().join("away"));
    std::fs::rename(&log, &away).unwrap();
    let mut batch = Batch::new();
    batch.push(labels("m"), Timestamp::from_millis(NOW + 1), 2.0);
    assert!(matches!(trial.store().append(&batch), Err(StoreError::Io { .. })));
    assert_eq!(trial.samples("m"), bits(&[(NOW, 1.0)]));
    std::fs::rename(&away, &log).unwrap();
    assert_eq!(trial.store().append(&batch).unwrap().stored, 1);
    let want = bits(&[(NOW, 1.0), (NOW + 1, 2.0)]);
    assert_eq!(trial.samples("m"), want);
    trial.reopen();
    assert_eq!(trial.samples("m"), want);
}

#[test]
fn a_flush_that_fails_keeps_the_samples_and_is_tried_again() {
    let mut trial = Trial::new();
    trial.append(&[("m", NOW, 1.0)]);
    let (parts, away) = (trial.dir.path().join("parts"), trial.dir.path().join("away"));
    std::fs::rename(&parts, &away).unwrap();
    trial.clock.set(Timestamp::from_millis(NOW + HOUR));
    assert!(trial.store().maintain().is_err());
    trial.append(&[("m", NOW + 1, 2.0)]);
    let want = bits(&[(NOW, 1.0), (NOW + 1, 2.0)]);
    assert_eq!(trial.samples("m"), want);
    std::fs::rename(&away, &parts).unwrap();
    assert_eq!(trial.store().maintain().unwrap().parts_flushed, 1);
    assert_eq!(trial.samples("m"), want);
    trial.reopen();
    assert_eq!(trial.samples("m"), want);
}

#[test]
fn a_head_that_parts_cannot_relieve_refuses_writes_with_the_reason() {
    let trial = Trial::with(Options { head_bytes_max: 8, ..options() });
    trial.append(&[("m", NOW, 1.0)]);
    std::fs::rename(trial.dir.path().join("parts"), trial.dir.path().join("away")).unwrap();
    assert!(trial.store().maintain().is_err());
    let mut batch = Batch::new();
    batch.push(labels("m"), Timestamp::from_millis(NOW + 1), 0.3);
    let refused = (0..1000).find_map(|n| {
        batch.rows[0].sample.timestamp = Timestamp::from_millis(NOW + n);
        trial.store().append(&batch).err()
    });
    let reason = refused.unwrap().to_string();
    assert!(reason.contains("parts cannot be written"), "{reason}");
    assert!(trial.store().write_fault().unwrap().contains("parts cannot be written"));
    std::fs::rename(trial.dir.path().join("away"), trial.dir.path().join("parts")).unwrap();
    trial.store().maintain().unwrap();
    assert_eq!(trial.store().write_fault(), None);
    assert_eq!(trial.store().append(&batch).unwrap().stored, 1);
}

#[test]
fn every_policy_keeps_what_it_acknowledged() {
    for sync in [SyncPolicy::Always, SyncPolicy::Never, SyncPolicy::Interval(Duration::from_millis(1))] {
        let mut trial = Trial::with(Options { sync, segment_bytes_max: 200, ..options() });
        for n in 0..20 {
            trial.append(&[("m", NOW + n, n as f64)]);
        }
        trial.store().sync().unwrap();
        trial.reopen();
        assert_eq!(trial.samples("m").len(), 20, "{sync:?}");
        assert!(trial.store().recovery().segments > 2);
        assert_eq!(trial.flush().segments_removed, trial.store().recovery().segments);
    }
}

fn vital(trial: &Trial, name: &str) -> f64 {
    let mut vitals = Vec::new();
    model::VitalSource::vitals(trial.store(), &mut vitals);
    vitals.iter().find(|vital| vital.desc.name == name).unwrap().value
}

fn files(trial: &Trial, dir: &str) -> usize {
    std::fs::read_dir(trial.dir.path().join(dir)).unwrap().count()
}

#[test]
fn samples_of_a_segment_whose_sync_failed_are_written_as_parts_whatever_later_syncs_say() {
    #[track_caller]
    fn f(options: Options, fail: impl Fn(&Trial), want: usize) {
        let mut trial = Trial::with(options);
        trial.append(&[("m", NOW, 1.0)]);
        faults::fail_sync(true);
        fail(&trial);
        faults::fail_sync(false);
        trial.append(&[("m", NOW + 1, 2.0)]);
        trial.store().sync().unwrap();
        assert_eq!(vital(&trial, "sextant_store_sync_failed"), 1.0);
        assert!(trial.store().write_fault().unwrap().contains("sync"));
        assert_eq!(trial.store().maintain().unwrap().samples_flushed, want as u64);
        assert_eq!((vital(&trial, "sextant_store_sync_failed"), files(&trial, "log")), (0.0, 0));
        assert_eq!(trial.store().write_fault(), None);
        assert_eq!(trial.store().maintain().unwrap(), crate::Maintenance::default());
        trial.reopen();
        assert_eq!(trial.samples("m").len(), want);
    }
    let refused = |trial: &Trial| {
        let mut batch = Batch::new();
        batch.push(labels("m"), Timestamp::from_millis(NOW + 2), 3.0);
        trial.store().append(&batch).unwrap_err();
    };
    f(options(), |trial| assert!(trial.store().sync().is_err()), 2);
    // The next batch finds the segment full and closes it.
    let full = Options { segment_bytes_max: 1, ..options() };
    f(full, |trial| assert_eq!(trial.append(&[("m", NOW + 2, 3.0)]).stored, 1), 3);
    f(Options { sync: SyncPolicy::Always, ..options() }, refused, 2);
}

#[test]
fn a_flush_that_fails_anywhere_leaves_no_part_behind() {
    #[track_caller]
    fn f(fail: impl Fn(&Trial) -> bool) {
        let mut trial = Trial::new();
        let mut batch = Batch::new();
        let metadata = model::Metadata { help: "x".repeat(5000).into(), ..Default::default() };
        batch.metadata.push(("m".into(), metadata));
        (0..50).for_each(|n| batch.push(labels("m"), Timestamp::from_millis(NOW - n * DAY), n as f64));
        trial.store().append(&batch).unwrap();
        trial.clock.set(Timestamp::from_millis(NOW + HOUR));
        while fail(&trial) {
            assert_eq!(files(&trial, "parts"), 0);
            assert_eq!(trial.samples("m").len(), 50);
        }
        trial.store().maintain().unwrap();
        assert!(files(&trial, "parts") > 0);
        trial.reopen();
        assert_eq!(trial.samples("m").len(), 50);
    }
    let room = std::cell::Cell::new(0);
    f(|trial| {
        faults::set_room(Some(room.get()));
        room.set(room.get() + 97);
        let failed = trial.store().maintain().is_err();
        faults::set_room(None);
        failed
    });
    assert!(room.get() > 5000);
    // A directory in the place of the file that is to be made.
    for name in ["METADATA.tmp", "MANIFEST.tmp"] {
        let tries = std::cell::Cell::new(0);
        f(|trial| {
            tries.set(tries.get() + 1);
            let in_the_way = trial.dir.path().join(name);
            if tries.get() > 2 {
                std::fs::remove_dir(&in_the_way).unwrap();
                return false;
            }
            std::fs::create_dir_all(&in_the_way).unwrap();
            assert!(trial.store().maintain().is_err());
            true
        });
    }
}

#[test]
fn a_full_disk_refuses_writes_loses_nothing_and_is_left_behind_when_there_is_room() {
    let mut trial = Trial::new();
    let mut batch = Batch::new();
    batch.push(labels("m"), Timestamp::from_millis(NOW), 0.1);
    faults::set_room(Some(5000));
    let mut acknowledged = 0;
    let refused = loop {
        batch.rows[0].sample.timestamp = Timestamp::from_millis(NOW + acknowledged);
        match trial.store().append(&batch) {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(acknowledged > 10, "{acknowledged}");
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused:?}");
    assert!(trial.store().write_fault().unwrap().contains("cannot write"));
    let want: Vec<(i64, u64)> = (0..acknowledged).map(|n| (NOW + n, 0.1_f64.to_bits())).collect();
    assert_eq!(trial.samples("m"), want);
    trial.reopen();
    assert!(trial.store().recovery().is_clean(), "{:?}", trial.store().recovery());
    assert_eq!(trial.samples("m"), want);
    assert_eq!(trial.store().write_fault(), None);
    assert!(matches!(trial.store().append(&batch), Err(StoreError::Unavailable { .. })));
    assert!(trial.store().write_fault().is_some());
    trial.clock.set(Timestamp::from_millis(NOW + HOUR));
    assert!(trial.store().maintain().is_err());
    assert_eq!(trial.samples("m"), want);
    faults::set_room(None);
    assert_eq!(trial.store().append(&batch).unwrap().stored, 1);
    assert_eq!(trial.store().write_fault(), None);
    assert_eq!(trial.store().maintain().unwrap().parts_flushed, 1);
    assert_eq!(trial.samples("m").len(), want.len() + 1);
    trial.reopen();
    assert_eq!(trial.samples("m").len(), want.len() + 1);
}

#[test]
fn a_read_that_fails_fails_its_query_and_says_nothing_of_the_data() {
    let mut trial = Trial::new();
    for n in 0..7 {
        trial.append(&[("m", NOW + n, n as f64)]);
        trial.flush();
    }
    let every_query_fails = |trial: &Trial| {
        let (store, all) = (trial.store(), [vec![Matcher::equal("__name__", "m")]]);
        let errors = [
            trial.try_select(&all[0], TimeRange::ALL, 100).err(),
            store.series(&all, TimeRange::ALL).err(),
            store.label_names(&[], TimeRange::ALL).err(),
            store.label_names(&all, TimeRange::ALL).err(),
            store.label_values("host", &all, TimeRange::ALL).err(),
            store.label_values("host", &[], TimeRange::ALL).err(),
        ];
        for error in errors.map(Option::unwrap) {
            assert!(matches!(&error, StoreError::Io { .. }), "{error:?}");
            assert!(error.to_string().contains(".part"), "{error}");
        }
    };
    trial.reopen();
    faults::fail_read(true);
    every_query_fails(&trial);
    faults::fail_read(false);
    // Now directories are known; what is read for each query fails.
    assert_eq!(trial.samples("m").len(), 7);
    faults::fail_read(true);
    assert!(trial.try_select(&[Matcher::equal("__name__", "m")], TimeRange::ALL, 100).is_err());
    faults::fail_read(false);
    assert_eq!(trial.samples("m").len(), 7);
    assert_eq!(vital(&trial, "sextant_store_damaged_blocks_total"), 0.0);
    // Merging takes them: none is marked.
    trial.append(&[("m", NOW + 7, 7.0)]);
    trial.flush();
    assert_eq!((trial.store().stats(0).parts, trial.samples("m").len()), (1, 8));
}
