//! Fetching an answer over HTTP.

use std::io::Read as _;
use std::path::Path;
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Identity, StatusCode};
use wire::exposition::Format;

use super::check::ScrapeConfigError;
use super::config::{BODY_SIZE_DEFAULT, ScrapeConfig, Secret, TlsConfig};
use super::error::ScrapeError;
use super::protocol::{ScrapeProtocol, accept_header};
use super::target::Target;

/// As Prometheus follows at most.
const REDIRECTS_MAX: usize = 10;

/// A file with credentials is no larger.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

const USER_AGENT: &str = concat!("Sextant/", env!("CARGO_PKG_VERSION"));

/// What a target answered, decompressed.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) format: Format,
    pub(super) body: Vec<u8>,
}

/// Fetches the answers of one job's targets.
#[derive(Debug)]
pub(super) struct Fetcher {
    client: Client,
    accept: String,
    credentials: Credentials,
    body_size_limit_bytes: u64,
    fallback: Option<Format>,
}

impl Fetcher {
    pub(super) fn new(config: &ScrapeConfig) -> Result<Self, ScrapeConfigError> {
        let limit = config.body_size_limit;
        let limit = if limit.as_bytes() == 0 { BODY_SIZE_DEFAULT } else { limit };
        Ok(Self {
            client: build_client(config)?,
            accept: accept_header(&config.scrape_protocols),
            credentials: Credentials::of(config),
            body_size_limit_bytes: limit.as_bytes(),
            fallback: config.fallback_scrape_protocol.and_then(ScrapeProtocol::format),
        })
    }

    /// Fetches within the target's timeout.
    pub(super) async fn fetch(&self, target: &Target) -> Result<Answer, ScrapeError> {
        match tokio::time::timeout(target.timeout.to_std(), self.fetch_slowly(target)).await {
            Ok(result) => result,
            Err(_) => Err(ScrapeError::Timeout(target.timeout)),
        }
    }

    async fn fetch_slowly(&self, target: &Target) -> Result<Answer, ScrapeError> {
        let mut request = self
            .client
            .get(target.url.clone())
            .header(ACCEPT, &self.accept)
            .header("X-Prometheus-Scrape-Timeout-Seconds", target.timeout.as_secs_f64().to_string());
        if let Some(header) = self.credentials.header().await? {
            request = request.header(AUTHORIZATION, header);
        }
        let response = request.send().await.map_err(fetch_error)?;
        if response.status() != StatusCode::OK {
            return Err(ScrapeError::Status(response.status()));
        }
        let format = self.format(response.headers().get(CONTENT_TYPE))?;
        let body = self.read_body(response).await?;
        Ok(Answer { format, body })
    }

    fn format(&self, content_type: Option<&HeaderValue>) -> Result<Format, ScrapeError> {
        let text = String::from_utf8_lossy(content_type.map(HeaderValue::as_bytes).unwrap_or_default());
        Format::from_content_type(&text)
            .or(self.fallback)
            .ok_or_else(|| ScrapeError::ContentType(text.into_owned()))
    }

