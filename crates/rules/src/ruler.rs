//! The ruler: keeps the groups, evaluates each at its interval, and wakes the quick ones when samples arrive.

mod alarm;
mod schedule;
mod stats;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration as StdDuration;

use catalog::Catalog;
use intake::Intake;
use model::store::Queryable;
use model::{AlertSink, Clock, Duration, Labels, Timestamp, Vital, VitalSource, error_chain};
use parking_lot::{Mutex, RwLock};
use promql::Engine;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::deadline::Deadlines;
use crate::expr::{Evaluate, StoreEvaluator};
use crate::group::{Context, Group, resolve_orphans};
use crate::rule::RuleGroup;
use crate::state::Outage;
use crate::status::{AlertStatus, GroupStatus};
use crate::template::Globals;
use alarm::{Alarm, Watch};

/// The name under which the catalog knows when rules were last evaluated.
const ALIVE_MARK: &str = "rules.alive";

/// How often the mark is set.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// After a shorter outage, expressions still see samples from before it, so that their answers can be trusted
/// at once. Includes the time since the mark was last set.
const OUTAGE_BRIDGED: Duration = Duration::from_secs(60);

/// After a longer outage, alerts are not ended for lack of data for this long.
const OUTAGE_GRACE: Duration = Duration::from_secs(60);

/// How long a stop waits before it cancels evaluations that are under way, and then for their end.
const STOP_WAIT: StdDuration = StdDuration::from_secs(3);

/// What holds for all rules.
#[derive(Clone, Debug)]
pub struct RulerOptions {
    /// Time between evaluations of groups that name none.
    pub default_interval: Duration,
    /// Labels of this server, for templates.
    pub external_labels: Labels,
    /// The UI's address as people reach it, for templates.
    pub external_url: String,
    /// How long the evaluation of one rule may take, its templates included.
    pub query_timeout: Duration,
}

impl Default for RulerOptions {
    fn default() -> Self {
        Self {
            default_interval: Duration::from_secs(15),
            external_labels: Labels::empty(),
            external_url: String::new(),
            query_timeout: Duration::from_secs(30),
        }
    }
}

/// Evaluates rules. Its methods may be called from any thread.
pub struct Ruler {
    context: Arc<Context>,
    running: Mutex<Running>,
    alarm: Arc<Alarm>,
    tasks: TaskTracker,
    stop: CancellationToken,
    halt: CancellationToken,
    runtime: tokio::runtime::Handle,
}

struct Running {
    options: RulerOptions,
    groups: Vec<RunningGroup>,
    /// Whether groups were applied before.
    applied: bool,
}

struct RunningGroup {
    group: Arc<Group>,
    watch: Arc<Watch>,
    stop: CancellationToken,
}

impl fmt::Debug for Ruler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ruler").field("options", &self.running.lock().options).finish_non_exhaustive()
    }
}

impl Ruler {
    /// A ruler without groups. Must be called within a Tokio runtime. Blocks on disk for a moment.
    pub fn start(
        options: RulerOptions,
        engine: Arc<Engine>,
        store: Arc<dyn Queryable>,
        intake: Arc<Intake>,
        catalog: Arc<Catalog>,
        sink: Arc<dyn AlertSink>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let evaluator = Arc::new(StoreEvaluator { engine, store });
        Self::with_evaluator(options, evaluator, intake, catalog, sink, clock)
    }

