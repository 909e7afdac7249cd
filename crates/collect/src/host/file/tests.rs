use super::*;

#[test]
fn the_whole_present_text_is_read_each_time() {
    #[track_caller]
    fn f(file: &mut KeptFile, text: &[u8]) {
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(file.read().unwrap(), text);
    }
    let directory = tempfile::tempdir().unwrap();
    let mut file = KeptFile::new(directory.path().join("file"));
    f(&mut file, b"first\n");
    f(&mut file, &b"much longer than the first buffer\n".repeat(10_000));
    f(&mut file, b"short again\n");
    f(&mut file, b"");
}

#[test]
fn a_file_that_does_not_exist_is_absent_until_it_does() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = KeptFile::new(directory.path().join("file"));
    assert!(matches!(file.read(), Err(CollectError::Absent { .. })));
    std::fs::write(file.path(), "12\n").unwrap();
    assert_eq!(file.read_number().unwrap(), 12);
}

#[test]
fn a_directory_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(KeptFile::new(directory.path()).read(), Err(CollectError::Read { .. })));
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = KeptFile::new(directory.path().join("file"));
    let huge = File::create(file.path()).unwrap();
    huge.set_len(FILE_SIZE_MAX_BYTES as u64 + 1).unwrap();
    assert!(matches!(file.read(), Err(CollectError::TooLong { .. })));
    huge.set_len(3).unwrap();
    assert_eq!(file.read().unwrap(), [0; 3]);
}

#[test]
fn names_of_a_directory_are_sorted() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["b", "a", "c"] {
        std::fs::write(directory.path().join(name), "").unwrap();
    }
    assert_eq!(directory_names(directory.path()).unwrap(), ["a", "b", "c"]);
}
