//! The limit on open files: each part of the store, connection and target takes one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Fewer than this may not do for years of data and a thousand targets.
const WANTED: u64 = 65_536;

/// Raises the soft limit as far as the hard one allows and Sextant could want.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(WANTED, |hard| hard.min(WANTED));
    let Some(now) = limit.current.filter(|soft| *soft < wanted) else { return };
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        warn!(%error, now, wanted, "cannot raise the limit on open files");
    }
}
