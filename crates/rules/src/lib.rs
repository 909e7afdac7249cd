//! Recording and alerting rules: files, templates, states, evaluation.
//!
//! The way of a rule: [`load`] reads files in Prometheus's format and checks them as promtool does; a [`Ruler`]
//! evaluates each group at its interval, and at once when samples arrive that a quick alert reads; results of
//! recording rules and the states of alerts are written as series through the intake; alerts that fire or end
//! go to an [`model::AlertSink`].
//!
//! Promises:
//! - The states of alerts survive a restart: what fired goes on firing with the same start, what was pending
//!   keeps the time since when it is. A change is in the catalog before the sink is told.
//! - The rules of a group are evaluated one after the other, each seeing what those before it have written.
//! - A template cannot loop for ever, use much memory or panic.
//!
//! This crate knows nothing of channels: who is told, and how, is the sink's business.

mod deadline;
mod expr;
mod file;
mod group;
mod rule;
mod ruler;
mod state;
mod status;
mod stock;
mod template;
#[cfg(test)]
mod testing;

pub use expr::Expr;
pub use file::{RuleFileError, load, parse};
pub use rule::{AlertRule, Rule, RuleGroup, RuleKind};
pub use ruler::{Ruler, RulerOptions};
pub use status::{AlertRuleStatus, AlertState, AlertStatus, GroupStatus, RuleHealth, RuleStatus};
pub use stock::stock;
pub use template::{Template, TemplateError};
