//! The ruler: keeps the groups and evaluates them.

use std::sync::Arc;

use catalog::Catalog;
use intake::Intake;
use model::store::Queryable;
use model::{AlertSink, Clock, Duration, Labels, Vital, VitalSource};
use promql::Engine;

use crate::rule::RuleGroup;
use crate::status::{AlertStatus, GroupStatus};

/// What holds for all rules.
#[derive(Clone, Debug)]
pub struct RulerOptions {
    /// Time between evaluations of groups that name none.
    pub default_interval: Duration,
    /// Labels of this server, for templates.
    pub external_labels: Labels,
    /// The UI's address as people reach it, for templates.
    pub external_url: String,
}

impl Default for RulerOptions {
    fn default() -> Self {
        Self {
            default_interval: Duration::from_secs(15),
            external_labels: Labels::empty(),
            external_url: String::new(),
        }
    }
}

/// Evaluates rules. Its methods may be called from any thread.
#[derive(Debug)]
pub struct Ruler {}

impl Ruler {
    /// A ruler without groups. Must be called within a Tokio runtime.
    pub fn start(
        _options: RulerOptions,
        _engine: Arc<Engine>,
        _store: Arc<dyn Queryable>,
        _intake: Arc<Intake>,
        _catalog: Arc<Catalog>,
        _sink: Arc<dyn AlertSink>,
        _clock: Arc<dyn Clock>,
    ) -> Self {
        Self {}
    }

    /// Takes over a new set of groups. Unchanged groups go on undisturbed; rules that are still there in a
    /// changed group keep the states of their alerts; alerts of rules that are gone are resolved.
    pub fn apply(&self, _groups: Vec<RuleGroup>) {}

    /// All groups, in the order they were applied.
    pub fn groups(&self) -> Vec<GroupStatus> {
        Vec::new()
    }

    /// All alerts that are pending or firing.
    pub fn alerts(&self) -> Vec<AlertStatus> {
        Vec::new()
    }

    /// Stops evaluating. Waits for evaluations that are under way.
    pub async fn stop(&self) {}
}

impl VitalSource for Ruler {
    fn vitals(&self, _out: &mut Vec<Vital>) {}
}
