//! The command line. Help, completion and the reference derive from these types.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Watches hosts and services: collects, stores, queries, shows and alerts.
///
/// `sextant serve` is all that is needed: it watches this host at once and shows it at http://127.0.0.1:8470/.
#[derive(Debug, Parser)]
#[command(name = "sextant", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server: collects this host, scrapes targets, takes remote write, evaluates rules, shows the UI.
    Serve(ConfigArgs),
    /// Asks a running server and prints the answer.
    Query(QueryArgs),
    /// Works with the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Prints the version.
    Version,
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the pages of the reference in Markdown.
    Reference {
        /// The page.
        page: Page,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Checks a configuration and the rule files that it names, and says what is wrong and where.
    Check(ConfigArgs),
}

/// Where the configuration comes from.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConfigArgs {
    /// The configuration file; a Prometheus file of `global`, `scrape_configs` and `rule_files` works too.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8470].
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// The folder that holds everything Sextant keeps [default: ./sextant-data].
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<String>,
    /// Sets any key of the configuration, such as `storage.retention.raw=30d`. May be given again.
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(crate) set: Vec<String>,
}

/// What to ask, and whom.
#[derive(Args, Debug)]
pub(crate) struct QueryArgs {
    /// The expression, in PromQL.
    pub(crate) query: String,
    /// The server, as a URL or as HOST:PORT.
    #[arg(long, default_value = "http://127.0.0.1:8470", value_name = "URL")]
    pub(crate) url: String,
    /// A file that holds the token, for servers that ask for one.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The time of an instant query: Unix seconds or RFC 3339 [default: now].
    #[arg(long, conflicts_with_all = ["start", "end", "step"])]
    pub(crate) time: Option<String>,
    /// The start of a range query.
    #[arg(long)]
    pub(crate) start: Option<String>,
    /// The end of a range query [default: now].
    #[arg(long, requires = "start")]
    pub(crate) end: Option<String>,
    /// The step of a range query, such as `15s` [default: a 250th of the range].
    #[arg(long, requires = "start")]
    pub(crate) step: Option<String>,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,
}

/// How to print an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Lines for people.
    Table,
    /// The server's JSON.
    Json,
    /// `series,timestamp,value`, timestamps in Unix seconds.
    Csv,
}

/// A page of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Every key of the configuration.
    Config,
    /// Every endpoint.
    Api,
    /// Every function of the query language.
    Functions,
    /// Every collector and metric of the host.
    Metrics,
    /// Every command and flag.
    Cli,
}
