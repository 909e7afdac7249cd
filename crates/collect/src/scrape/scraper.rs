//! All targets: starting, changing and ending them, and showing how they are.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use intake::Intake;
use model::{Clock, Labels, MetricDesc, Vital, VitalSource};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::check::{ScrapeConfigError, check};
use super::config::{GlobalConfig, ScrapeConfig};
use super::job::Job;
use super::status::{DroppedTarget, Health, TargetMetadata, TargetStatus, Targets};
use super::target::{Discovered, discover};
use super::target_loop::{End, Plan, Shared, State, TargetTask};

static TARGETS: MetricDesc =
    MetricDesc::gauge("sextant_scrape_targets", "Scrape targets by how their last scrape went.");
static SCRAPES: MetricDesc = MetricDesc::counter("sextant_scrapes_total", "Scrapes, failed ones included.");
static FAILURES: MetricDesc = MetricDesc::counter("sextant_scrape_failures_total", "Scrapes that failed.");
static SAMPLES: MetricDesc =
    MetricDesc::counter("sextant_scrape_samples_total", "Samples that scrape targets exposed.");

/// Scrapes all configured targets.
///
/// Tasks run on the runtime it was made with, one per target, from [`apply`](Self::apply) on. Dropping a
/// scraper ends them as [`stop`](Self::stop) does, but does not wait.
#[derive(Debug)]
pub struct Scraper {
    shared: Arc<Shared>,
    runtime: Handle,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    tasks: Vec<Task>,
    dropped: Vec<DroppedTarget>,
}

/// A target that is being scraped.
#[derive(Debug)]
struct Task {
    plan: Plan,
    state: Arc<State>,
    end: oneshot::Sender<End>,
    join: JoinHandle<()>,
}

/// Configurations that can be taken over without failing, see [`Scraper::prepare`].
#[derive(Debug)]
#[must_use = "nothing changes until it is committed"]
pub struct Prepared {
    plans: Vec<Plan>,
    dropped: Vec<DroppedTarget>,
}

impl Scraper {
    /// A scraper without targets, whose samples go to `intake` and get their times from `clock`.
    pub fn new(intake: Arc<Intake>, clock: Arc<dyn Clock>, runtime: Handle) -> Self {
        let shared = Shared {
            intake,
            clock,
            scrapes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            samples: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), runtime, running: Mutex::default() }
    }

    /// Checks a list of scrape configurations without applying it. Certificates are read.
    pub fn check(global: &GlobalConfig, configs: &[ScrapeConfig]) -> Result<(), ScrapeConfigError> {
        check(global, configs)?;
        for config in configs {
            Job::new(config)?;
            discover(global, config)?;
        }
        Ok(())
    }

    /// Replaces all configurations, or none if one of them is at fault: [`prepare`](Self::prepare) and
    /// [`commit`](Self::commit).
    pub fn apply(&self, global: &GlobalConfig, configs: Vec<ScrapeConfig>) -> Result<(), ScrapeConfigError> {
        self.commit(self.prepare(global, &configs)?);
        Ok(())
    }

    /// Does all that may fail of replacing the configurations, and changes nothing. Certificates are read.
    pub fn prepare(
        &self,
        global: &GlobalConfig,
        configs: &[ScrapeConfig],
    ) -> Result<Prepared, ScrapeConfigError> {
        check(global, configs)?;
        let (plans, dropped) = make_plans(global, configs, &self.running.lock().tasks)?;
        Ok(Prepared { plans, dropped })
    }

    /// Replaces all configurations by the prepared ones.
    ///
    /// Unchanged targets go on undisturbed. A target whose settings changed goes on with its series; those of
    /// a target that is gone end with staleness markers.
    pub fn commit(&self, prepared: Prepared) {
        let mut running = self.running.lock();
        let mut old = OldTasks::new(std::mem::take(&mut running.tasks));
        let mut changed = Vec::new();
        for plan in prepared.plans {
            match old.take_same(&plan) {
                Some(task) => running.tasks.push(Task { plan, ..task }),
                None => changed.push(plan),
            }
        }
        for plan in changed {
            let before = old.take_similar(&plan);
            running.tasks.push(self.start(plan, before));
        }
        running.dropped = prepared.dropped;
        running.tasks.sort_by(|a, b| a.order().cmp(&b.order()));
        for task in old.into_rest() {
            // An error means that the task has ended already.
            let _ = task.end.send(End::Removed);
        }
    }

    fn start(&self, plan: Plan, before: Option<Task>) -> Task {
        let (end, ended) = oneshot::channel();
        let (state, join_before) = match before {
            Some(task) => {
                let _ = task.end.send(End::Passed);
                (task.state, Some(task.join))
            }
            None => (Arc::default(), None),
        };
        let inherits = join_before.is_some();
        let task = TargetTask { plan: plan.clone(), state: state.clone(), shared: self.shared.clone() };
        let run = async move {
            if let Some(before) = join_before {
                // An error means that it panicked; what it stored stands.
                let _ = before.await;
            }
            if inherits {
                task.state.memory.lock().forget_settings();
            }
            task.run(ended).await;
        };
        Task { plan, state, end, join: self.runtime.spawn(run) }
    }

    /// All targets and how they are.
    pub fn targets(&self) -> Targets {
        let running = self.running.lock();
        Targets { active: running.tasks.iter().map(Task::status).collect(), dropped: running.dropped.clone() }
    }

    /// What every target says about its metrics, by target, then family.
    pub fn metadata(&self) -> Vec<TargetMetadata> {
        let running = self.running.lock();
        let of_task = |task: &Task| -> Vec<TargetMetadata> {
            let status = task.state.status.lock();
            let target = &task.plan.target.labels;
            let row = |(metric, metadata): (&Arc<str>, &model::Metadata)| TargetMetadata {
                target: target.clone(),
                metric: metric.clone(),
                metadata: metadata.clone(),
            };
            status.metadata.iter().map(row).collect()
        };
        running.tasks.iter().flat_map(of_task).collect()
    }

    /// Ends all tasks and waits until what they have begun to store is stored. No series ends: the process
    /// that follows goes on with them.
    pub async fn stop(&self) {
        let tasks = std::mem::take(&mut *self.running.lock()).tasks;
        let mut joins = Vec::with_capacity(tasks.len());
        for task in tasks {
            let _ = task.end.send(End::Passed);
            joins.push(task.join);
        }
        for join in joins {
            let _ = join.await;
        }
    }
}

