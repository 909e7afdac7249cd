use proptest::prelude::*;

use super::*;

#[track_caller]
fn returns(samples: &[(i64, f64)]) -> usize {
    let chunk = Chunk::of(samples.iter().map(|(at, value)| (*at, value.to_bits())));
    let mut out = Columns::default();
    chunk.decode(&mut out).unwrap();
    let back: Vec<(i64, u64)> = out.iter().map(|(at, value)| (at, value.to_bits())).collect();
    let want: Vec<(i64, u64)> = samples.iter().map(|(at, value)| (*at, value.to_bits())).collect();
    assert_eq!(back, want);
    chunk.bytes.len()
}

#[test]
fn host_like_series_take_few_bytes_a_sample() {
    #[track_caller]
    fn f(value: impl Fn(i64) -> f64, bytes_max: usize) {
        let samples: Vec<_> = (0..256).map(|i| (1_700_000_000_000 + i * 1000, value(i))).collect();
        let bytes = returns(&samples);
        assert!(bytes <= bytes_max, "{bytes} bytes");
    }
    f(|_| 42.5, 25);
    f(|i| i as f64, 256 * 2 + 20);
    f(|i| (i / 10) as f64, 256);
    f(|i| (1_000_000 + i * 777) as f64, 256 * 3 + 20);
    f(|i| (i * 977 % 10_000) as f64 / 100.0, 256 * 4);
    f(|i| i as f64 / 3.0, 256 * 9 + 20);
}

proptest! {
    #[test]
    fn any_rising_samples_come_back(mut samples in prop::collection::vec((any::<i64>(), any::<u64>()), 0..300)) {
        samples.sort_unstable_by_key(|(at, _)| *at);
        samples.dedup_by_key(|(at, _)| *at);
        returns(&samples.into_iter().map(|(at, bits)| (at, f64::from_bits(bits))).collect::<Vec<_>>());
    }

    #[test]
    fn any_small_values_come_back(values in prop::collection::vec(-3_i8..3, 0..600), step in 1_i64..3) {
        let samples = values.iter().enumerate().map(|(i, v)| (i as i64 * step, f64::from(*v)));
        returns(&samples.collect::<Vec<_>>());
    }

    #[test]
    fn any_decimals_come_back(values in prop::collection::vec(-100_000_i32..100_000, 0..300), digits in 0..9) {
        let value = |v: &i32| f64::from(*v) / 10_f64.powi(digits);
        returns(&values.iter().enumerate().map(|(i, v)| (i as i64, value(v))).collect::<Vec<_>>());
    }

    #[test]
    fn decoding_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), count in 0_u32..2000) {
        let _ = decode(&bytes, count, |_, _| {});
    }
}
