//! What all targets of one job share.

use super::check::ScrapeConfigError;
use super::client::Fetcher;
use super::config::ScrapeConfig;

/// The settings of a job, without what only decides about its targets.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) config: ScrapeConfig,
    pub(super) fetcher: Fetcher,
}

impl Job {
    pub(super) fn new(config: &ScrapeConfig) -> Result<Self, ScrapeConfigError> {
        Ok(Self { config: settings(config), fetcher: Fetcher::new(config)? })
    }

    /// Whether targets of this job may go on when `config` takes its place. Certificates are read anew at
    /// every reload, as the files may have changed.
    pub(super) fn serves(&self, config: &ScrapeConfig) -> bool {
        self.config.tls_config.is_none() && self.config == settings(config)
    }

    pub(super) fn name(&self) -> &str {
        &self.config.job_name
    }
}

fn settings(config: &ScrapeConfig) -> ScrapeConfig {
    ScrapeConfig {
        scrape_interval: None,
        scrape_timeout: None,
        static_configs: Vec::new(),
        relabel_configs: Vec::new(),
        target_limit: 0,
        ..config.clone()
    }
}
