//! Applying a changed configuration to the running parts.

use std::sync::Arc;

use collect::scrape::Scraper;
use notify::Notifier;
use parking_lot::Mutex;
use rules::Ruler;
use tracing::{error, info, warn};

use crate::config::{Config, Loaded, Sources};

/// The parts that follow the configuration while they run.
pub(crate) struct Reloadable {
    pub(crate) sources: Sources,
    pub(crate) store: Arc<tsdb::Store>,
    pub(crate) scraper: Arc<Scraper>,
    pub(crate) ruler: Arc<Ruler>,
    pub(crate) notifier: Arc<Notifier>,
    /// The configuration in force.
    pub(crate) applied: Mutex<Config>,
}

impl Reloadable {
    /// Reads everything again and applies it; the error says what is wrong, and then nothing has changed.
    pub(crate) fn reload(&self) -> Result<(), String> {
        // One reload at a time.
        let mut applied = self.applied.lock();
        match self.load_and_apply() {
            Ok(loaded) => {
                warn_of_restarts(&applied, &loaded.config);
                *applied = loaded.config;
                info!("configuration reloaded");
                Ok(())
            }
            Err(message) => {
                error!(reason = message, "the changed configuration is refused, the old one stays in force");
                Err(message)
            }
        }
    }

    fn load_and_apply(&self) -> Result<Loaded, String> {
        let loaded = self.sources.load().map_err(|error| crate::chain::of(&error))?;
        let groups = loaded.rule_groups().map_err(|error| crate::chain::of(&error))?;
        let config = &loaded.config;
        self.notifier.apply(config.notify.clone()).map_err(|error| crate::chain::of(&error))?;
        self.scraper
            .apply(&config.global.of_scrapes(), config.scrape_configs.clone())
            .map_err(|error| crate::chain::of(&error))?;
        self.ruler.apply(groups);
        self.store.set_retention(config.storage.retention.raw);
        Ok(loaded)
    }
}

/// Names the keys that changed but are read at the start only.
fn warn_of_restarts(old: &Config, new: &Config) {
    // Taken apart in full, so that a key that is added later must be thought of here.
    let Config {
        server,
        auth,
        storage,
        collect,
        own,
        limits,
        query,
        rules,
        notify: _,
        log,
        global,
        scrape_configs: _,
        rule_files: _,
    } = new;
    let fixed = [
        ("server", old.server != *server),
        ("auth", old.auth != *auth),
        ("storage.data_dir", old.storage.data_dir != storage.data_dir),
        ("storage.sync_interval", old.storage.sync_interval != storage.sync_interval),
        ("collect.host", old.collect != *collect),
        ("self", old.own != *own),
        ("limits", old.limits != *limits),
        ("query", old.query != *query),
        ("rules.evaluation_interval", old.rules.evaluation_interval != rules.evaluation_interval),
        ("log", old.log != *log),
        ("global.evaluation_interval", old.global.evaluation_interval != global.evaluation_interval),
        ("global.external_labels", old.global.external_labels != global.external_labels),
    ];
    for (key, _) in fixed.iter().filter(|(_, changed)| *changed) {
        warn!(key, "this change takes effect at the next start");
    }
}
