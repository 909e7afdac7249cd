use axum::http::HeaderValue;

use super::*;

const NO_PATIENCE: Duration = Duration::from_millis(1);

fn announcing(length: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from_static(length))])
}

#[tokio::test]
async fn bodies_without_length_count_as_the_longest() {
    let places = WritePlaces::with(64 * KIB, 1, NO_PATIENCE);
    let mut held = Vec::new();
    for _ in 0..LONGEST_BODIES {
        held.push(places.for_body(&HeaderMap::new()).await.expect("there is room"));
    }
    assert!(places.for_body(&announcing("0")).await.is_none());
    held.pop();
    assert!(places.for_body(&announcing("99999999999")).await.is_some());
}

#[tokio::test]
async fn short_bodies_leave_room_for_others() {
    let places = WritePlaces::with(64 * KIB, 1, NO_PATIENCE);
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(places.for_body(&announcing("1000")).await.expect("there is room"));
    }
    assert!(places.for_body(&HeaderMap::new()).await.is_some());
}

#[tokio::test]
async fn work_is_bounded_and_waits_but_not_for_ever() {
    let places = WritePlaces::with(KIB, 2, NO_PATIENCE);
    let (first, second) = (places.for_work().await, places.for_work().await);
    assert!(first.is_some() && second.is_some());
    assert!(places.for_work().await.is_none());
    drop(first);
    assert!(places.for_work().await.is_some());
}
