use proptest::prelude::*;

use super::*;

#[test]
fn a_line_without_its_newline_is_left_out() {
    #[track_caller]
    fn f(text: &str, want: &[&str]) {
        let got: Vec<&str> = lines(text.as_bytes()).map(|line| std::str::from_utf8(line).unwrap()).collect();
        assert_eq!(got, want, "{text:?}");
    }
    f("", &[]);
    f("a 12", &[]);
    f("a 12\n", &["a 12"]);
    f("a 12\nb 3", &["a 12"]);
    f("a 12\n\nb 34\n", &["a 12", "", "b 34"]);
}

#[test]
fn numbers_are_whole_or_nothing() {
    #[track_caller]
    fn f(word: &str, want: Option<u64>) {
        assert_eq!(number(word.as_bytes()), want, "{word:?}");
    }
    f("0", Some(0));
    f("18446744073709551615", Some(u64::MAX));
    f("18446744073709551616", None);
    f("99999999999999999999999999", None);
    f("", None);
    f("-1", None);
    f("+1", None);
    f("1.5", None);
    f("12kB", None);
}

#[test]
fn signed_numbers_may_be_negative() {
    #[track_caller]
    fn f(word: &str, want: Option<i64>) {
        assert_eq!(signed_number(word.as_bytes()), want, "{word:?}");
    }
    f("5", Some(5));
    f("-5", Some(-5));
    f("--5", None);
    f("-", None);
    f("9223372036854775808", None);
}

#[test]
fn hexadecimal_numbers_have_no_sign() {
    #[track_caller]
    fn f(word: &str, want: Option<u64>) {
        assert_eq!(hex_number(word.as_bytes()), want, "{word:?}");
    }
    f("0x1003", Some(0x1003));
    f("0xFFFFFFFFFFFFFFFF", Some(u64::MAX));
    f("0x10000000000000000", None);
    f("0x+1", None);
    f("0x", None);
    f("1003", None);
}

#[test]
fn decimals_are_finite_and_not_negative() {
    #[track_caller]
    fn f(word: &str, want: Option<f64>) {
        assert_eq!(decimal(word.as_bytes()), want, "{word:?}");
    }
    f("0.19", Some(0.19));
    f("12", Some(12.0));
    f("1e400", None);
    f("inf", None);
    f("nan", None);
    f("-1", None);
    f("", None);
}

#[test]
fn bytes_that_are_not_text_are_replaced() {
    assert_eq!(text(b"caf\xe9"), "caf\u{fffd}");
}

proptest! {
    #[test]
    fn a_number_reads_back_as_it_was_printed(value: u64) {
        prop_assert_eq!(number(value.to_string().as_bytes()), Some(value));
    }

    #[test]
    fn agrees_with_the_standard_library(word in "[0-9+-]{0,22}") {
        let want = word.parse().ok().filter(|_| !word.starts_with('+'));
        prop_assert_eq!(number(word.as_bytes()), want);
    }

    #[test]
    fn any_bytes_are_taken_without_panic(bytes: Vec<u8>) {
        for line in lines(&bytes) {
            for word in words(line) {
                let _ = (number(word), signed_number(word), hex_number(word), decimal(word), split_once(word, b':'));
            }
        }
        let _ = single_word(&bytes);
    }
}
