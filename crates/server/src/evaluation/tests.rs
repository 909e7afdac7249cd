use std::sync::mpsc;

use super::*;

const LONG: Duration = Duration::from_secs(3600);

fn until_cancelled(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn work_is_cancelled_at_its_timeout() {
    let (told, ended) = mpsc::channel();
    let work = move |cancel: &Cancel| {
        until_cancelled(cancel);
        told.send(()).unwrap();
    };
    let outcome = Runner::new(1, LONG).run(Some(Duration::from_millis(1)), work).await;
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::Timeout);
    ended.recv().unwrap();
}

#[tokio::test]
async fn nobody_waits_longer_than_the_runner_allows() {
    let outcome = Runner::new(1, Duration::from_millis(1)).run(Some(LONG), until_cancelled).await;
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn work_is_cancelled_when_its_waiter_goes_away() {
    let (told, ended) = mpsc::channel();
    let runner = Arc::new(Runner::new(1, LONG));
    let (begun, begin) = tokio::sync::oneshot::channel();
    let waiter = tokio::spawn({
        let runner = runner.clone();
        async move {
            let work = move |cancel: &Cancel| {
                begun.send(()).unwrap();
                until_cancelled(cancel);
                told.send(()).unwrap();
            };
            runner.run(None, work).await
        }
    });
    begin.await.unwrap();
    waiter.abort();
    assert!(waiter.await.unwrap_err().is_cancelled());
    ended.recv().unwrap();
    // The place is free again.
    assert_eq!(runner.run(None, |_| 1).await.unwrap(), 1);
}

#[tokio::test]
async fn work_without_a_place_does_not_begin() {
    let whole = Runner::new(2, LONG);
    let part = whole.portion(1);
    let (release, released) = mpsc::channel::<()>();
    let (begun, begin) = tokio::sync::oneshot::channel();
    let first = part.run(None, move |_| {
        begun.send(()).unwrap();
        released.recv().is_ok()
    });
    let others = async {
        begin.await.unwrap();
        let refused = part.run(Some(Duration::from_millis(1)), |_| unreachable!("there is no place")).await;
        let refused: Failure = refused.map(|(): ()| ()).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Timeout);
        assert_eq!(whole.run(None, |_| "the other place").await.unwrap(), "the other place");
        release.send(()).unwrap();
    };
    assert!(tokio::join!(first, others).0.unwrap());
}

#[tokio::test]
async fn long_texts_are_parsed_all_the_same() {
    let padding = " ".repeat(PARSE_AT_ONCE_BYTES_MAX);
    let refused = |error: ParseError| Failure::parameter("query", error);
    assert!(parse(&format!("up{padding}"), refused).await.is_ok());
    let error = parse(&format!("up{padding} down"), refused).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadData);
}

#[test]
fn failures_of_the_store_keep_their_kind() {
    #[track_caller]
    fn f(error: StoreError, want: ErrorKind) {
        assert_eq!(store_failure(&error).kind, want);
        assert_eq!(query_failure(&QueryError::Store(error)).kind, want);
    }
    f(StoreError::Limit { what: "series", limit: 1, key: "k" }, ErrorKind::Execution);
    f(StoreError::Cancelled, ErrorKind::Canceled);
    f(StoreError::Unavailable { reason: "full".into() }, ErrorKind::Unavailable);
    let source = std::io::Error::other("gone");
    f(StoreError::Io { action: "read".into(), source }, ErrorKind::Internal);
}