impl Task {
    fn order(&self) -> (&str, &Labels) {
        (self.plan.job.name(), &self.plan.target.labels)
    }

    fn status(&self) -> TargetStatus {
        let target = &self.plan.target;
        let status = self.state.status.lock();
        TargetStatus {
            discovered_labels: target.discovered_labels.clone(),
            labels: target.labels.clone(),
            scrape_pool: self.plan.job.name().to_owned(),
            scrape_url: target.shown_url(),
            global_url: target.shown_url(),
            last_error: status.last_error.clone(),
            last_scrape: status.last_scrape,
            last_scrape_duration_seconds: status.last_scrape_duration_seconds,
            health: status.health,
            scrape_interval: target.interval,
            scrape_timeout: target.timeout,
        }
    }
}

/// What to run for the configurations. Jobs that stay the same are taken from the running tasks.
fn make_plans(
    global: &GlobalConfig,
    configs: &[ScrapeConfig],
    running: &[Task],
) -> Result<(Vec<Plan>, Vec<DroppedTarget>), ScrapeConfigError> {
    let jobs: HashMap<&str, &Arc<Job>> =
        running.iter().map(|task| (task.plan.job.name(), &task.plan.job)).collect();
    let (mut plans, mut dropped) = (Vec::new(), Vec::new());
    for config in configs {
        let job = match jobs.get(config.job_name.as_str()) {
            Some(job) if job.serves(config) => Arc::clone(job),
            _ => Arc::new(Job::new(config)?),
        };
        let Discovered { active, dropped: job_dropped } = discover(global, config)?;
        let (found, limit) = (active.len(), config.target_limit);
        let too_many = (limit > 0 && found as u64 > limit).then_some((found, limit));
        plans.extend(active.into_iter().map(|target| Plan { target, job: job.clone(), too_many }));
        dropped.extend(job_dropped);
    }
    Ok((plans, dropped))
}

/// Tasks of the configuration before, by job and labels.
struct OldTasks(HashMap<(String, Labels), Vec<Task>>);

impl OldTasks {
    fn new(tasks: Vec<Task>) -> Self {
        let mut old: HashMap<_, Vec<Task>> = HashMap::new();
        for task in tasks {
            old.entry(key(&task.plan)).or_default().push(task);
        }
        Self(old)
    }

    /// The task that does already what `plan` asks for.
    fn take_same(&mut self, plan: &Plan) -> Option<Task> {
        let tasks = self.0.get_mut(&key(plan))?;
        let at = tasks.iter().position(|task| task.plan.does(plan))?;
        Some(tasks.swap_remove(at))
    }

    /// A task with the same job and labels, so the same series.
    fn take_similar(&mut self, plan: &Plan) -> Option<Task> {
        self.0.get_mut(&key(plan))?.pop()
    }

    fn into_rest(self) -> impl Iterator<Item = Task> {
        self.0.into_values().flatten()
    }
}

fn key(plan: &Plan) -> (String, Labels) {
    (plan.job.name().to_owned(), plan.target.labels.clone())
}

impl VitalSource for Scraper {
    fn vitals(&self, out: &mut Vec<Vital>) {
        let running = self.running.lock();
        let healths: Vec<Health> = running.tasks.iter().map(|task| task.state.status.lock().health).collect();
        for health in Health::ALL {
            let count = healths.iter().filter(|found| **found == health).count();
            let labels = vec![("health", health.as_str().to_owned())];
            out.push(Vital { desc: &TARGETS, labels, value: count as f64 });
        }
        let counters = [
            (&SCRAPES, &self.shared.scrapes),
            (&FAILURES, &self.shared.failures),
            (&SAMPLES, &self.shared.samples),
        ];
        for (desc, counter) in counters {
            out.push(Vital::plain(desc, counter.load(Ordering::Relaxed) as f64));
        }
    }
}

#[cfg(test)]
mod tests;