    fn with_evaluator(
        options: RulerOptions,
        evaluator: Arc<dyn Evaluate>,
        intake: Arc<Intake>,
        catalog: Arc<Catalog>,
        sink: Arc<dyn AlertSink>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let outage = outage_before(&catalog, clock.now());
        let alarm = Arc::new(Alarm::default());
        let (tasks, stop, halt) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());
        let runtime = tokio::runtime::Handle::current();
        tasks.spawn_on(alarm.clone().listen(intake.subscribe(), stop.clone()), &runtime);
        let context = Context {
            evaluator,
            intake,
            catalog,
            sink,
            clock,
            globals: RwLock::new(globals(&options)),
            deadlines: Deadlines::new(options.query_timeout, halt.clone(), runtime.clone()),
            outage,
            evaluations: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        };
        let context = Arc::new(context);
        tasks.spawn_on(mark_alive(context.clone(), stop.clone()), &runtime);
        let running = Mutex::new(Running { options, groups: Vec::new(), applied: false });
        Self { context, running, alarm, tasks, stop, halt, runtime }
    }

    /// Takes over a new set of groups. Unchanged groups go on undisturbed; rules that are still there in a
    /// changed group keep the states of their alerts; alerts of rules that are gone are resolved.
    pub fn apply(&self, groups: Vec<RuleGroup>) {
        self.apply_to(&mut self.running.lock(), groups);
    }

    /// Takes over new options and a new set of groups, as [`apply`](Self::apply) does. Groups whose interval
    /// thereby changes are scheduled anew and keep their states.
    pub fn apply_with(&self, options: RulerOptions, groups: Vec<RuleGroup>) {
        let mut running = self.running.lock();
        *self.context.globals.write() = globals(&options);
        self.context.deadlines.set_limit(options.query_timeout);
        running.options = options;
        self.apply_to(&mut running, groups);
    }

    fn apply_to(&self, running: &mut Running, groups: Vec<RuleGroup>) {
        let default_interval = running.options.default_interval;
        let mut old = std::mem::take(&mut running.groups);
        let mut new: Vec<RunningGroup> = Vec::new();
        for rules in groups {
            for warning in &rules.warnings {
                tracing::warn!("{warning}");
            }
            let key = rules.key();
            if new.iter().any(|known| known.group.key == key) {
                tracing::warn!(group = key, "a rule group occurs twice; the second one is left out");
                continue;
            }
            let previous = old.iter().position(|old| old.group.key == key).map(|at| old.swap_remove(at));
            new.push(match previous {
                Some(same) if same.group.does(&rules, default_interval) => same,
                previous => self.launch(Group::new(rules, default_interval), previous),
            });
        }
        for gone in old {
            gone.stop.cancel();
            let context = self.context.clone();
            self.tasks.spawn_blocking_on(move || gone.group.dissolve(&context), &self.runtime);
        }
        if !std::mem::replace(&mut running.applied, true) {
            self.resolve_orphans(new.iter().map(|kept| kept.group.key.clone()).collect());
        }
        self.alarm.set(new.iter().map(|group| (group.group.clone(), group.watch.clone())));
        running.groups = new;
    }

    fn launch(&self, group: Group, previous: Option<RunningGroup>) -> RunningGroup {
        let group = Arc::new(group);
        let (watch, stop) = (Arc::new(Watch::default()), self.stop.child_token());
        let previous = previous.map(|previous| {
            previous.stop.cancel();
            previous.group
        });
        let task = schedule::run(group.clone(), self.context.clone(), previous, watch.clone(), stop.clone());
        self.tasks.spawn_on(task, &self.runtime);
        RunningGroup { group, watch, stop }
    }

    /// Ends the alerts of groups that were there before the restart and are no longer.
    fn resolve_orphans(&self, kept: Vec<String>) {
        let context = self.context.clone();
        let work = move || {
            if let Err(error) = resolve_orphans(&context, &kept) {
                tracing::error!(error = error_chain(&error), "cannot end the alerts of groups that are gone");
            }
        };
        self.tasks.spawn_blocking_on(work, &self.runtime);
    }

    /// All groups, in the order they were applied.
    pub fn groups(&self) -> Vec<GroupStatus> {
        self.statuses().iter().map(|status| GroupStatus::clone(status)).collect()
    }

    /// All alerts that are pending or firing, in the order of groups and rules.
    pub fn alerts(&self) -> Vec<AlertStatus> {
        let mut alerts = Vec::new();
        for group in self.statuses() {
            for alert in group.rules.iter().filter_map(|rule| rule.alert.as_ref()) {
                alerts.extend(alert.alerts.iter().cloned());
            }
        }
        alerts
    }

    fn statuses(&self) -> Vec<Arc<GroupStatus>> {
        self.running.lock().groups.iter().map(|running| running.group.status()).collect()
    }

    /// Stops evaluating. Waits for evaluations that are under way, cancels them if they take long, and waits no
    /// more if that does not end them.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(STOP_WAIT, self.tasks.wait()).await.is_err() {
            self.halt.cancel();
            if tokio::time::timeout(STOP_WAIT, self.tasks.wait()).await.is_err() {
                tracing::error!(
                    "stopped while rules were being evaluated, because an evaluation does not end"
                );
            }
        }
    }
}

fn globals(options: &RulerOptions) -> Arc<Globals> {
    Arc::new(Globals::new(&options.external_labels, &options.external_url))
}

/// How long nothing was evaluated before `now`, as far as the catalog knows.
fn outage_before(catalog: &Catalog, now: Timestamp) -> Outage {
    let alive = catalog.mark(ALIVE_MARK).unwrap_or_else(|error| {
        tracing::error!(error = error_chain(&error), "cannot read when rules were last evaluated");
        None
    });
    let length = alive.map_or(Duration::ZERO, |alive| Duration::from_millis(now.millis_since(alive)));
    Outage { length, held_until: (length > OUTAGE_BRIDGED).then(|| now.plus(OUTAGE_GRACE)) }
}

/// Notes in the catalog, now and then, that rules are being evaluated.
async fn mark_alive(context: Arc<Context>, stop: CancellationToken) {
    loop {
        let this = context.clone();
        let mark = move || this.catalog.set_mark(ALIVE_MARK, this.clock.now());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(mark).await {
            tracing::error!(error = error_chain(&error), "cannot note that rules are being evaluated");
        }
        tokio::select! {
            () = tokio::time::sleep(ALIVE_EVERY.to_std()) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl VitalSource for Ruler {
    fn vitals(&self, out: &mut Vec<Vital>) {
        stats::vitals(&self.context, &self.statuses(), out);
    }
}

#[cfg(test)]
mod tests;
