//! Times as texts.

use model::Timestamp;

/// A time in RFC 3339 with milliseconds, UTC: `2026-08-01T12:00:00.250Z`. Years outside 0 to 9999 are clamped.
pub fn rfc3339(time: Timestamp) -> String {
    const YEAR_0: i64 = -62_167_219_200_000;
    const YEAR_9999_END: i64 = 253_402_300_799_999;
    let millis = time.as_millis().clamp(YEAR_0, YEAR_9999_END);
    let (days, in_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, fraction) = (in_day / 1000 % 60, in_day % 1000);
    let whole = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction == 0 { format!("{whole}Z") } else { format!("{whole}.{fraction:03}Z") }
}

/// Reads what [`rfc3339`] writes, with any number of decimals and any offset.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let mut parts = clock.split(':');
    let (hour, minute, second) = (number(parts.next()?)?, number(parts.next()?)?, parts.next()?);
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    if parts.next().is_some() || hour > 23 || minute > 59 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let days = days_from_civil(year, month, day);
    let secs = days * 86_400 + hour * 3600 + minute * 60 + number(second).filter(|second| *second <= 60)?;
    Some(Timestamp::from_millis((secs - offset_secs(zone)?) * 1000 + millis))
}

fn number(text: &str) -> Option<i64> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds that a zone such as `Z` or `+02:00` is ahead of UTC.
fn offset_secs(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (number(hours)? * 3600 + number(minutes)? * 60))
}

/// Year, month and day of a number of days since 1970, after H. Hinnant, "chrono-compatible low-level date
/// algorithms".
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_and_reads_known_times() {
        #[track_caller]
        fn f(millis: i64, text: &str) {
            assert_eq!(rfc3339(Timestamp::from_millis(millis)), text);
            assert_eq!(parse_rfc3339(text), Some(Timestamp::from_millis(millis)));
        }
        f(0, "1970-01-01T00:00:00Z");
        f(1_435_781_451_781, "2015-07-01T20:10:51.781Z");
        f(951_782_400_000, "2000-02-29T00:00:00Z");
        f(-1, "1969-12-31T23:59:59.999Z");
        f(-62_135_596_800_000, "0001-01-01T00:00:00Z");
    }

    #[test]
    fn reads_offsets_and_refuses_other_texts() {
        #[track_caller]
        fn f(text: &str, want: Option<i64>) {
            assert_eq!(parse_rfc3339(text).map(Timestamp::as_millis), want, "{text}");
        }
        f("1970-01-01T02:00:00+02:00", Some(0));
        f("1969-12-31T22:30:00.123456789-01:30", Some(123));
        f("1970-01-01", None);
        f("1970-13-01T00:00:00Z", None);
        f("1970-01-01T00:00:00", None);
        f("1970-01-01T25:00:00Z", None);
        f("not a time at all", None);
    }

    proptest! {
        #[test]
        fn every_time_reads_back(millis in -62_135_596_800_000i64..253_402_300_799_999) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(parse_rfc3339(&rfc3339(time)), Some(time));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = parse_rfc3339(&text);
        }
    }
}
