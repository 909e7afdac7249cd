use super::*;

fn discovered(job: &str) -> Discovered {
    let config: ScrapeConfig = wire::yaml::read("s.yaml", &format!("job_name: j\n{job}")).unwrap();
    discover(&GlobalConfig::default(), &config).unwrap()
}

#[test]
fn targets_get_labels_and_urls() {
    #[track_caller]
    fn f(job: &str, want: &[(&str, &str)]) {
        let active = discovered(job).active;
        let got: Vec<(String, &str)> =
            active.iter().map(|target| (target.labels.to_string(), target.url.as_str())).collect();
        let want: Vec<(String, &str)> =
            want.iter().map(|(labels, url)| ((*labels).to_owned(), *url)).collect();
        assert_eq!(got, want);
    }
    f(
        "static_configs: [{targets: ['h:9100', 'h2']}]",
        &[
            (r#"{instance="h:9100",job="j"}"#, "http://h:9100/metrics"),
            (r#"{instance="h2",job="j"}"#, "http://h2/metrics"),
        ],
    );
    f(
        "static_configs: [{targets: ['[::1]:9100'], labels: {env: x, job: k, instance: i, none: ''}}]",
        &[(r#"{env="x",instance="i",job="k"}"#, "http://[::1]:9100/metrics")],
    );
    // Prometheus 3 keeps the address as it was written, so a default port is never added to `instance`.
    f(
        "scheme: https\nmetrics_path: /a b?c\nstatic_configs: [{targets: ['h:443']}]",
        &[(r#"{instance="h:443",job="j"}"#, "https://h/a%20b%3Fc")],
    );
    f(
        "params: {m: [x y, z], empty: []}\nstatic_configs: [{targets: [h]}]",
        &[(r#"{instance="h",job="j"}"#, "http://h/metrics?m=x+y&m=z")],
    );
}

#[test]
fn relabelling_sees_and_sets_what_is_scraped() {
    let job = "
scrape_interval: 30s
params: {module: [a]}
static_configs: [{targets: ['example.org'], labels: {__meta_x: m}}]
relabel_configs:
- {source_labels: [__address__], target_label: __param_target}
- {source_labels: [__param_target], target_label: instance}
- {source_labels: [__meta_x, __scheme__, __metrics_path__, __scrape_interval__, __scrape_timeout__, __param_module],
   target_label: saw}
- {target_label: __address__, replacement: 'prober:9115'}
- {target_label: __metrics_path__, replacement: /probe}
- {target_label: __scheme__, replacement: https}
- {target_label: __param_module, replacement: b}
- {target_label: __scrape_interval__, replacement: 1m}
- {target_label: __scrape_timeout__, replacement: 7s}
";
    let active = discovered(job).active;
    let target = &active[0];
    assert_eq!(
        target.labels.to_string(),
        r#"{instance="example.org",job="j",saw="m;http;/metrics;30s;10s;a"}"#
    );
    assert_eq!(target.url.as_str(), "https://prober:9115/probe?module=b&target=example.org");
    assert_eq!((target.interval, target.timeout), (Duration::from_secs(60), Duration::from_secs(7)));
    assert_eq!(target.discovered_labels.get("__address__"), Some("example.org"));
}

#[test]
fn dropped_targets_are_told_and_equal_ones_count_once() {
    let found = discovered(
        "static_configs: [{targets: [a, b, b]}]\n\
         relabel_configs: [{source_labels: [__address__], regex: a, action: drop}]",
    );
    assert_eq!(found.active.len(), 1);
    assert_eq!(found.dropped.len(), 1);
    assert_eq!(found.dropped[0].discovered_labels.get("__address__"), Some("a"));
}

#[test]
fn relabelling_cannot_make_a_target_that_cannot_be_scraped() {
    #[track_caller]
    fn f(label: &str, value: &str, want: &str) {
        let text = format!(
            "job_name: j\nstatic_configs: [{{targets: [h]}}]\n\
             relabel_configs: [{{target_label: {label}, replacement: '{value}'}}]"
        );
        let config: ScrapeConfig = wire::yaml::read("s.yaml", &text).unwrap();
        let error = discover(&GlobalConfig::default(), &config).unwrap_err().to_string();
        assert_eq!(error, format!("scrape job `j`: static_configs[0]: target `h`: {want}"));
    }
    f("__address__", "", "a target is empty; write `host:port`");
    f("__scheme__", "ftp", "scheme `ftp` is neither `http` nor `https`");
    f("__scrape_interval__", "0s", "label `__scrape_interval__` is zero");
    f("__scrape_timeout__", "1m", "label `__scrape_timeout__`: 1m is longer than the scrape interval 15s");
}

#[test]
fn a_url_is_shown_without_user_and_password() {
    let job = "params: {m: [x]}\nstatic_configs: [{targets: ['user:hidden@h:9100']}]";
    let target = &discovered(job).active[0];
    assert_eq!(target.url.password(), Some("hidden"));
    assert_eq!(target.shown_url(), "http://h:9100/metrics?m=x");
}
