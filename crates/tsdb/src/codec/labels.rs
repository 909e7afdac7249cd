//! Labels and metadata as bytes.

use std::sync::Arc;

use model::{Labels, Metadata, MetricKind};

use super::{Cursor, Malformed, put_text, put_varint};

/// Adds labels: their count, then name and value of each.
pub(crate) fn put_labels(out: &mut Vec<u8>, labels: &Labels) {
    put_varint(out, labels.len() as u64);
    for (name, value) in labels.iter() {
        put_text(out, name);
        put_text(out, value);
    }
}

/// The reverse of [`put_labels`].
pub(crate) fn labels(cursor: &mut Cursor<'_>) -> Result<Labels, Malformed> {
    let count = cursor.count(2)?;
    let pairs: Vec<(&str, &str)> =
        (0..count).map(|_| Ok((cursor.text()?, cursor.text()?))).collect::<Result<_, _>>()?;
    Labels::from_pairs(&pairs).map_err(|_| Malformed("a label name occurs twice"))
}

/// Adds a metric family and its metadata, all as texts.
pub(crate) fn put_metadata(out: &mut Vec<u8>, family: &str, metadata: &Metadata) {
    for text in [family, metadata.kind.as_str(), &metadata.help, &metadata.unit] {
        put_text(out, text);
    }
}

/// The reverse of [`put_metadata`].
pub(crate) fn metadata(cursor: &mut Cursor<'_>) -> Result<(Arc<str>, Metadata), Malformed> {
    let family = Arc::from(cursor.text()?);
    let kind: MetricKind = cursor.text()?.parse().map_err(|()| Malformed("a metric kind is unknown"))?;
    let (help, unit) = (Arc::from(cursor.text()?), Arc::from(cursor.text()?));
    Ok((family, Metadata { kind, help, unit }))
}
