//! Queries that are nothing but a selector, as the `match[]` of Prometheus's API are.

use model::Matcher;

use crate::plan::Node;
use crate::{ParseError, Query};

/// The matchers of an instant vector selector such as `up{job="a"}`. Anything else is an error: an offset, an `@`
/// or a function would not choose series.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ParseError> {
    match Query::parse(text)?.root {
        Node::Select(selector) if selector.shift.at.is_none() && selector.shift.offset_ms == 0 => {
            Ok(selector.matchers)
        }
        _ => Err(ParseError::new("expected a series selector such as `up{job=\"node\"}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_selectors_choose_series() {
        #[track_caller]
        fn f(text: &str, want: Option<&str>) {
            let list = |matchers: Vec<Matcher>| {
                matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            };
            assert_eq!(parse_selector(text).ok().map(list).as_deref(), want, "{text}");
        }
        f("up", Some("__name__=\"up\""));
        f("{job=~\"a|b\"}", Some("job=~\"a|b\""));
        f("up offset 5m", None);
        f("up @ 1", None);
        f("up[5m]", None);
        f("rate(up[5m])", None);
        f("1", None);
        f("up{", None);
    }
}
