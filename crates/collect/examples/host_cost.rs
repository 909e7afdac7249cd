//! What watching this host costs: runs the host's collection for some seconds and prints CPU time per tick, and
//! how long each collector took last.
//!
//! Usage: `cargo run --release -p collect --example host_cost [seconds]`

use std::sync::{Arc, Mutex};
use std::time::Instant;

use collect::host::{Host, HostConfig};
use intake::{Intake, Limits};
use model::store::{Appendable, Appended, StoreError};
use model::{Batch, SystemClock};

/// Keeps only the newest duration of each collector, and the largest batch's size.
#[derive(Debug, Default)]
struct Probe(Mutex<Figures>);

#[derive(Debug, Default)]
struct Figures {
    ticks: u32,
    rows: usize,
    rows_max: usize,
    durations: Vec<(String, f64)>,
}

impl Appendable for Probe {
    fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        if let Ok(mut figures) = self.0.lock() {
            figures.ticks += 1;
            figures.rows += batch.rows.len();
            figures.rows_max = figures.rows_max.max(batch.rows.len());
            let durations: Vec<(String, f64)> = batch
                .rows
                .iter()
                .filter(|row| row.labels.metric_name() == Some("node_scrape_collector_duration_seconds"))
                .filter_map(|row| Some((row.labels.get("collector")?.to_owned(), row.sample.value)))
                .collect();
            if !durations.is_empty() {
                figures.durations = durations;
            }
        }
        Ok(Appended { stored: batch.rows.len() as u64, ..Appended::default() })
    }
}

fn cpu_millis() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).map_or(Ok(31), |word| word.parse())?;
    let probe = Arc::new(Probe::default());
    let intake = Arc::new(Intake::new(probe.clone(), Limits::default()));
    let host = Host::start(HostConfig::default(), "here".to_owned(), intake, Arc::new(SystemClock))?;
    let before = cpu_millis();
    let (_never_sent, wait) = std::sync::mpsc::channel::<()>();
    let started = Instant::now();
    let _ = wait.recv_timeout(std::time::Duration::from_secs(seconds));
    let (cpu, elapsed) = (cpu_millis() - before, started.elapsed().as_secs_f64());
    host.stop();
    let figures = probe.0.lock().map_err(|_| "the collection has panicked")?;
    let ticks = f64::from(figures.ticks.max(1));
    println!("ticks {ticks}, rows per tick {:.0}, at most {}", figures.rows as f64 / ticks, figures.rows_max);
    println!("CPU per tick {:.3} ms, {:.3} % of one CPU", cpu / ticks, cpu / elapsed / 10.0);
    for (collector, duration) in &figures.durations {
        println!("{collector:>14} {:8.0} us", duration * 1e6);
    }
    Ok(())
}
