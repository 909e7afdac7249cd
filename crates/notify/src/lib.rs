//! Receivers of alerts: grouping into notifications, an outbox, delivery with retries.
