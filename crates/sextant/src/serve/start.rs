//! Opening and starting the parts, in the order in which they need each other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use collect::host::Host;
use collect::scrape::Scraper;
use intake::{Intake, Limits};
use model::store::Queryable;
use model::{Clock, Labels, LabelsBuilder, SystemClock, VitalSource};
use notify::Notifier;
use parking_lot::Mutex;
use promql::{Engine, EngineOptions};
use rules::{Ruler, RulerOptions};
use server::{Access, App, BuildInfo, Parts, QueryLimits, Reload};
use tokio::net::TcpListener;
use tracing::{info, warn};
use tsdb::{Store, SyncPolicy};

use super::error::ServeError;
use super::own::Process;
use super::reload::Reloadable;
use super::upkeep::Upkeep;
use crate::config::{AuthMode, Config, Loaded, read_token};

/// Everything that runs.
pub(crate) struct Running {
    pub(crate) app: Arc<App>,
    pub(crate) reload: Reload,
    host: Arc<Host>,
    scraper: Arc<Scraper>,
    ruler: Arc<Ruler>,
    notifier: Arc<Notifier>,
    upkeep: Vec<Upkeep>,
    store: Arc<Store>,
}

pub(crate) async fn listen(loaded: &Loaded) -> Result<TcpListener, ServeError> {
    let address = loaded.config.server.listen.0;
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen {
        place: loaded.place("server.listen"),
        address,
        source,
    })
}

impl Running {
    /// Opens the data and starts all parts; must be called inside the runtime.
    pub(crate) fn open(loaded: &Loaded, address: SocketAddr) -> Result<Self, ServeError> {
        let config = &loaded.config;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let access = access(loaded)?;
        let store = Arc::new(open_store(loaded, clock.clone())?);
        let catalog = Arc::new(open_catalog(config)?);
        let intake = Arc::new(Intake::new(store.clone(), limits(config)));
        let engine = Arc::new(Engine::new(engine_options(config)));
        let instance = instance_name(config);
        let url = external_url(config, address, &instance);
        let notifier = start_notifier(loaded, &catalog, &clock, &url)?;
        let ruler = start_ruler(loaded, &engine, &store, &intake, &catalog, &notifier, &clock, &url)?;
        let scraper = start_scraper(loaded, &intake, &clock)?;
        let host = Arc::new(
            Host::start(config.collect.host.clone(), instance.clone(), intake.clone(), clock.clone())
                .map_err(|source| ServeError::Host { place: loaded.place("collect.host"), source })?,
        );
        let vitals: Vec<Arc<dyn VitalSource>> = vec![
            Arc::new(Process),
            store.clone(),
            intake.clone(),
            host.clone(),
            scraper.clone(),
            ruler.clone(),
            notifier.clone(),
        ];
        let mut upkeep = vec![Upkeep::of_store(store.clone())];
        if config.own.enabled {
            let interval = config.own.interval;
            upkeep.push(Upkeep::of_vitals(interval, instance, vitals.clone(), intake.clone(), clock.clone()));
        }
        let reload = reload_of(Reloadable {
            sources: loaded.sources.clone(),
            store: store.clone(),
            scraper: scraper.clone(),
            ruler: ruler.clone(),
            notifier: notifier.clone(),
            external_url: url,
            started: config.clone(),
            one_at_a_time: Mutex::new(()),
        });
        let parts = Parts {
            store: store.clone(),
            engine,
            intake,
            scraper: scraper.clone(),
            ruler: ruler.clone(),
            vitals,
            clock,
        };
        let app = App::new(parts, query_limits(config), build_info(), access, reload.clone());
        Ok(Self { app, reload, host, scraper, ruler, notifier, upkeep, store })
    }

    /// Stops sources first, then what reacts to them, then the store.
    pub(crate) async fn close(self) -> Result<(), ServeError> {
        self.app.set_ready(false);
        self.host.stop();
        self.scraper.stop().await;
        self.ruler.stop().await;
        self.notifier.stop().await;
        let (upkeep, store) = (self.upkeep, self.store);
        store.stop_maintenance();
        let closed = tokio::task::spawn_blocking(move || {
            drop(upkeep);
            store.sync()
        });
        closed.await.map_err(|error| ServeError::Runtime(error.into()))?.map_err(ServeError::Close)
    }
}

fn access(loaded: &Loaded) -> Result<Access, ServeError> {
    let auth = &loaded.config.auth;
    match (auth.mode, &auth.token_file) {
        (AuthMode::Open, _) => Ok(Access::Open),
        // The check of the configuration says so with its place; this only makes sure.
        (AuthMode::Required, None) => Err(ServeError::Token("no file is named".to_owned())),
        (AuthMode::Required, Some(path)) => {
            let token = read_token(&loaded.config.resolve(loaded.file(), path)).map_err(ServeError::Token)?;
            Ok(Access::Token(token.into()))
        }
    }
}

