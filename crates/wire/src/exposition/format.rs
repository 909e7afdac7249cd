//! Which format a text is in.

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Prometheus's text format, 0.0.4 or 1.0.0. Times are whole milliseconds.
    Prometheus,
    /// OpenMetrics text, 0.0.1 or 1.0.0. Times are fractional seconds.
    OpenMetrics,
}

impl Format {
    /// The format that a `Content-Type` header names, or nothing if it names something else. An absent (empty)
    /// type is taken for Prometheus's format, as most small exporters mean it.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        match media_type.to_ascii_lowercase().as_str() {
            "application/openmetrics-text" => Some(Self::OpenMetrics),
            "text/plain" | "" => Some(Self::Prometheus),
            _ => None,
        }
    }
}
