//! `/api/v1/series`, `/api/v1/labels` and `/api/v1/label/<name>/values`.

use std::sync::Arc;

use axum::extract::{Path, State};
use model::Labels;
use model::store::{Queryable, StoreError};
use serde::Serialize;
use serde::ser::Serializer;

use crate::answer::{Answer, ErrorKind, Failure, LabelsJson, Success};
use crate::app::App;
use crate::evaluation::store_failure;
use crate::params::Params;

/// `GET|POST /api/v1/series`
pub(crate) async fn series(State(app): State<Arc<App>>, params: Params) -> Answer<SeriesData> {
    let (sets, range, limit) = (params.selectors()?, params.range()?, params.limit("limit")?);
    if sets.is_empty() {
        return Err(Failure::new(ErrorKind::BadData, "no match[] parameter provided"));
    }
    let found = read(app, move |store| store.series(&sets, range)).await?;
    Ok(limited(found, limit, SeriesData))
}

/// `GET|POST /api/v1/labels`
pub(crate) async fn names(State(app): State<Arc<App>>, params: Params) -> Answer<Vec<String>> {
    let (sets, range, limit) = (params.selectors()?, params.range()?, params.limit("limit")?);
    let found = read(app, move |store| store.label_names(&sets, range)).await?;
    Ok(limited(found, limit, |names| names))
}

/// `GET /api/v1/label/<name>/values`; names in Prometheus's escaped form `U__…` are read too.
pub(crate) async fn values(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    params: Params,
) -> Answer<Vec<String>> {
    let name = unescape(&name);
    if name.is_empty() {
        return Err(Failure::new(ErrorKind::BadData, format!("invalid label name: \"{name}\"")));
    }
    let (sets, range, limit) = (params.selectors()?, params.range()?, params.limit("limit")?);
    let found = read(app, move |store| store.label_values(&name, &sets, range)).await?;
    Ok(limited(found, limit, |values| values))
}

/// Reads within the limits of all queries.
pub(super) async fn read<T: Send + 'static>(
    app: Arc<App>,
    work: impl FnOnce(&dyn Queryable) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    let reader = app.clone();
    let result = app.evaluations.run(None, move |_| work(reader.store())).await?;
    result.map_err(|error| store_failure(&error))
}

fn limited<T, D: Serialize>(mut found: Vec<T>, limit: usize, wrap: impl Fn(Vec<T>) -> D) -> Success<D> {
    let mut warnings = Vec::new();
    if found.len() > limit {
        found.truncate(limit);
        warnings.push("results truncated due to limit".to_owned());
    }
    Success::with_notes(wrap(found), warnings, Vec::new())
}

/// Label sets as a list of objects.
#[derive(Debug)]
pub(crate) struct SeriesData(Vec<Labels>);

impl Serialize for SeriesData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(LabelsJson))
    }
}

/// The name behind Prometheus's escaping of names outside `[a-zA-Z0-9_:]`: `U__` in front, `_` doubled, any other
/// character as its code point in hexadecimal between underscores. What is not of that form is the name itself.
fn unescape(name: &str) -> String {
    name.strip_prefix("U__").and_then(unescape_rest).unwrap_or_else(|| name.to_owned())
}

fn unescape_rest(mut rest: &str) -> Option<String> {
    let mut out = String::new();
    while let Some(at) = rest.find('_') {
        out.push_str(&rest[..at]);
        let (code, after) = rest[at + 1..].split_once('_')?;
        if code.is_empty() {
            out.push('_');
        } else {
            out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_escaped_names() {
        #[track_caller]
        fn f(escaped: &str, want: &str) {
            assert_eq!(unescape(escaped), want);
        }
        f("job", "job");
        f("U__http_2e_status", "http.status");
        f("U__a__b", "a_b");
        f("U__broken_zz_", "U__broken_zz_");
        f("U__open_2e", "U__open_2e");
    }
}
