//! Applying a changed configuration to the running parts.

use std::sync::Arc;

use collect::scrape::Scraper;
use notify::Notifier;
use parking_lot::Mutex;
use rules::Ruler;
use tracing::{error, info, warn};

use super::start::ruler_options;
use crate::config::{Config, Sources};

/// The parts that follow the configuration while they run.
pub(crate) struct Reloadable {
    pub(crate) sources: Sources,
    pub(crate) store: Arc<tsdb::Store>,
    pub(crate) scraper: Arc<Scraper>,
    pub(crate) ruler: Arc<Ruler>,
    pub(crate) notifier: Arc<Notifier>,
    pub(crate) external_url: String,
    /// The configuration at the start, which still holds for keys that are read only then.
    pub(crate) started: Config,
    pub(crate) one_at_a_time: Mutex<()>,
}

impl Reloadable {
    /// Reads everything again and applies it; the error says what is wrong, and then nothing has changed.
    pub(crate) fn reload(&self) -> Result<(), String> {
        let _turn = self.one_at_a_time.lock();
        match self.load_and_apply() {
            Ok(config) => {
                warn_of_restarts(&self.started, &config);
                info!("configuration reloaded");
                Ok(())
            }
            Err(message) => {
                error!(reason = message, "the changed configuration is refused, the old one stays in force");
                Err(message)
            }
        }
    }

    /// All that may fail comes before the first change.
    fn load_and_apply(&self) -> Result<Config, String> {
        let loaded = self.sources.load().map_err(|error| model::error_chain(&error))?;
        let groups = loaded.rule_groups().map_err(|error| model::error_chain(&error))?;
        let config = loaded.config;
        let receivers =
            self.notifier.prepare(config.notify.clone()).map_err(|error| model::error_chain(&error))?;
        let targets = self
            .scraper
            .prepare(&config.global.of_scrapes(), &config.scrape_configs)
            .map_err(|error| model::error_chain(&error))?;
        self.notifier.commit(receivers);
        self.scraper.commit(targets);
        self.ruler.apply_with(ruler_options(&config, &self.external_url), groups);
        self.store.set_retention(config.storage.retention.raw);
        Ok(config)
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
        rules: _,
        notify: _,
        log,
        global: _,
        scrape_configs: _,
        rule_files: _,
        alerting: _,
        remote_write: _,
        remote_read: _,
        scrape_config_files: _,
        tracing: _,
        otlp: _,
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
        ("log", old.log != *log),
    ];
    for (key, _) in fixed.iter().filter(|(_, changed)| *changed) {
        warn!(key, "this change takes effect at the next start");
    }
}
