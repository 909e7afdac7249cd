//! What can go wrong.

/// Why the catalog cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file cannot be opened or is no catalog.
    #[error("cannot open the catalog `{file}`")]
    Open {
        /// The file.
        file: String,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// A newer Sextant has written the file.
    #[error(
        "the catalog `{file}` has schema version {found}, this Sextant knows up to {known}: \
         use the newer Sextant or restore an older file"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// Reading or writing rows failed.
    #[error("cannot {action} in the catalog `{file}`")]
    Query {
        /// The file.
        file: String,
        /// What was tried.
        action: &'static str,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// A damaged file cannot be renamed.
    #[error("cannot set the damaged catalog `{file}` aside")]
    SetAside {
        /// The file.
        file: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
}
