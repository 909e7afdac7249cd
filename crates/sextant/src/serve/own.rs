//! What this process costs, under the names that every Prometheus client library uses.

use model::{MetricDesc, MetricKind, Vital, VitalSource};
use rustix::param::{clock_ticks_per_second, page_size};

static CPU: MetricDesc =
    MetricDesc::counter("process_cpu_seconds_total", "CPU time of this process, user and system.");
static RESIDENT: MetricDesc = MetricDesc::gauge("process_resident_memory_bytes", "Memory in RAM.");
static OPEN_FDS: MetricDesc = MetricDesc::gauge("process_open_fds", "Open files and sockets.");
static THREADS: MetricDesc = MetricDesc::gauge("process_threads", "Threads.");
static BUILD: MetricDesc = MetricDesc {
    name: "sextant_build_info",
    kind: MetricKind::Gauge,
    help: "1, with the version and revision of this program as labels.",
};

/// This process. Reads `/proc/self` whenever it is asked; what cannot be read is left out.
#[derive(Debug)]
pub(crate) struct Process;

impl VitalSource for Process {
    fn vitals(&self, out: &mut Vec<Vital>) {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        if let Some(stat) = Stat::parse(&stat) {
            out.push(Vital::plain(&CPU, stat.cpu_ticks as f64 / clock_ticks_per_second() as f64));
            out.push(Vital::plain(&RESIDENT, stat.resident_pages as f64 * page_size() as f64));
            out.push(Vital::plain(&THREADS, stat.threads as f64));
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            // The listing itself holds one open.
            out.push(Vital::plain(&OPEN_FDS, files.count().saturating_sub(1) as f64));
        }
        let labels = vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("revision", option_env!("SEXTANT_REVISION").unwrap_or("unknown").to_owned()),
        ];
        out.push(Vital { desc: &BUILD, labels, value: 1.0 });
    }
}

/// Fields of `/proc/PID/stat`, proc(5).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    resident_pages: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name in brackets may hold anything, so count from its end: the state is field 3.
        let (_, rest) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu_ticks: field(14)?.saturating_add(field(15)?),
            threads: field(20)?,
            resident_pages: field(24)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_behind_any_name() {
        let text = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22";
        assert_eq!(Stat::parse(text), Some(Stat { cpu_ticks: 23, threads: 17, resident_pages: 21 }));
        assert_eq!(Stat::parse("7 (a) S 1"), None);
        assert_eq!(Stat::parse(""), None);
    }
}