    /// Stops at the limit, which counts what decompression yields: a small body may become a huge one.
    async fn read_body(&self, mut response: reqwest::Response) -> Result<Vec<u8>, ScrapeError> {
        let limit = self.body_size_limit_bytes;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(fetch_error)? {
            if body.len() as u64 + chunk.len() as u64 > limit {
                return Err(ScrapeError::BodyTooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Without the URL, which may hold a password; the target's address is shown beside the error.
fn fetch_error(error: reqwest::Error) -> ScrapeError {
    ScrapeError::Fetch(error.without_url())
}

/// Where the header `Authorization` comes from.
#[derive(Debug)]
enum Credentials {
    None,
    Basic { user: String, password: Source },
    Token { kind: String, token: Source },
}

#[derive(Debug)]
enum Source {
    Inline(Secret),
    File { key: &'static str, path: std::path::PathBuf },
}

impl Source {
    fn of(secret: Option<&Secret>, file: Option<&std::path::PathBuf>, key: &'static str) -> Self {
        match file {
            Some(path) => Self::File { key, path: path.clone() },
            None => Self::Inline(secret.cloned().unwrap_or_default()),
        }
    }

    /// Files are read anew each time, so that a rotated secret takes effect at once.
    async fn read(&self) -> Result<String, ScrapeError> {
        match self {
            Self::Inline(secret) => Ok(secret.reveal().to_owned()),
            Self::File { key, path } => {
                let file = path.clone();
                // On a thread that may wait: the file may lie on a file system that does not answer.
                let read = tokio::task::spawn_blocking(move || read_secret(&file)).await;
                match read.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked))) {
                    Ok(text) => Ok(text.trim().to_owned()),
                    Err(source) => Err(ScrapeError::Credentials { key, path: path.clone(), source }),
                }
            }
        }
    }
}

fn read_secret(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text)?;
    if read as u64 > SECRET_BYTES_MAX {
        return Err(std::io::Error::other(format!("larger than {SECRET_BYTES_MAX} bytes")));
    }
    Ok(text)
}

impl Credentials {
    fn of(config: &ScrapeConfig) -> Self {
        if let Some(basic) = &config.basic_auth {
            let (password, file) = (basic.password.as_ref(), basic.password_file.as_ref());
            let password = Source::of(password, file, "basic_auth.password_file");
            return Self::Basic { user: basic.username.clone(), password };
        }
        if let Some(auth) = &config.authorization {
            let kind = auth.kind.as_deref().unwrap_or("Bearer").trim().to_owned();
            let (token, file) = (auth.credentials.as_ref(), auth.credentials_file.as_ref());
            return Self::Token { kind, token: Source::of(token, file, "authorization.credentials_file") };
        }
        let (token, file) = (config.bearer_token.as_ref(), config.bearer_token_file.as_ref());
        if token.is_none() && file.is_none() {
            return Self::None;
        }
        Self::Token { kind: "Bearer".to_owned(), token: Source::of(token, file, "bearer_token_file") }
    }

    async fn header(&self) -> Result<Option<HeaderValue>, ScrapeError> {
        let text = match self {
            Self::None => return Ok(None),
            Self::Basic { user, password } => {
                format!("Basic {}", BASE64.encode(format!("{user}:{}", password.read().await?)))
            }
            Self::Token { kind, token } => format!("{kind} {}", token.read().await?),
        };
        let mut header = HeaderValue::try_from(text).map_err(|_| ScrapeError::CredentialsNotPrintable)?;
        header.set_sensitive(true);
        Ok(Some(header))
    }
}

fn build_client(config: &ScrapeConfig) -> Result<Client, ScrapeConfigError> {
    static PROVIDER: Once = Once::new();
    // An error means that the process has chosen a provider already, which will do as well.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));

    let builder = plain_builder(config);
    let result = match &config.tls_config {
        Some(tls) => with_certificates(builder, tls, &config.job_name)?.build(),
        // Hosts without any authority installed can still scrape in the clear.
        None => builder.build().or_else(|_| plain_builder(config).tls_certs_only([]).build()),
    };
    result.map_err(|source| ScrapeConfigError::Client { job: config.job_name.clone(), source })
}

fn plain_builder(config: &ScrapeConfig) -> ClientBuilder {
    let redirects = match config.follow_redirects {
        true => reqwest::redirect::Policy::limited(REDIRECTS_MAX),
        false => reqwest::redirect::Policy::none(),
    };
    let builder = Client::builder()
        .user_agent(USER_AGENT)
        .http1_only()
        .redirect(redirects)
        .referer(false)
        .gzip(config.enable_compression)
        .pool_max_idle_per_host(1);
    if config.proxy_from_environment { builder } else { builder.no_proxy() }
}

fn with_certificates(
    mut builder: ClientBuilder,
    tls: &TlsConfig,
    job: &str,
) -> Result<ClientBuilder, ScrapeConfigError> {
    let client_error = |source| ScrapeConfigError::Client { job: job.to_owned(), source };
    if let Some(path) = &tls.ca_file {
        let pem = read(job, "tls_config.ca_file", path)?;
        builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(client_error)?);
    }
    if let (Some(cert), Some(key)) = (&tls.cert_file, &tls.key_file) {
        let mut pem = read(job, "tls_config.cert_file", cert)?;
        pem.push(b'\n');
        pem.extend(read(job, "tls_config.key_file", key)?);
        builder = builder.identity(Identity::from_pem(&pem).map_err(client_error)?);
    }
    Ok(builder.tls_danger_accept_invalid_certs(tls.insecure_skip_verify))
}

fn read(job: &str, key: &'static str, path: &Path) -> Result<Vec<u8>, ScrapeConfigError> {
    std::fs::read(path).map_err(|source| ScrapeConfigError::File {
        job: job.to_owned(),
        key,
        path: path.to_owned(),
        source,
    })
}
