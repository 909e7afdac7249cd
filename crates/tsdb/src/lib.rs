//! The embedded metric store: write-ahead log, head, immutable parts, index, retention.
