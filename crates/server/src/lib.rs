//! HTTP and WebSocket: the Prometheus API, remote write, live data, the embedded UI.
//!
//! This is the only crate that knows HTTP and the JSON that clients see; inner types are turned into it here.
//! It knows nothing of flags and configuration files. Reading order: [`App`] (what handlers share), `router`
//! (the table of endpoints), `api` (one file per resource), `live`, `guard` (who may call).

mod answer;
mod api;
mod app;
mod evaluation;
mod guard;
mod live;
mod operate;
mod params;
mod router;
mod serve;
mod ui;

pub use app::{App, BuildInfo, Parts, QueryLimits, Reload};
pub use guard::Access;
pub use router::{ENDPOINTS, Endpoint, router};
pub use serve::serve;
