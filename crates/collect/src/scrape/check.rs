//! What must hold in a list of scrape configurations beyond the types of its keys.

use std::collections::HashSet;
use std::path::PathBuf;

use model::Duration;

use super::config::{GlobalConfig, ScrapeConfig};
use super::relabel::{RelabelAction, RelabelConfig};

/// Why scrape configurations are refused. Nothing of the list is applied then.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeConfigError {
    /// A key has a value that cannot be.
    #[error("scrape job `{job}`: {key}: {message}")]
    Invalid {
        /// The job's name.
        job: String,
        /// The key within the job.
        key: String,
        /// What is wrong with it.
        message: String,
    },
    /// A file that a key names cannot be used.
    #[error("scrape job `{job}`: {key}: cannot read `{}`", path.display())]
    File {
        /// The job's name.
        job: String,
        /// The key within the job.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The HTTP client of a job cannot be made.
    #[error("scrape job `{job}`: cannot make an HTTP client")]
    Client {
        /// The job's name.
        job: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

impl ScrapeConfigError {
    /// The name of the job that is at fault.
    pub fn job(&self) -> &str {
        match self {
            Self::Invalid { job, .. } | Self::File { job, .. } | Self::Client { job, .. } => job,
        }
    }
}

/// A key and what is wrong with it.
type Fault = (String, String);

fn fault(key: impl Into<String>, message: impl Into<String>) -> Result<(), Fault> {
    Err((key.into(), message.into()))
}

/// Checks a whole list.
pub(super) fn check(global: &GlobalConfig, configs: &[ScrapeConfig]) -> Result<(), ScrapeConfigError> {
    let mut names = HashSet::new();
    for config in configs {
        let unique = if names.insert(&config.job_name) {
            Ok(())
        } else {
            fault("job_name", "another job has the same name")
        };
        unique.and_then(|()| check_job(global, config)).map_err(|(key, message)| {
            ScrapeConfigError::Invalid { job: config.job_name.clone(), key, message }
        })?;
    }
    Ok(())
}

fn check_job(global: &GlobalConfig, config: &ScrapeConfig) -> Result<(), Fault> {
    if config.job_name.is_empty() {
        return fault("job_name", "is empty");
    }
    check_times(global, config)?;
    check_credentials(config)?;
    if config.fallback_scrape_protocol.is_some_and(|protocol| protocol.format().is_none()) {
        return fault("fallback_scrape_protocol", "protobuf is not supported");
    }
    if !config.scrape_protocols.is_empty() && config.scrape_protocols.iter().all(|p| p.format().is_none()) {
        return fault("scrape_protocols", "none of them is supported; add `OpenMetricsText1.0.0`");
    }
    if let Some(tls) = &config.tls_config
        && tls.cert_file.is_some() != tls.key_file.is_some()
    {
        return fault("tls_config", "`cert_file` and `key_file` must be given together");
    }
    for (at, group) in config.static_configs.iter().enumerate() {
        for target in &group.targets {
            check_target(target)
                .or_else(|message| fault(format!("static_configs[{at}].targets"), message))?;
        }
    }
    check_rules("relabel_configs", &config.relabel_configs)?;
    check_rules("metric_relabel_configs", &config.metric_relabel_configs)
}

/// The interval and the timeout that a job ends up with.
pub(super) fn times(global: &GlobalConfig, config: &ScrapeConfig) -> (Duration, Duration) {
    let interval = config.scrape_interval.unwrap_or(global.scrape_interval);
    (interval, config.scrape_timeout.unwrap_or(global.scrape_timeout.min(interval)))
}

fn check_times(global: &GlobalConfig, config: &ScrapeConfig) -> Result<(), Fault> {
    let (interval, timeout) = times(global, config);
    if interval.is_zero() {
        return fault("scrape_interval", "must not be zero");
    }
    if timeout.is_zero() {
        return fault("scrape_timeout", "must not be zero");
    }
    if timeout > interval {
        return fault("scrape_timeout", format!("{timeout} is longer than the scrape interval {interval}"));
    }
    Ok(())
}

fn check_credentials(config: &ScrapeConfig) -> Result<(), Fault> {
    let bearer = config.bearer_token.is_some() || config.bearer_token_file.is_some();
    let ways = [config.basic_auth.is_some(), config.authorization.is_some(), bearer];
    if ways.iter().filter(|way| **way).count() > 1 {
        return fault("authorization", "give one of `basic_auth`, `authorization` and `bearer_token`");
    }
    if config.bearer_token.is_some() && config.bearer_token_file.is_some() {
        return fault("bearer_token", "give one of `bearer_token` and `bearer_token_file`");
    }
    if let Some(basic) = &config.basic_auth
        && basic.password.is_some()
        && basic.password_file.is_some()
    {
        return fault("basic_auth", "give one of `password` and `password_file`");
    }
    let Some(authorization) = &config.authorization else { return Ok(()) };
    if authorization.credentials.is_some() && authorization.credentials_file.is_some() {
        return fault("authorization", "give one of `credentials` and `credentials_file`");
    }
    match authorization.kind.as_deref().map(str::trim) {
        Some(kind) if kind.eq_ignore_ascii_case("basic") => {
            fault("authorization.type", "use `basic_auth` for basic authentication")
        }
        _ => Ok(()),
    }
}

/// Whether `target` is `host:port` or a host alone.
pub(super) fn check_target(target: &str) -> Result<(), String> {
    match target {
        "" => Err("a target is empty; write `host:port`".to_owned()),
        _ if target.contains("://") => Err(format!(
            "`{target}` is a URL; write `host:port` and use `scheme` and `metrics_path` for the rest"
        )),
        _ if target.contains('/') => {
            Err(format!("`{target}` has a path; write `host:port` and use `metrics_path` for the rest"))
        }
        _ => Ok(()),
    }
}

fn check_rules(key: &str, rules: &[RelabelConfig]) -> Result<(), Fault> {
    for (at, rule) in rules.iter().enumerate() {
        check_rule(rule).or_else(|(name, message)| fault(format!("{key}[{at}].{name}"), message))?;
    }
    Ok(())
}

fn check_rule(rule: &RelabelConfig) -> Result<(), Fault> {
    use RelabelAction as Action;
    let action = rule.action.as_str();
    let default = RelabelConfig::default();
    match rule.action {
        Action::Replace
        | Action::HashMod
        | Action::Lowercase
        | Action::Uppercase
        | Action::KeepEqual
        | Action::DropEqual
            if rule.target_label.is_empty() =>
        {
            fault("target_label", format!("is needed for the action `{action}`"))
        }
        Action::HashMod if rule.modulus.unwrap_or(0) == 0 => {
            fault("modulus", "is needed for the action `hashmod`, and must not be 0")
        }
        Action::LabelMap if rule.replacement.is_empty() => {
            fault("replacement", "must not be empty for the action `labelmap`")
        }
        Action::LabelDrop | Action::LabelKeep
            if *rule
                != (RelabelConfig { regex: rule.regex.clone(), action: rule.action, ..default.clone() }) =>
        {
            fault("action", format!("`{action}` takes `regex` alone, no other key"))
        }
        Action::KeepEqual | Action::DropEqual
            if rule.regex != default.regex
                || rule.replacement != default.replacement
                || rule.separator != default.separator
                || rule.modulus.is_some() =>
        {
            fault("action", format!("`{action}` takes `source_labels` and `target_label`, no other key"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
