//! Running the real binary and real peers, and asking them.

#![allow(dead_code, reason = "every test binary uses its own part of this")]

pub mod peer;
pub mod webhook;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A condition that takes longer than this will not come true; far beyond anything expected.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(50);

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
}

/// Looks again and again until the condition gives a value.
#[track_caller]
pub fn until<T, F: AsyncFnMut() -> Option<T>>(what: &str, mut condition: F) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let look = async {
            loop {
                if let Some(value) = condition().await {
                    return value;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(value) => value,
            Err(_) => panic!("{place}: waited in vain until {what}"),
        }
    }
}

/// A command that runs the binary under test, untouched by this process's variables.
pub fn sextant() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sextant"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).kill_on_drop(true);
    command
}

/// Exit code, standard output and standard error of a run of the binary that ends by itself.
pub async fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let output = sextant().current_dir(dir).args(args).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// The running binary.
pub struct Server {
    pub url: String,
    pub dir: TempDir,
    child: Child,
    args: Vec<String>,
}

impl Server {
    /// Starts with a configuration, on a free port, with data in a folder of its own.
    pub async fn start(config: &str) -> Self {
        Self::start_with(config, &[]).await
    }

    /// Starts with further arguments. The host's collectors are off unless the arguments say otherwise.
    pub async fn start_with(config: &str, more: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("sextant.yaml"), config).unwrap();
        let mut args: Vec<String> =
            ["serve", "--config", "sextant.yaml", "--listen", "127.0.0.1:0", "--data-dir", "data"]
                .map(Into::into)
                .into();
        let mut defaults = vec!["collect.host.enabled=false", "self.enabled=false", "rules.stock=false"];
        defaults.retain(|default| {
            let key = default.split('=').next().unwrap();
            !more.iter().any(|item| item.starts_with(key)) && !config.contains("# as it is")
        });
        args.extend(
            defaults
                .into_iter()
                .chain(more.iter().copied())
                .flat_map(|item| ["--set".to_owned(), item.to_owned()]),
        );
        let (child, url) = spawn(dir.path(), &args).await;
        Self { url, dir, child, args }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap()
    }

    /// Ends the process at once, as a crash would.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks the process to stop, and waits.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal("TERM").await;
        self.child.wait().await.unwrap()
    }

    pub async fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().await;
        assert!(status.unwrap().success());
    }

    /// Starts again over the same data, perhaps on another port.
    pub async fn restart(&mut self) {
        (self.child, self.url) = spawn(self.dir.path(), &self.args).await;
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let response = client().get(format!("{}{path}", self.url)).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    pub async fn text(&self, path: &str) -> (u16, String) {
        let response = client().get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// The result of an instant query, which must succeed.
    pub async fn query(&self, query: &str) -> Vec<Value> {
        query_at(&self.url, query, None).await
    }

    /// The value of an instant query that gives one series, if it does.
    pub async fn value(&self, query: &str) -> Option<f64> {
        let result = self.query(query).await;
        result.first()?["value"][1].as_str()?.parse().ok()
    }

    pub async fn write(&self, batch: &model::Batch) -> reqwest::Result<reqwest::Response> {
        write(&client(), &self.url, batch).await
    }
}

async fn spawn(dir: &Path, args: &[String]) -> (Child, String) {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("log")).unwrap();
    let mut child = sextant().current_dir(dir).args(args).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
    let Some(line) = line else {
        panic!("the server did not start: {}", std::fs::read_to_string(dir.join("log")).unwrap())
    };
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let url = url.trim_end_matches('/').to_owned();
    // Standard output stays open, so that the server can go on printing.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, url)
}

/// Writes over remote write.
pub async fn write(
    client: &reqwest::Client,
    url: &str,
    batch: &model::Batch,
) -> reqwest::Result<reqwest::Response> {
    let body = wire::remote_write::encode(batch).unwrap();
    client
        .post(format!("{url}/api/v1/write"))
        .header("content-type", "application/x-protobuf")
        .header("content-encoding", "snappy")
        .header("x-prometheus-remote-write-version", "0.1.0")
        .body(body)
        .send()
        .await
}

/// The result of an instant query at any server that speaks Prometheus's API.
pub async fn query_at(url: &str, query: &str, time: Option<f64>) -> Vec<Value> {
    let mut form = vec![("query", query.to_owned())];
    form.extend(time.map(|time| ("time", time.to_string())));
    let answer = post(&format!("{url}/api/v1/query"), &form).await;
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"]["result"].as_array().cloned().unwrap_or_default()
}

pub async fn post(url: &str, form: &[(&str, String)]) -> Value {
    client().post(url).form(form).send().await.unwrap().json().await.unwrap()
}
