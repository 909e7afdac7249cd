//! Real peers from Debian's packages.

use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::{client, until};

/// A peer that answers HTTP.
pub struct Peer {
    pub url: String,
    pub address: String,
    child: Child,
}

impl Peer {
    /// Starts a program that takes its listen address as an argument, and waits until it answers at `path`.
    pub async fn start(dir: &Path, program: &str, address: &str, args: &[String], path: &str) -> Self {
        let log = std::fs::File::create(dir.join(format!("{program}.log"))).unwrap();
        let child = Command::new(program)
            .current_dir(dir)
            .args(args)
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start `{program}` ({error}): run `scripts/need test`"));
        let peer = Self { url: format!("http://{address}"), address: address.to_owned(), child };
        peer.answers(path).await;
        peer
    }

    async fn answers(&self, path: &str) {
        let url = format!("{}{path}", self.url);
        until("the peer answers", async || {
            client().get(&url).send().await.ok().filter(|response| response.status().is_success())
        })
        .await;
    }

    pub async fn stop(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// An address on loopback that nobody listens on at the moment.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Debian's Prometheus with the given configuration.
pub async fn prometheus(dir: &Path, config: &str) -> Peer {
    std::fs::write(dir.join("prometheus.yml"), config).unwrap();
    let address = free_address();
    let args = [
        "--config.file=prometheus.yml".to_owned(),
        "--storage.tsdb.path=prometheus-data".to_owned(),
        format!("--web.listen-address={address}"),
        "--web.enable-remote-write-receiver".to_owned(),
    ];
    Peer::start(dir, "prometheus", &address, &args, "/-/ready").await
}

/// Debian's node_exporter.
pub async fn node_exporter(dir: &Path, address: &str) -> Peer {
    let args = [format!("--web.listen-address={address}")];
    Peer::start(dir, "prometheus-node-exporter", address, &args, "/metrics").await
}
