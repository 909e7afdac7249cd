//! When a failed delivery is tried again.

use model::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);
/// The longest wait that a receiver may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// The wait after `failures` failures in a row: it doubles from one second to five minutes, spread by a quarter
/// to either side so that deliveries that failed together do not come back together. `seed` chooses the place
/// within the spread. A receiver that asks for a longer wait gets it, up to an hour.
pub(crate) fn wait(failures: u32, seed: i64, asked: Option<Duration>) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    let plain = (FIRST.as_millis() << doublings).min(LONGEST.as_millis());
    let spread = scramble(seed, failures) % 1000;
    let spread_out = plain * 3 / 4 + plain / 2 * spread / 1000;
    let asked = asked.unwrap_or_default().min(LONGEST_ASKED);
    Duration::from_millis(spread_out).max(asked)
}

/// A well-mixed number of 31 bits (the finalizer of SplitMix64).
fn scramble(seed: i64, failures: u32) -> i64 {
    let mut z = (seed as u64).wrapping_add(u64::from(failures).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 33) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_within_a_quarter_to_either_side() {
        #[track_caller]
        fn f(failures: u32, plain_secs: i64) {
            for seed in 0..200 {
                let millis = wait(failures, seed, None).as_millis();
                assert!((plain_secs * 750..=plain_secs * 1250).contains(&millis), "{millis}");
            }
        }
        f(0, 1);
        f(1, 1);
        f(2, 2);
        f(5, 16);
        f(10, 300);
        f(u32::MAX, 300);
    }

    #[test]
    fn equal_failures_are_spread() {
        let waits: std::collections::HashSet<i64> =
            (0..50).map(|seed| wait(9, seed, None).as_millis()).collect();
        assert!(waits.len() > 30, "{}", waits.len());
    }

    #[test]
    fn a_receiver_may_ask_for_more_but_not_for_ever() {
        let ask = |secs| wait(1, 1, Some(Duration::from_secs(secs)));
        assert_eq!(ask(60), Duration::from_secs(60));
        assert_eq!(ask(86_400), Duration::from_secs(3600));
        assert!(ask(0) >= Duration::from_millis(750));
    }
}
