//! What is stored about this host agrees with what the kernel says beside it, under a known load.
//!
//! `HOST_SECONDS` sets how long (15 by default).

use std::io::Write as _;

use crate::support::{Server, query_at, until};

/// Values that rise, or that are compared as they are, read from the kernel and asked of the server.
#[derive(Debug)]
struct Reading {
    at: f64,
    cpu_busy_secs: f64,
    disk_written_bytes: f64,
    loopback_bytes: f64,
    memory_available_bytes: f64,
    memory_total_bytes: f64,
}

const QUERIES: [&str; 5] = [
    "sum(node_cpu_seconds_total{mode!~\"idle|iowait\"})",
    "sum(node_disk_written_bytes_total)",
    "node_network_receive_bytes_total{device=\"lo\"}",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
];

fn file(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn meminfo(name: &str) -> f64 {
    let text = file("/proc/meminfo");
    let line = text.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

/// Straight from the kernel, with its own arithmetic.
fn kernel(at: f64) -> Reading {
    let stat = file("/proc/stat");
    let ticks: Vec<f64> =
        stat.lines().next().unwrap().split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
    // user, nice, system, irq, softirq, steal; the kernel counts hundredths of a second.
    let busy: f64 = [0, 1, 2, 5, 6, 7].iter().map(|index| ticks[*index]).sum();
    let disks = file("/proc/diskstats");
    let whole_disk = |name: &str| std::path::Path::new("/sys/block").join(name).exists();
    let counted = |name: &str| {
        whole_disk(name) && !name.starts_with("loop") && !name.starts_with("ram") && !name.starts_with("zram")
    };
    let sectors: f64 = disks
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| counted(words[2]))
        .map(|words| words[9].parse::<f64>().unwrap())
        .sum();
    let network = file("/proc/net/dev");
    let lo = network.lines().find_map(|line| line.trim().strip_prefix("lo:")).unwrap();
    Reading {
        at,
        cpu_busy_secs: busy / 100.0,
        disk_written_bytes: sectors * 512.0,
        loopback_bytes: lo.split_whitespace().next().unwrap().parse().unwrap(),
        memory_available_bytes: meminfo("MemAvailable"),
        memory_total_bytes: meminfo("MemTotal"),
    }
}

/// Waits for a new round of samples and reads the kernel right after it.
async fn beside(server: &Server, after: f64) -> Reading {
    let query = format!("max(timestamp(node_load1)) > {after}");
    let at = until("a new round of samples is stored", async || server.value(&query).await).await;
    kernel(at)
}

async fn stored(server: &Server, at: f64) -> Vec<f64> {
    let mut values = Vec::new();
    for query in QUERIES {
        let result = query_at(&server.url, query, Some(at)).await;
        values.push(result[0]["value"][1].as_str().unwrap().parse().unwrap());
    }
    values
}

/// One busy core, a written file and traffic over loopback, until dropped.
struct Load(std::process::Child, tempfile::TempDir);

impl Load {
    fn start() -> Self {
        let dir = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let busy = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self(busy, dir)
    }

    /// Writes to the disk and waits until it is there; sends as much over loopback.
    fn step(&self) {
        const BYTES: usize = 16 << 20;
        let data = vec![0x5a; BYTES];
        let mut file = std::fs::File::create(self.1.path().join("written")).unwrap();
        file.write_all(&data).unwrap();
        file.sync_all().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sender = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut receiver, _) = listener.accept().unwrap();
        let reader = std::thread::spawn(move || std::io::copy(&mut receiver, &mut std::io::sink()).unwrap());
        sender.write_all(&data).unwrap();
        drop(sender);
        assert_eq!(reader.join().unwrap(), BYTES as u64);
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn off_by(ours: f64, theirs: f64) -> f64 {
    (ours - theirs).abs() / theirs.abs().max(f64::MIN_POSITIVE)
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_and_levels_agree_with_the_kernel_within_a_hundredth() {
    let seconds: f64 = std::env::var("HOST_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15.0);
    let server = Server::start("# as it is\n").await;
    let load = Load::start();
    let first = beside(&server, 0.0).await;
    let mut last = beside(&server, first.at).await;
    let steps = (seconds / 4.0).ceil();
    for step in 1..=steps as u32 {
        load.step();
        last = beside(&server, first.at + f64::from(step) * seconds / steps).await;
    }
    let (ours_first, ours_last) = (stored(&server, first.at).await, stored(&server, last.at).await);
    let rise = |index: usize| ours_last[index] - ours_first[index];
    let compared = [
        ("busy CPU seconds", rise(0), last.cpu_busy_secs - first.cpu_busy_secs),
        ("bytes written to disks", rise(1), last.disk_written_bytes - first.disk_written_bytes),
        ("bytes over loopback", rise(2), last.loopback_bytes - first.loopback_bytes),
        ("memory in use", ours_last[4] - ours_last[3], last.memory_total_bytes - last.memory_available_bytes),
        ("memory in all", ours_last[4], last.memory_total_bytes),
    ];
    for (what, ours, theirs) in compared {
        eprintln!("{what}: {ours} here, {theirs} in /proc, {:.3} % apart", 100.0 * off_by(ours, theirs));
    }
    assert!(last.cpu_busy_secs - first.cpu_busy_secs > 0.4 * seconds, "the load did not run");
    for (what, ours, theirs) in compared {
        // Over a short time the moment between the two readings weighs more; over a minute it is nothing.
        let tolerance = if seconds >= 60.0 { 0.01 } else { 0.05 };
        assert!(off_by(ours, theirs) <= tolerance, "{what}: {ours} here, {theirs} in /proc");
    }
}
