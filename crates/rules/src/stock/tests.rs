use std::collections::HashSet;

use super::*;
use crate::status::AlertState;
use crate::testing::{Bench, at_secs, labels};

/// Seconds between samples.
const STEP_SECS: i64 = 15;

/// The value after `secs` of a course: `first+slope`, the slope per second, or `first/second@begin`.
fn value_at(course: &str, secs: f64) -> f64 {
    let number = |text: &str| text.parse::<f64>().unwrap();
    if let Some((first, rest)) = course.split_once('/') {
        let (second, begin) = rest.split_once('@').unwrap();
        return number(if secs < number(begin) { first } else { second });
    }
    let (first, slope) = course.split_once('+').unwrap_or((course, "0"));
    number(first) + number(slope) * secs
}

/// Whether an alert fires over `minutes` of these series, each written `name{label=value} course`.
fn firing(alert: &str, minutes: i64, series: &[&str]) -> bool {
    let mut groups = stock().into_iter();
    let group = groups.find(|group| group.rules.iter().any(|rule| rule.name == alert)).expect(alert);
    let interval_secs = group.interval.unwrap_or_default().as_millis() / 1000;
    let bench = Bench::new(group);
    let mut fired = false;
    for secs in (0..=minutes * 60).step_by(STEP_SECS as usize) {
        for line in series {
            let (name, course) = line.split_once(' ').unwrap();
            let value = value_at(course, secs as f64);
            bench.store.put(&labels(name), at_secs(secs), value);
        }
        if secs % interval_secs == 0 {
            bench.evaluate_at(secs);
        }
        assert!(bench.errors().is_empty(), "{:?}", bench.errors());
        for found in bench.alerts() {
            let texts: Vec<&str> = found.annotations.iter().map(|(_, text)| text).collect();
            assert!(
                texts.iter().all(|text| !text.contains("<error") && !text.contains("<no value>")),
                "{texts:?}"
            );
            fired |= found.state == AlertState::Firing && found.labels.get("alertname") == Some(alert);
        }
    }
    fired
}

/// `bad` must make the alert fire within `minutes`; `calm` must not.
#[track_caller]
fn f(alert: &str, minutes: i64, bad: &[&str], calm: &[&str]) {
    assert!(firing(alert, minutes, bad), "{alert} does not fire");
    assert!(!firing(alert, minutes, calm), "{alert} fires without reason");
    TESTED.lock().push(alert.to_owned());
}

static TESTED: parking_lot::Mutex<Vec<String>> = parking_lot::Mutex::new(Vec::new());

#[test]
fn every_stock_alert_fires_for_its_reason_and_is_quiet_otherwise() {
    cpu();
    memory();
    file_systems();
    disks();
    network();
    system();
    sextant();
    let tested: HashSet<String> = TESTED.lock().iter().cloned().collect();
    let all: HashSet<String> =
        stock().into_iter().flat_map(|group| group.rules).map(|rule| rule.name).collect();
    assert_eq!(tested, all, "each stock alert needs a case");
}

fn cpu() {
    let cpu = |idle: &str, steal: &str| {
        let idle = format!("node_cpu_seconds_total{{cpu=0,mode=idle,instance=a}} 5+{idle}");
        [idle, format!("node_cpu_seconds_total{{cpu=0,mode=steal,instance=a}} 5+{steal}")]
    };
    let f = |alert, minutes, bad: [String; 2], calm: [String; 2]| {
        f(alert, minutes, &bad.each_ref().map(|s| s.as_str()), &calm.each_ref().map(|s| s.as_str()));
    };
    f("HostCpuSaturated", 4, cpu("0.02", "0"), cpu("0.06", "0"));
    f("HostHighCpu", 8, cpu("0.1", "0"), cpu("0.25", "0"));
    f("HostCpuSteal", 25, cpu("0.5", "0.2"), cpu("0.5", "0.05"));
    let waiting = |slope: &str| {
        [format!("node_pressure_cpu_waiting_seconds_total{{instance=a}} 1+{slope}"), "x 1".into()]
    };
    f("HostCpuPressure", 25, waiting("0.8"), waiting("0.3"));
    let load = |load: &str| {
        [
            format!("node_load5{{instance=a}} {load}"),
            "node_cpu_seconds_total{cpu=0,mode=idle,instance=a} 1".into(),
        ]
    };
    f("HostHighLoad", 20, load("5"), load("3"));
}

