//! What the handlers share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::store::Queryable;
use model::{Clock, Duration, Vital, VitalSource};

use crate::api::write::WritePlaces;
use crate::evaluation::Runner;
use crate::guard::Access;
use crate::live::Hub;

/// The parts of Sextant that the server shows and serves.
pub struct Parts {
    /// Where answers come from.
    pub store: Arc<tsdb::Store>,
    /// The query engine.
    pub engine: Arc<promql::Engine>,
    /// The gate for what is written.
    pub intake: Arc<intake::Intake>,
    /// Scrape targets.
    pub scraper: Arc<collect::scrape::Scraper>,
    /// Rules and alerts.
    pub ruler: Arc<rules::Ruler>,
    /// Everything that knows figures about itself.
    pub vitals: Vec<Arc<dyn VitalSource>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// Bounds on queries.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// A query is given up after this long.
    pub timeout: Duration,
    /// Queries that run at the same time.
    pub max_concurrent: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
}

/// What this program is.
#[derive(Clone, Copy, Debug)]
pub struct BuildInfo {
    /// The version, such as `0.1.0`.
    pub version: &'static str,
    /// The revision it was built from, or `unknown`.
    pub revision: &'static str,
}

/// Applies a changed configuration; the text of the error is for the caller.
pub type Reload = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Everything that a handler may need.
pub struct App {
    pub(crate) parts: Parts,
    pub(crate) limits: QueryLimits,
    pub(crate) build: BuildInfo,
    pub(crate) access: Access,
    pub(crate) reload: Reload,
    /// Runs whatever reads the store for a client.
    pub(crate) evaluations: Runner,
    pub(crate) writes: WritePlaces,
    pub(crate) live: Hub,
    ready: AtomicBool,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl App {
    /// Puts the parts together. Not ready until [`App::set_ready`].
    pub fn new(
        parts: Parts,
        limits: QueryLimits,
        build: BuildInfo,
        access: Access,
        reload: Reload,
    ) -> Arc<Self> {
        let evaluations = Runner::new(limits.max_concurrent, limits.timeout);
        // Live answers can wait for the next sample; half of the places stay for those who ask once.
        let live = Hub::new(&parts, evaluations.portion(limits.max_concurrent / 2));
        let writes = WritePlaces::new(limits.body_bytes);
        let ready = AtomicBool::new(false);
        Arc::new(Self { parts, limits, build, access, reload, evaluations, writes, live, ready })
    }

    /// Says whether requests will be answered as they should be.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    pub(crate) fn store(&self) -> &dyn Queryable {
        self.parts.store.as_ref()
    }

    pub(crate) fn vitals(&self) -> Vec<Vital> {
        let mut out = Vec::new();
        for source in &self.parts.vitals {
            source.vitals(&mut out);
        }
        out
    }
}
