use std::sync::Mutex;

use super::*;

/// Tests that hang a path hold this gate, since a plain function has no other way to wait for them.
static GATE: Mutex<()> = Mutex::new(());

/// Answers at once, except below `/hang`, where it waits for the gate.
fn ask(path: &Path) -> io::Result<FileSystemUsage> {
    if path.starts_with("/hang") {
        drop(GATE.lock());
    }
    if path.starts_with("/gone") {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(FileSystemUsage { size_bytes: 7, ..FileSystemUsage::default() })
}

fn prober() -> Prober {
    Prober::new(ask).with_patience(Duration::from_millis(20))
}

fn answer(prober: &mut Prober, path: &str) -> Answer {
    prober.ask(Path::new(path)).unwrap()
}

const SEVEN: Answer = Answer::Usage(FileSystemUsage {
    size_bytes: 7,
    free_bytes: 0,
    avail_bytes: 0,
    files: 0,
    files_free: 0,
    is_read_only: false,
});

#[test]
fn answers_and_refusals_are_told_apart() {
    let mut prober = Prober::new(ask).with_patience(Duration::from_secs(60));
    assert_eq!(answer(&mut prober, "/"), SEVEN);
    assert_eq!(answer(&mut prober, "/gone"), Answer::Error);
    assert_eq!(answer(&mut prober, "/"), SEVEN);
}

#[test]
fn what_hangs_does_not_keep_others_waiting_and_is_asked_again_once_it_is_back() {
    let mut prober = prober();
    let gate = GATE.lock().unwrap();
    assert_eq!(answer(&mut prober, "/hang/a"), Answer::NoneYet);
    prober.patience = Duration::from_secs(60);
    assert_eq!(answer(&mut prober, "/"), SEVEN);
    prober.begin();
    assert_eq!(answer(&mut prober, "/hang/a"), Answer::NoneYet, "without waiting for the patience to end");
    for number in prober.hanging.len()..HANGING_MAX {
        prober.patience = Duration::ZERO;
        assert_eq!(answer(&mut prober, &format!("/hang/{number}")), Answer::NoneYet);
    }
    let error = prober.ask(Path::new("/")).unwrap_err();
    assert!(matches!(error, CollectError::FileSystemsHang { count: HANGING_MAX }), "{error}");

    drop(gate);
    while !prober.hanging.is_empty() {
        prober.begin();
        std::thread::yield_now();
    }
    prober.patience = Duration::from_secs(60);
    assert_eq!(answer(&mut prober, "/hang/a"), SEVEN);
}