fn open_store(loaded: &Loaded, clock: Arc<dyn Clock>) -> Result<Store, ServeError> {
    let storage = &loaded.config.storage;
    let place = || loaded.place("storage.data_dir");
    let dir = &storage.data_dir;
    std::fs::create_dir_all(dir).map_err(|source| ServeError::DataDir {
        place: place(),
        dir: dir.clone(),
        source,
    })?;
    let sync = match storage.sync_interval {
        interval if interval.is_zero() => SyncPolicy::Always,
        interval => SyncPolicy::Interval(interval),
    };
    let options = tsdb::Options { retention: storage.retention.raw, sync, ..tsdb::Options::default() };
    let store = Store::open(&dir.join("metrics"), options, clock)
        .map_err(|source| ServeError::Store { place: place(), source })?;
    tell_recovery(store.recovery(), dir);
    Ok(store)
}

fn open_catalog(config: &Config) -> Result<Catalog, ServeError> {
    let catalog = Catalog::open(&config.storage.data_dir.join("catalog.sqlite"))?;
    if let Some(file) = catalog.set_aside() {
        warn!(file = %file.display(), "the catalog was damaged and is set aside; alert states and undelivered notifications are lost");
    }
    Ok(catalog)
}

fn tell_recovery(recovery: &tsdb::Recovery, dir: &Path) {
    let samples = recovery.samples_replayed;
    info!(dir = %dir.display(), samples, segments = recovery.segments, "opened the store");
    if !recovery.is_clean() {
        let (cuts, quarantined) = (recovery.cuts.len(), recovery.quarantined.len());
        warn!(cuts, quarantined, "the store was damaged; what could not be verified is not served");
    }
}

fn limits(config: &Config) -> Limits {
    let limits = &config.limits;
    Limits {
        labels_per_series: limits.labels_per_series as usize,
        label_name_bytes: limits.label_name_bytes as usize,
        label_value_bytes: limits.label_value_bytes as usize,
    }
}

fn query_limits(config: &Config) -> QueryLimits {
    QueryLimits {
        timeout: config.query.timeout,
        max_concurrent: config.query.max_concurrent as usize,
        body_bytes: config.limits.body_bytes as usize,
    }
}

fn engine_options(config: &Config) -> EngineOptions {
    let query = &config.query;
    EngineOptions { lookback: query.lookback, max_samples: query.max_samples, ..EngineOptions::default() }
}

const fn build_info() -> BuildInfo {
    let revision = match option_env!("SEXTANT_REVISION") {
        Some(revision) => revision,
        None => "unknown",
    };
    BuildInfo { version: env!("CARGO_PKG_VERSION"), revision }
}

/// Where people reach this server. An address that stands for all addresses is no link; the host's name is.
fn external_url(config: &Config, address: SocketAddr, instance: &str) -> String {
    match &config.server.external_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => format!("http://{instance}:{}", address.port()),
        None => format!("http://{address}"),
    }
}

/// The host's name, as the label `instance` of its series.
fn instance_name(config: &Config) -> String {
    if let Some(name) = &config.collect.host.instance {
        return name.clone();
    }
    let path = config.collect.host.procfs.join("sys/kernel/hostname");
    let name = std::fs::read_to_string(path).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

fn start_notifier(
    loaded: &Loaded,
    catalog: &Arc<Catalog>,
    clock: &Arc<dyn Clock>,
    url: &str,
) -> Result<Arc<Notifier>, ServeError> {
    Notifier::start(loaded.config.notify.clone(), catalog.clone(), clock.clone(), url)
        .map(Arc::new)
        .map_err(|source| ServeError::Notify { place: loaded.place("notify"), source })
}

#[expect(clippy::too_many_arguments, reason = "rules stand between nearly all parts")]
fn start_ruler(
    loaded: &Loaded,
    engine: &Arc<Engine>,
    store: &Arc<Store>,
    intake: &Arc<Intake>,
    catalog: &Arc<Catalog>,
    notifier: &Arc<Notifier>,
    clock: &Arc<dyn Clock>,
    url: &str,
) -> Result<Arc<Ruler>, ServeError> {
    let options = ruler_options(&loaded.config, url);
    let queryable: Arc<dyn Queryable> = store.clone();
    let ruler = Ruler::start(
        options,
        engine.clone(),
        queryable,
        intake.clone(),
        catalog.clone(),
        notifier.clone(),
        clock.clone(),
    );
    ruler.apply(loaded.rule_groups()?);
    Ok(Arc::new(ruler))
}

/// What the rules take from the configuration beside their files.
pub(crate) fn ruler_options(config: &Config, url: &str) -> RulerOptions {
    RulerOptions {
        default_interval: config.global.evaluation_interval.unwrap_or(config.rules.evaluation_interval),
        external_labels: external_labels(config),
        external_url: url.to_owned(),
        query_timeout: config.query.timeout,
    }
}

fn external_labels(config: &Config) -> Labels {
    let mut labels = LabelsBuilder::new();
    for (name, value) in &config.global.external_labels {
        labels.set(name, value);
    }
    labels.build()
}

fn start_scraper(
    loaded: &Loaded,
    intake: &Arc<Intake>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<Scraper>, ServeError> {
    let config = &loaded.config;
    let scraper = Arc::new(Scraper::new(intake.clone(), clock.clone(), tokio::runtime::Handle::current()));
    scraper
        .apply(&config.global.of_scrapes(), config.scrape_configs.clone())
        .map_err(|source| ServeError::Scrape { place: loaded.place("scrape_configs"), source })?;
    Ok(scraper)
}

fn reload_of(parts: Reloadable) -> Reload {
    Arc::new(move || parts.reload())
}
