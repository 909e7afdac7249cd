//! Faults that only show when values are put together or looked up.

use std::path::Path;

use collect::scrape::Scraper;

use super::layers::Loaded;
use super::{AuthMode, ConfigError};

/// A token must have this many characters.
pub(crate) const TOKEN_CHARS_MIN: usize = 16;

/// Refuses what could not work, before anything is opened.
pub(crate) fn check(loaded: &Loaded) -> Result<(), ConfigError> {
    exposure(loaded)?;
    durations(loaded)?;
    host(loaded)?;
    rule_files(loaded)?;
    receivers(loaded)?;
    scrape_configs(loaded)
}

fn fault(loaded: &Loaded, key: &'static str, message: String) -> ConfigError {
    ConfigError::Check { place: loaded.place(key), key, message }
}

/// Anything that is not loopback must be signed in, and signing in needs a token.
fn exposure(loaded: &Loaded) -> Result<(), ConfigError> {
    let config = &loaded.config;
    let listen = config.server.listen.0;
    match (config.auth.mode, &config.auth.token_file) {
        (AuthMode::Open, _) if listen.ip().is_loopback() => Ok(()),
        (AuthMode::Open, _) => {
            let message = format!("`{listen}` is not a loopback address, so `auth.mode` must be `required`");
            Err(fault(loaded, "server.listen", message))
        }
        (AuthMode::Required, None) => {
            let message = "`required` needs `auth.token_file`, a file that holds the token".to_owned();
            Err(fault(loaded, "auth.mode", message))
        }
        (AuthMode::Required, Some(path)) => {
            let path = config.resolve(loaded.file(), path);
            read_token(&path).map(drop).map_err(|message| fault(loaded, "auth.token_file", message))
        }
    }
}

/// A token's file may be this long, in bytes.
const TOKEN_BYTES_MAX: u64 = 4096;

/// The token in a file, without the white space around it.
pub(crate) fn read_token(path: &Path) -> Result<String, String> {
    let text = super::layers::read_text(path, TOKEN_BYTES_MAX)
        .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let token = text.trim();
    if token.chars().count() < TOKEN_CHARS_MIN {
        return Err(format!("the token in `{}` has fewer than {TOKEN_CHARS_MIN} characters", path.display()));
    }
    Ok(token.to_owned())
}

/// Durations that mean "how often" or "how long" and cannot be zero.
fn durations(loaded: &Loaded) -> Result<(), ConfigError> {
    let config = &loaded.config;
    let positive = [
        ("self.interval", config.own.interval),
        ("collect.host.interval", config.collect.host.interval),
        ("query.timeout", config.query.timeout),
        ("query.lookback", config.query.lookback),
        ("rules.evaluation_interval", config.rules.evaluation_interval),
        ("storage.retention.raw", config.storage.retention.raw),
        ("notify.repeat_interval", config.notify.repeat_interval),
    ];
    match positive.iter().find(|(_, duration)| duration.is_zero()) {
        Some((key, _)) => Err(fault(loaded, key, "must be longer than zero, such as `15s`".to_owned())),
        None => Ok(()),
    }
}

fn host(loaded: &Loaded) -> Result<(), ConfigError> {
    let checked = loaded.config.collect.host.check();
    checked.map_err(|error| fault(loaded, "collect.host", model::error_chain(&error)))
}

fn receivers(loaded: &Loaded) -> Result<(), ConfigError> {
    loaded.config.notify.check().map_err(|error| {
        let message = model::error_chain(&error);
        // The message begins with the key, such as `receivers[1].name`.
        let key = message.split(':').next().unwrap_or_default().replace('[', ".").replace(']', "");
        ConfigError::Check { place: loaded.place(&format!("notify.{key}")), key: "notify", message }
    })
}

fn rule_files(loaded: &Loaded) -> Result<(), ConfigError> {
    for (index, pattern) in loaded.config.rule_files.iter().enumerate() {
        let path = loaded.config.resolve(loaded.file(), Path::new(pattern));
        let is_glob = pattern.contains(['*', '?', '[']);
        if !is_glob && !path.is_file() {
            return Err(ConfigError::Check {
                place: loaded.place(&format!("rule_files.{index}")),
                key: "rule_files",
                message: format!("there is no file `{}`", path.display()),
            });
        }
    }
    loaded.rule_groups().map(drop)
}

fn scrape_configs(loaded: &Loaded) -> Result<(), ConfigError> {
    let config = &loaded.config;
    let checked = Scraper::check(&config.global.of_scrapes(), &config.scrape_configs);
    checked.map_err(|error| {
        // Where a name occurs twice, the later one is the one too many.
        let index = config.scrape_configs.iter().rposition(|scrape| scrape.job_name == error.job());
        let key =
            index.map_or_else(|| "scrape_configs".to_owned(), |index| format!("scrape_configs.{index}"));
        ConfigError::Check {
            place: loaded.place(&key),
            key: "scrape_configs",
            message: model::error_chain(&error),
        }
    })
}

impl Loaded {
    /// All rule groups: the stock ones, then those of the rule files.
    pub(crate) fn rule_groups(&self) -> Result<Vec<rules::RuleGroup>, ConfigError> {
        let config = &self.config;
        let mut groups = if config.rules.stock { rules::stock() } else { Vec::new() };
        let resolve =
            |pattern: &String| config.resolve(self.file(), Path::new(pattern)).to_string_lossy().into_owned();
        let paths: Vec<_> = config.rule_files.iter().map(resolve).collect();
        groups.extend(rules::load(&paths)?);
        Ok(groups)
    }
}
