use model::STALE_NAN;
use proptest::prelude::*;

use super::*;

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[track_caller]
fn values_return(values: &[f64]) -> usize {
    let (codec, payload) = encode_values(values, &mut Packer::new(1));
    let back = decode_values(codec, &payload, values.len(), &mut Unpacker::default()).unwrap();
    assert_eq!(bits(&back), bits(values));
    payload.len()
}

#[track_caller]
fn times_return(times: &[i64]) -> usize {
    let (codec, payload) = encode_times(times, &mut Packer::new(1));
    assert_eq!(decode_times(codec, &payload, times.len(), &mut Unpacker::default()).unwrap(), times);
    payload.len()
}

#[test]
fn typical_columns_come_back_and_are_short() {
    #[track_caller]
    fn f(value: impl Fn(u32) -> f64, bytes_max: usize) {
        let values: Vec<f64> = (0..1000).map(value).collect();
        let bytes = values_return(&values);
        assert!(bytes <= bytes_max, "{bytes} bytes");
    }
    f(|_| 7.5, 8);
    f(f64::from, 60);
    f(|i| f64::from(i * 977 % 101), 1000);
    f(|i| f64::from(i * 977 % 101) / 100.0, 1000);
    f(|i| f64::from(i).sqrt(), 7500);
    assert!(times_return(&(0..1000).map(|i| i * 1000).collect::<Vec<_>>()) <= 4);
}

#[test]
fn odd_values_keep_their_bits() {
    let odd = [
        0.0,
        -0.0,
        f64::NAN,
        STALE_NAN,
        f64::INFINITY,
        -f64::MAX,
        f64::from_bits(0xfff8_dead_beef_0001),
        5e-324,
    ];
    values_return(&odd);
    for value in odd {
        values_return(&[value]);
        values_return(&[1.0, value, 2.0, 2.0]);
    }
    values_return(&[9_007_199_254_740_993.0, 9_007_199_254_740_991.0, 0.1 + 0.2, 123_456_789_012_345.67]);
    times_return(&[i64::MIN, -1, 0, 5, i64::MAX]);
}

#[test]
fn a_block_is_refused_after_any_flipped_bit_and_at_another_offset() {
    let block = seal_block(64, 3, b"payload");
    assert_eq!(open_block(64, &block), Ok((3, &b"payload"[..])));
    assert!(open_block(65, &block).is_err());
    for bit in 0..block.len() * 8 {
        let mut flipped = block.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(open_block(64, &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn packed_data_that_claims_too_much_is_refused() {
    let mut bomb = Vec::new();
    put_varint(&mut bomb, UNPACKED_BYTES_MAX as u64 + 1);
    assert!(Unpacker::default().unpack(&bomb).is_err());
    let mut short = Vec::new();
    put_varint(&mut short, 10);
    short.extend(zstd::bulk::compress(&[0; 11], 1).unwrap());
    assert!(Unpacker::default().unpack(&short).is_err());
}

proptest! {
    #[test]
    fn any_values_come_back(raw in prop::collection::vec(any::<u64>(), 1..200)) {
        values_return(&raw.into_iter().map(f64::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn any_decimals_come_back(raw in prop::collection::vec(-1_000_000_i32..1_000_000, 1..200), digits in 0..8) {
        values_return(&raw.into_iter().map(|i| f64::from(i) / 10_f64.powi(digits)).collect::<Vec<_>>());
    }

    #[test]
    fn any_times_come_back(times in prop::collection::vec(any::<i64>(), 1..200)) {
        times_return(&times);
    }

    #[test]
    fn decoders_take_any_bytes(codec: u8, bytes in prop::collection::vec(any::<u8>(), 0..300), count in 1_usize..5000) {
        let mut unpacker = Unpacker::default();
        let _ = decode_values(codec, &bytes, count, &mut unpacker);
        let _ = decode_times(codec, &bytes, count, &mut unpacker);
        let _ = unpacker.unpack(&bytes);
        let mut cursor = Cursor::new(&bytes);
        while cursor.text().is_ok() {}
    }
}
