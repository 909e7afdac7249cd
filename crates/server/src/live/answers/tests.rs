use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const AT: Timestamp = Timestamp::from_millis(1000);

/// How often `text` at `at` was evaluated for one who asks.
async fn asked(answers: &Answers, text: &str, at: Timestamp) -> usize {
    let evaluations = AtomicUsize::new(0);
    let evaluate = || async {
        evaluations.fetch_add(1, Ordering::Relaxed);
        Body::error("execution", text)
    };
    answers.get(text, at, evaluate).await;
    evaluations.into_inner()
}

#[tokio::test]
async fn one_evaluation_serves_all_who_ask_the_same() {
    let answers = Answers::default();
    assert_eq!(asked(&answers, "up", AT).await, 1);
    assert_eq!(asked(&answers, "up", AT).await, 0);
    assert_eq!(asked(&answers, "down", AT).await, 1);
    assert_eq!(asked(&answers, "up", AT.plus_millis(1)).await, 1);
}

#[tokio::test]
async fn a_latecomer_does_not_take_away_newer_answers() {
    let answers = Answers::default();
    assert_eq!(asked(&answers, "up", AT).await, 1);
    assert_eq!(asked(&answers, "up", AT.plus_millis(-1)).await, 1);
    assert_eq!(asked(&answers, "up", AT).await, 0);
}

#[tokio::test]
async fn the_number_of_answers_kept_is_bounded() {
    let answers = Answers::default();
    for index in 0..EXPRESSIONS_MAX {
        assert_eq!(asked(&answers, &index.to_string(), AT).await, 1);
    }
    assert_eq!(asked(&answers, "one more", AT).await, 1);
    assert_eq!(asked(&answers, "one more", AT).await, 1);
    assert_eq!(asked(&answers, "0", AT).await, 0);
    assert_eq!(answers.0.lock().by_text.len(), EXPRESSIONS_MAX);
}

#[tokio::test]
async fn another_takes_over_from_one_who_goes_away() {
    let answers = Answers::default();
    {
        let never = answers.get("up", AT, std::future::pending);
        tokio::pin!(never);
        tokio::select! {
            biased;
            _ = &mut never => unreachable!("it never ends"),
            () = std::future::ready(()) => {}
        }
    }
    assert_eq!(asked(&answers, "up", AT).await, 1);
}