fn memory() {
    let total = "node_memory_MemTotal_bytes{instance=a} 1000";
    let available = "node_memory_MemAvailable_bytes{instance=a} ";
    f("HostHighMemory", 6, &[total, &format!("{available}140")], &[total, &format!("{available}160")]);
    f("HostMemoryExhausted", 4, &[total, &format!("{available}40")], &[total, &format!("{available}60")]);
    let swap = ["node_vmstat_pswpin{instance=a} 1+600", "node_vmstat_pswpout{instance=a} 1+600"];
    f(
        "HostSwapping",
        12,
        &swap,
        &["node_vmstat_pswpin{instance=a} 1+300", "node_vmstat_pswpout{instance=a} 1+300"],
    );
    f(
        "HostMajorFaults",
        16,
        &["node_vmstat_pgmajfault{instance=a} 1+2000"],
        &["node_vmstat_pgmajfault{instance=a} 1+500"],
    );
    f(
        "HostOomKill",
        4,
        &["node_vmstat_oom_kill{instance=a} 3+0.01"],
        &["node_vmstat_oom_kill{instance=a} 3"],
    );
    f(
        "HostMemoryPressure",
        12,
        &["node_pressure_memory_stalled_seconds_total{instance=a} 1+0.2"],
        &["node_pressure_memory_stalled_seconds_total{instance=a} 1+0.05"],
    );
}

fn file_systems() {
    const AT: &str = "{instance=a,job=host,device=/dev/sda1,fstype=ext4,mountpoint=/}";
    let fs = |avail: &str, readonly: &str| {
        [
            format!("node_filesystem_avail_bytes{AT} {avail}"),
            format!("node_filesystem_size_bytes{AT} 1000000"),
            format!("node_filesystem_readonly{AT} {readonly}"),
        ]
    };
    let f = |alert, minutes, bad: [String; 3], calm: [String; 3]| {
        f(alert, minutes, &bad.each_ref().map(|s| s.as_str()), &calm.each_ref().map(|s| s.as_str()));
    };
    f("HostDiskNearlyFull", 8, fs("90000", "0"), fs("110000", "0"));
    f("HostDiskFull", 4, fs("20000", "0"), fs("20000", "1"));
    f("HostDiskFilling", 45, fs("300000+-20", "0"), fs("300000+-1", "0"));
    f("HostFilesystemReadOnly", 30, fs("1", "0/1@900"), fs("1", "1"));
    let inodes = |free: &str| {
        [
            format!("node_filesystem_files_free{AT} {free}"),
            format!("node_filesystem_files{AT} 1000"),
            format!("node_filesystem_readonly{AT} 0"),
        ]
    };
    f("HostInodesNearlyUsed", 8, inodes("40"), inodes("60"));
    let error =
        |error: &str| [format!("node_filesystem_device_error{AT} {error}"), "x 1".into(), "y 1".into()];
    f("HostFilesystemError", 8, error("1"), error("0"));
}

fn disks() {
    const AT: &str = "{instance=a,device=sda}";
    let busy = |slope: &str| format!("node_disk_io_time_seconds_total{AT} 1+{slope}");
    f("HostDiskSaturated", 14, &[&busy("0.99")], &[&busy("0.9")]);
    let requests = |time: &str| {
        [
            format!("node_disk_read_time_seconds_total{AT} 1+{time}"),
            format!("node_disk_write_time_seconds_total{AT} 1+{time}"),
            format!("node_disk_reads_completed_total{AT} 1+10"),
            format!("node_disk_writes_completed_total{AT} 1+10"),
        ]
    };
    let (bad, calm) = (requests("2"), requests("0.5"));
    f("HostDiskSlow", 16, &bad.each_ref().map(|s| s.as_str()), &calm.each_ref().map(|s| s.as_str()));
    let stalled = |slope: &str| format!("node_pressure_io_stalled_seconds_total{{instance=a}} 1+{slope}");
    f("HostIoPressure", 16, &[&stalled("0.5")], &[&stalled("0.1")]);
}

