//! One file per command.

mod query;
mod reference;

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::{Cli, Command, ConfigArgs, ConfigCommand};
use crate::config::{ConfigError, Loaded, Override, Sources};
use crate::serve::{self, ServeError};

/// Why a command ended without success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The user's input cannot be used; nothing was opened. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong; nothing was opened. Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server could not start or go on.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A query has no answer. Exit code 1.
    #[error(transparent)]
    Query(#[from] query::QueryFailure),
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Output(#[source] std::io::Error),
}

impl Failure {
    /// One line on standard error, with the chain of causes.
    pub(crate) fn print(&self) {
        let line = format!("sextant: {}", model::error_chain(self));
        // Nobody is left to tell if standard error is gone.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Config(_) => ExitCode::from(2),
            Self::Serve(error) if error.is_setup() => ExitCode::from(2),
            // A closed pipe is how readers such as `head` say "enough".
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}

pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Serve(args) => Ok(serve::run(load(args)?)?),
        Command::Query(args) => query::run(&args),
        Command::Config(ConfigCommand::Check(args)) => check(args),
        Command::Version => print(&format!("sextant {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "sextant", &mut script);
            print_bytes(&script)
        }
        Command::Reference { page } => print(&reference::page(page)),
    }
}

/// The configuration of a command line, checked.
fn load(args: ConfigArgs) -> Result<Loaded, Failure> {
    let flags = overrides(&args).map_err(Failure::Usage)?;
    let environment = environment().map_err(Failure::Usage)?;
    Ok(Sources::new(args.config, environment.into_iter(), flags).load()?)
}

/// All variables that are texts; one of ours that is none is an error.
fn environment() -> Result<Vec<(String, String)>, String> {
    let mut list = Vec::new();
    for (name, value) in std::env::vars_os() {
        // A name that is no text cannot be ours.
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => list.push((name, value)),
            Err(_) if name.starts_with("SEXTANT_") => return Err(format!("{name}: the value is not UTF-8")),
            Err(_) => {}
        }
    }
    Ok(list)
}

fn overrides(args: &ConfigArgs) -> Result<Vec<Override>, String> {
    let mut list = Vec::new();
    for item in &args.set {
        let (path, value) =
            item.split_once('=').ok_or_else(|| format!("--set {item}: write `KEY.PATH=VALUE`"))?;
        list.push(Override {
            origin: format!("--set {item}"),
            path: path.to_owned(),
            value: value.to_owned(),
        });
    }
    let named =
        [("--listen", "server.listen", &args.listen), ("--data-dir", "storage.data_dir", &args.data_dir)];
    for (flag, path, value) in named {
        if let Some(value) = value {
            let origin = format!("{flag} {value}");
            list.push(Override { origin, path: path.to_owned(), value: value.clone() });
        }
    }
    Ok(list)
}

fn check(args: ConfigArgs) -> Result<(), Failure> {
    let loaded = load(args)?;
    let groups = loaded.rule_groups()?;
    let rules: usize = groups.iter().map(|group| group.rules.len()).sum();
    let name = loaded.file().map_or_else(|| "configuration".to_owned(), |file| file.display().to_string());
    let scrapes = loaded.config.scrape_configs.len();
    let receivers = loaded.config.notify.receivers.len();
    let mut text = format!(
        "{name}: ok ({scrapes} scrape configurations, {} rule groups with {rules} rules, {receivers} receivers)\n",
        groups.len()
    );
    for group in &groups {
        for warning in &group.warnings {
            text.push_str(&format!("{}: group `{}`: warning: {warning}\n", group.file, group.name));
        }
    }
    print(&text)
}

fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::Output)
}
