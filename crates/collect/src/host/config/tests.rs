use super::*;

fn read(text: &str) -> Result<HostConfig, String> {
    wire::yaml::read("sextant.yaml", text).map_err(|error| error.to_string())
}

#[test]
fn collectors_are_switched_by_name() {
    #[track_caller]
    fn f(text: &str, name: &str, want: bool) {
        let enabled = read(text).unwrap().enabled_collectors().unwrap();
        assert_eq!(enabled.iter().any(|row| row.name == name), want, "{text}");
    }
    f("", "processes", true);
    f("collectors: {processes: false}", "processes", false);
    f("collectors: {processes: false}", "stat", true);
    f("collectors: {stat: true}", "stat", true);
}

#[test]
fn faults_name_the_key() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        let config = read(text).unwrap();
        let error = config.enabled_collectors().map(|_| ()).and(config.checked_interval().map(|_| ()));
        let error = error.and(Exclude::compile(&config.exclude).map(|_| ())).unwrap_err().to_string();
        assert!(error.starts_with(want), "{error}");
    }
    f(
        "collectors: {cpus: false}",
        "collectors: there is no collector `cpus`; there are conntrack, diskstats, ",
    );
    f("interval: 10ms", "interval: 10ms is not between 100ms and 2m");
    f("interval: 1h", "interval: 1h is not between 100ms and 2m");
    f("exclude: {disks: '('}", "exclude.disks: not a regular expression");
}

#[test]
fn unknown_keys_are_refused() {
    assert!(read("intervall: 1s").unwrap_err().contains("did you mean `interval`?"));
}

#[test]
fn patterns_match_whole_names() {
    #[track_caller]
    fn f(pattern: fn(&Exclude) -> &Regex, name: &str, want: bool) {
        let exclude = Exclude::compile(&ExcludeConfig::default()).unwrap();
        assert_eq!(pattern(&exclude).is_match(name), want, "{name}");
    }
    let disks: fn(&Exclude) -> &Regex = |exclude| &exclude.disks;
    f(disks, "sda", false);
    f(disks, "sda1", true);
    f(disks, "loop12", true);
    f(disks, "ram0", true);
    f(disks, "nvme0n1", false);
    f(disks, "nvme0n1p2", true);
    f(disks, "dm-0", false);
    let mounts: fn(&Exclude) -> &Regex = |exclude| &exclude.mount_points;
    f(mounts, "/", false);
    f(mounts, "/dev", true);
    f(mounts, "/dev/shm", true);
    f(mounts, "/devices", false);
    f(mounts, "/var/lib/docker", false);
    f(mounts, "/var/lib/docker/overlay2/x/merged", true);
    let kinds: fn(&Exclude) -> &Regex = |exclude| &exclude.filesystem_types;
    f(kinds, "ext4", false);
    f(kinds, "tmpfs", false);
    f(kinds, "cgroup2", true);
    f(|exclude| &exclude.networks, "eth0", false);
}