fn network() {
    const AT: &str = "{instance=a,device=eth0}";
    let lines = |kind: &str, packets: &str| {
        [
            format!("node_network_receive_{kind}_total{AT} 1+{packets}"),
            format!("node_network_transmit_{kind}_total{AT} 1+{packets}"),
            format!("node_network_receive_packets_total{AT} 1+1000"),
            format!("node_network_transmit_packets_total{AT} 1+1000"),
        ]
    };
    let f4 = |alert, bad: [String; 4], calm: [String; 4]| {
        f(alert, 22, &bad.each_ref().map(|s| s.as_str()), &calm.each_ref().map(|s| s.as_str()));
    };
    f4("HostNetworkReceiveErrors", lines("errs", "20"), lines("errs", "5"));
    f4("HostNetworkTransmitErrors", lines("errs", "20"), lines("errs", "5"));
    f4("HostNetworkDrops", lines("drop", "50"), lines("drop", "10"));
    let bytes = |received: &str, speed: &str| {
        [
            format!("node_network_receive_bytes_total{AT} 1+{received}"),
            format!("node_network_transmit_bytes_total{AT} 1+10"),
            format!("node_network_speed_bytes{AT} {speed}"),
            "x 1".into(),
        ]
    };
    f4("HostNetworkSaturated", bytes("950", "1000"), bytes("500", "1000"));
    assert!(!firing("HostNetworkSaturated", 10, &bytes("950", "-1").each_ref().map(|s| s.as_str())));
    let sent_again = |again: &str| format!("node_netstat_Tcp_RetransSegs{{instance=a}} 1+{again}");
    let sent = "node_netstat_Tcp_OutSegs{instance=a} 1+100";
    f("HostTcpRetransmits", 16, &[&sent_again("10"), sent], &[&sent_again("2"), sent]);
    let entries = |entries: &str| format!("node_nf_conntrack_entries{{instance=a}} {entries}");
    let limit = "node_nf_conntrack_entries_limit{instance=a} 1000";
    f("HostConntrackNearlyFull", 8, &[&entries("900"), limit], &[&entries("700"), limit]);
}

fn system() {
    let open = |open: &str| format!("node_filefd_allocated{{instance=a}} {open}");
    let maximum = "node_filefd_maximum{instance=a} 1000";
    f("HostFileHandlesNearlyUsed", 8, &[&open("900"), maximum], &[&open("700"), maximum]);
    f("HostClockSkew", 8, &["node_time_seconds{instance=a} 60+1"], &["node_time_seconds{instance=a} 1+1"]);
    let synchronised = "node_timex_sync_status{instance=a} 1";
    let error = "node_timex_maxerror_seconds{instance=a} 16";
    f(
        "HostClockNotSynchronised",
        14,
        &["node_timex_sync_status{instance=a} 0", error],
        &[synchronised, error],
    );
    let now = "node_time_seconds{instance=a} 10000+1";
    f(
        "HostRebooted",
        4,
        &[now, "node_boot_time_seconds{instance=a} 9900"],
        &[now, "node_boot_time_seconds{instance=a} 5000"],
    );
    f("TargetDown", 3, &["up{instance=a,job=b} 0"], &["up{instance=a,job=b} 1"]);
}

fn sextant() {
    f("SextantStoreWritesFail", 3, &["sextant_store_sync_failed 1"], &["sextant_store_sync_failed 0"]);
    f(
        "SextantStoreDamaged",
        3,
        &["sextant_store_quarantined_files 2"],
        &["sextant_store_quarantined_files 0"],
    );
    let failures = "sextant_rule_evaluation_failures_total ";
    f("SextantRuleFailures", 12, &[&format!("{failures}1+0.1")], &[&format!("{failures}7")]);
    let missed = "sextant_rule_group_iterations_missed_total ";
    f("SextantRulesLate", 15, &[&format!("{missed}1+0.1")], &[&format!("{missed}7")]);
    let notifications =
        |outcome: &str| format!("sextant_notifications_total{{receiver=r,outcome={outcome}}} 1+0.1");
    f("SextantNotificationsFail", 12, &[&notifications("retried")], &[&notifications("delivered")]);
}

#[test]
fn every_stock_alert_says_how_bad_it_is_and_what_to_do() {
    for rule in stock().iter().flat_map(|group| &group.rules) {
        let label =
            |name: &str| rule.labels.iter().find(|(known, _)| known == name).map(|(_, text)| text.text());
        let severity = label("severity").unwrap_or_default();
        assert!(["critical", "high", "warning", "info"].contains(&severity), "{}: {severity}", rule.name);
        let annotations = &rule.alert().expect("stock rules are alerts").annotations;
        let names: Vec<&str> = annotations.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["action", "description", "summary"], "{}", rule.name);
    }
}

#[test]
fn stock_files_are_all_read_and_wake_nothing_early() {
    for (name, text) in FILES {
        let groups = crate::parse(name, text).unwrap_or_else(|faults| panic!("{faults:?}"));
        for group in groups {
            assert!(group.warnings.is_empty(), "{:?}", group.warnings);
            // Being woken by every batch of the host's collectors would cost more than the rules are worth.
            let awaited = Bench::new(group.clone()).group.awaited();
            assert_eq!(awaited, None, "group {} is woken by arriving samples", group.name);
        }
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stock");
    assert_eq!(
        std::fs::read_dir(folder).unwrap().count(),
        FILES.len(),
        "a file under stock/ is not in the list"
    );
}
