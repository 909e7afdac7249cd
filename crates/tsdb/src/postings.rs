//! From matchers to series numbers, over any label index.

use model::{MatchOp, Matcher};
use roaring::RoaringBitmap;

/// An inverted index: which series have which label value. Series are numbers; no indexed value is empty.
pub(crate) trait Postings {
    /// Why a look-up may fail.
    type Error;

    /// All series.
    fn all(&self) -> Result<RoaringBitmap, Self::Error>;

    /// Series whose label `name` has this value.
    fn equal(&self, name: &str, value: &str) -> Result<RoaringBitmap, Self::Error>;

    /// Series that have the label with a value that `accept` takes.
    fn accepted(&self, name: &str, accept: &dyn Fn(&str) -> bool) -> Result<RoaringBitmap, Self::Error>;
}

/// The series that fulfil all matchers. A label that a series does not have counts as empty.
pub(crate) fn resolve<P: Postings>(index: &P, matchers: &[Matcher]) -> Result<RoaringBitmap, P::Error> {
    let (mut narrowing, mut removing): (Vec<&Matcher>, Vec<&Matcher>) =
        matchers.iter().partition(|matcher| !matcher.matches_empty());
    // Look-ups by value are cheap: the fewer series are left before the expensive ones, the better.
    narrowing.sort_by_key(|matcher| matcher.op() != MatchOp::Equal);
    removing.sort_by_key(|matcher| matcher.op() != MatchOp::NotEqual);
    let mut found: Option<RoaringBitmap> = None;
    for matcher in narrowing {
        let series = with_label(index, matcher)?;
        let left = match found {
            Some(found) => found & series,
            None => series,
        };
        if left.is_empty() {
            return Ok(left);
        }
        found = Some(left);
    }
    let mut found = match found {
        Some(found) => found,
        None => index.all()?,
    };
    for matcher in removing {
        found -= without_label(index, matcher)?;
    }
    Ok(found)
}

/// Series whose label fulfils a matcher that the empty value does not fulfil.
fn with_label<P: Postings>(index: &P, matcher: &Matcher) -> Result<RoaringBitmap, P::Error> {
    match matcher.op() {
        MatchOp::Equal => index.equal(matcher.name(), matcher.value()),
        _ => index.accepted(matcher.name(), &|value| matcher.matches_value(value)),
    }
}

/// Series whose label does not fulfil a matcher that the empty value fulfils.
fn without_label<P: Postings>(index: &P, matcher: &Matcher) -> Result<RoaringBitmap, P::Error> {
    match matcher.op() {
        MatchOp::NotEqual => index.equal(matcher.name(), matcher.value()),
        _ => index.accepted(matcher.name(), &|value| !matcher.matches_value(value)),
    }
}
