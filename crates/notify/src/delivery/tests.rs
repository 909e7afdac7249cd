use reqwest::header::HeaderValue;

use super::*;

#[test]
fn an_answers_status_decides() {
    #[track_caller]
    fn f(status: u16, want: &str) {
        let outcome = match judge(StatusCode::from_u16(status).unwrap(), None) {
            Outcome::Delivered => "delivered",
            Outcome::Retry { .. } => "retry",
            Outcome::Refused { .. } => "refused",
        };
        assert_eq!(outcome, want, "{status}");
    }
    f(200, "delivered");
    f(204, "delivered");
    f(302, "refused");
    f(400, "refused");
    f(404, "refused");
    f(408, "retry");
    f(429, "retry");
    f(500, "retry");
    f(503, "retry");
}

#[test]
fn retry_after_is_read_as_seconds_or_as_a_date() {
    #[track_caller]
    fn f(text: &'static str, want_secs: Option<u32>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        // 2015-10-21 07:28:00 UTC.
        let now = Timestamp::from_millis(1_445_412_480_000);
        assert_eq!(retry_after(&headers, now), want_secs.map(Duration::from_secs), "{text}");
    }
    f("120", Some(120));
    f(" 7 ", Some(7));
    f("Wed, 21 Oct 2015 07:29:30 GMT", Some(90));
    f("Wed, 21 Oct 2015 07:00:00 GMT", Some(0));
    f("soon", None);
    f("-5", None);
    assert_eq!(retry_after(&HeaderMap::new(), Timestamp::from_millis(0)), None);
}
