//! What receivers look like from outside.

use model::Timestamp;

/// A receiver and how its deliveries go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverStatus {
    /// The receiver's name.
    pub name: String,
    /// Its webhooks, in the order of the configuration.
    pub destinations: Vec<DestinationStatus>,
}

/// One webhook and how its deliveries go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationStatus {
    /// Where to, without secrets.
    pub address: String,
    /// Alerts it believes to fire, as told or about to be told.
    pub alerts_firing: u64,
    /// Changes of alerts that wait for delivery.
    pub waiting: u64,
    /// When a notification was last delivered, since the start of the process.
    pub last_delivery: Option<Timestamp>,
    /// When a delivery last failed and why, since the start of the process.
    pub last_failure: Option<(Timestamp, String)>,
}
