//! What rules tell receivers.

use crate::{Labels, Timestamp};

/// An alert that fires or has just ended, as rules hand it to whoever notifies people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The identity: rule labels, series labels and `alertname`.
    pub labels: Labels,
    /// Texts for people, expanded.
    pub annotations: Labels,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ended; `None` while it fires.
    pub ends_at: Option<Timestamp>,
    /// A path into the UI (or a whole URL) that shows the expression behind it.
    pub generator_url: String,
}

impl Alert {
    /// Whether it has ended.
    pub const fn is_resolved(&self) -> bool {
        self.ends_at.is_some()
    }
}

/// Whoever wants to know of alerts.
pub trait AlertSink: Send + Sync {
    /// Takes the alerts of one rule that fire or have just ended. Rules say so at every change and again about
    /// once a minute while an alert fires, so the sink must recognise what it already knows. When this
    /// returns, the change survives the death of the process.
    fn alerts(&self, alerts: &[Alert]);
}
