//! Why the server cannot start or go on.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address is taken or not ours.
    #[error(
        "{place}: server.listen: cannot listen on {address} (stop the other program or choose another port)"
    )]
    Listen {
        /// Where the key was set.
        place: String,
        /// The address.
        address: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The data directory cannot be made.
    #[error("{place}: storage.data_dir: cannot write to `{}`", dir.display())]
    DataDir {
        /// Where the key was set.
        place: String,
        /// The folder.
        dir: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The store cannot be opened.
    #[error("{place}: storage.data_dir")]
    Store {
        /// Where the key was set.
        place: String,
        /// The store's reason.
        source: tsdb::OpenError,
    },
    /// The catalog cannot be opened.
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    /// The token cannot be read.
    #[error("auth.token_file: {0}")]
    Token(String),
    /// The host's collectors cannot start.
    #[error("{place}: collect.host")]
    Host {
        /// Where the key was set.
        place: String,
        /// The collectors' reason.
        source: collect::host::CollectError,
    },
    /// The scrape configurations cannot be applied.
    #[error("{place}: scrape_configs")]
    Scrape {
        /// Where the key was set.
        place: String,
        /// The scraper's reason.
        source: collect::scrape::ScrapeConfigError,
    },
    /// Receivers cannot be set up.
    #[error("{place}: notify")]
    Notify {
        /// Where the key was set.
        place: String,
        /// The notifier's reason.
        source: notify::NotifyError,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The operating system refuses threads or sockets.
    #[error("the server cannot go on")]
    Runtime(#[source] io::Error),
    /// What is in memory could not be written at the stop.
    #[error("cannot close the store")]
    Close(#[source] model::store::StoreError),
}

impl ServeError {
    /// Whether the set-up is wrong rather than Sextant or the machine.
    pub(crate) const fn is_setup(&self) -> bool {
        !matches!(self, Self::Runtime(_) | Self::Close(_))
    }
}
