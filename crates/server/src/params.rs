//! Parameters of requests: from the query string, and from the form of a POST.

use axum::extract::{FromRequest, Request};
use axum::http::{Method, header};
use model::{Duration, Matcher, TimeRange, Timestamp};

use crate::answer::{ErrorKind, Failure};

/// A form may be this long, in bytes.
const FORM_BYTES_MAX: usize = 1 << 20;

/// Names and values in the order given; a POST form comes before the query string, as Go merges them.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let mut all = Vec::new();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if request.method() == Method::POST && is_form {
            let body = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX).await.map_err(|error| {
                Failure::new(ErrorKind::BadData, format!("cannot read the form: {error}"))
            })?;
            all.extend(url::form_urlencoded::parse(&body).into_owned());
        }
        all.extend(url::form_urlencoded::parse(query.as_bytes()).into_owned());
        Ok(Self(all))
    }
}

impl Params {
    /// The first value of a parameter that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// All values of a parameter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A time, or `default` where none is given.
    pub(crate) fn time(&self, name: &str, default: Timestamp) -> Result<Timestamp, Failure> {
        self.get(name).map_or(Ok(default), |text| parse_time(name, text))
    }

    /// A time that must be given.
    pub(crate) fn required_time(&self, name: &str) -> Result<Timestamp, Failure> {
        parse_time(name, self.get(name).unwrap_or_default())
    }

    /// A duration such as `15s` or `0.5`, if one is given.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<Duration>, Failure> {
        self.get(name).map(|text| parse_duration(name, text)).transpose()
    }

    /// A number of entries at most; zero and absence mean no limit.
    pub(crate) fn limit(&self, name: &str) -> Result<usize, Failure> {
        let Some(text) = self.get(name) else { return Ok(usize::MAX) };
        match text.parse::<usize>() {
            Ok(0) => Ok(usize::MAX),
            Ok(limit) => Ok(limit),
            Err(_) => {
                Err(Failure::parameter(name, format!("\"{text}\" is not a whole number, not negative")))
            }
        }
    }

    /// The range between `start` and `end`; all of time where they are not given.
    pub(crate) fn range(&self) -> Result<TimeRange, Failure> {
        let range = TimeRange::new(self.time("start", Timestamp::MIN)?, self.time("end", Timestamp::MAX)?);
        if range.end < range.start {
            return Err(Failure::parameter("end", "end timestamp must not be before start time"));
        }
        Ok(range)
    }

    /// The series selectors in `match[]`.
    pub(crate) fn selectors(&self) -> Result<Vec<Vec<Matcher>>, Failure> {
        self.all("match[]").map(selector).collect()
    }
}

/// The matchers of a selector such as `up{job="a"}`. At least one must refuse the empty value.
fn selector(text: &str) -> Result<Vec<Matcher>, Failure> {
    let matchers = promql::parse_selector(text).map_err(|error| Failure::parameter("match[]", error))?;
    if matchers.iter().all(Matcher::matches_empty) {
        return Err(Failure::parameter("match[]", "match[] must contain at least one non-empty matcher"));
    }
    Ok(matchers)
}

/// Seconds beyond this are no time and no duration that milliseconds in 64 bits can hold.
const SECS_MAX: f64 = 9.2e15;

/// Unix seconds with decimals, or RFC 3339.
fn parse_time(name: &str, text: &str) -> Result<Timestamp, Failure> {
    let secs = seconds(text).map(Timestamp::from_secs_f64);
    let parsed = secs.or_else(|| wire::time::parse_rfc3339(text));
    parsed.ok_or_else(|| Failure::parameter(name, format!("cannot parse \"{text}\" to a valid timestamp")))
}

/// Seconds with decimals, or Prometheus's notation.
fn parse_duration(name: &str, text: &str) -> Result<Duration, Failure> {
    match seconds(text) {
        Some(secs) if secs < 0.0 => Err(Failure::parameter(name, format!("\"{text}\" is negative"))),
        Some(secs) => Ok(Duration::from_millis((secs * 1000.0) as i64)),
        None => text
            .parse()
            .map_err(|_| Failure::parameter(name, format!("cannot parse \"{text}\" to a valid duration"))),
    }
}

fn seconds(text: &str) -> Option<f64> {
    text.parse().ok().filter(|secs: &f64| secs.abs() < SECS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        #[track_caller]
        fn f(text: &str, want: Option<i64>) {
            assert_eq!(parse_time("time", text).ok().map(Timestamp::as_millis), want, "{text}");
        }
        f("1435781451.781", Some(1_435_781_451_781));
        f("2015-07-01T20:10:51.781Z", Some(1_435_781_451_781));
        f("-1", Some(-1000));
        f("", None);
        f("NaN", None);
        f("1e300", None);
        f("yesterday", None);
    }

    #[test]
    fn durations_are_seconds_or_prometheus_notation() {
        #[track_caller]
        fn f(text: &str, want: Option<i64>) {
            assert_eq!(parse_duration("step", text).ok().map(Duration::as_millis), want, "{text}");
        }
        f("15", Some(15_000));
        f("0.25", Some(250));
        f("1m30s", Some(90_000));
        f("-1", None);
        f("soon", None);
        f("inf", None);
    }
}
