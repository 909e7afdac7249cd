//! Receivers of alerts: grouping into notifications, an outbox, delivery with retries.
//!
//! The way of an alert: rules hand it to [`Notifier`] (a [`model::AlertSink`]); for each destination (a webhook
//! of a receiver) the ledger tells whether this is news; news is written to the catalog's outbox together with
//! the note that the destination is thereby told; a worker per destination collects what waits for one group
//! (all alerts of one `alertname`) into a notification and delivers it.
//!
//! Promises:
//! - Each change of an alert (it fires, it has ended) is told once, and again only after `repeat_interval`. A
//!   notification whose answer is lost (a timeout, a crash between the answer and the note of it) is sent again,
//!   as receivers must be able to bear from any sender.
//! - Within a group, changes are told in their order; a failure in one group does not hold up another.
//! - What was accepted survives the death of the process.
//! - Passwords, tokens and the parts of an address that may hold them appear in no log, error or status.
//!
//! Limits: see [`WAITING_MAX`]. This crate knows nothing of rules or PromQL.

mod backoff;
mod config;
mod delivery;
mod destination;
mod ledger;
mod notifier;
mod queue;
mod secret;
mod stats;
mod status;

pub use config::{
    Authorization, BasicAuth, ConfigError, HttpConfig, NotifyConfig, ReceiverConfig, WebhookConfig,
    WebhookUrl, WebhookUrlError,
};
pub use notifier::{Notifier, NotifyError, Prepared, WAITING_MAX};
pub use secret::Secret;
pub use status::{DestinationStatus, ReceiverStatus};
