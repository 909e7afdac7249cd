//! `/api/v1/functions`: what the query language offers, for editors.

use serde::Serialize;

use crate::answer::{Answer, Success};

/// One function.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    name: &'static str,
    signature: String,
    doc: &'static str,
    example: &'static str,
}

/// `GET /api/v1/functions`
pub(crate) async fn functions() -> Answer<Vec<Entry>> {
    let entry = |function: &promql::Function| Entry {
        name: function.name,
        signature: function.signature(),
        doc: function.doc,
        example: function.example,
    };
    Ok(Success::new(promql::functions().iter().map(entry).collect()))
}
