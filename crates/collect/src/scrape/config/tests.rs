use super::*;

fn read(text: &str) -> Result<Vec<ScrapeConfig>, String> {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Doc {
        scrape_configs: Vec<ScrapeConfig>,
    }
    let doc: Result<Doc, _> = wire::yaml::read("s.yaml", &format!("scrape_configs:\n{text}"));
    doc.map(|doc| doc.scrape_configs).map_err(|error| error.to_string())
}

#[test]
fn a_job_needs_little_more_than_a_name() {
    let config = read("- job_name: a").unwrap().remove(0);
    assert_eq!(config.metrics_path, "/metrics");
    assert_eq!(config.scheme, Scheme::Http);
    assert!(config.honor_timestamps && config.follow_redirects && config.enable_compression);
    assert!(!config.honor_labels && !config.track_timestamps_staleness && !config.proxy_from_environment);
}

#[test]
fn reads_every_key_that_is_supported() {
    let text = "
- job_name: node
  scrape_interval: 30s
  scrape_timeout: 5s
  scrape_protocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]
  fallback_scrape_protocol: PrometheusText0.0.4
  metrics_path: /probe
  scheme: https
  params: {module: [http_2xx], n: ['1', '2']}
  honor_labels: true
  honor_timestamps: false
  basic_auth: {username: u, password: p}
  tls_config: {ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, insecure_skip_verify: true}
  follow_redirects: false
  enable_compression: false
  body_size_limit: 10MB
  sample_limit: 1000
  label_limit: 30
  label_name_length_limit: 200
  label_value_length_limit: 200
  target_limit: 7
  static_configs:
  - targets: ['a:1', 'b:2']
    labels: {env: prod, tier: 1}
  relabel_configs:
  - {source_labels: [__address__], target_label: instance}
  metric_relabel_configs:
  - {regex: x, action: labeldrop}
";
    let config = read(text).unwrap().remove(0);
    assert_eq!(config.params["n"], ["1", "2"]);
    assert_eq!(config.static_configs[0].labels["tier"], "1");
    assert_eq!(config.body_size_limit.as_bytes(), 10 << 20);
    assert_eq!(config.metric_relabel_configs[0].action.as_str(), "labeldrop");
}

#[test]
fn secrets_are_never_shown() {
    let text = "
- job_name: a
  basic_auth: {username: u, password: hush}
- job_name: b
  authorization: {credentials: hush}
- job_name: c
  bearer_token: hush
";
    let configs = read(text).unwrap();
    assert_eq!(configs[1].authorization.as_ref().unwrap().credentials, Some(Secret::new("hush")));
    let shown = format!("{configs:?} {}", serde_json::to_string(&configs).unwrap());
    assert!(!shown.contains("hush"), "{shown}");
    assert_eq!(shown.matches("<secret>").count(), 6, "{shown}");
}

#[test]
fn errors_say_line_and_key() {
    #[track_caller]
    fn f(text: &str, want_place: &str, want_words: &str) {
        let error = read(text).unwrap_err();
        assert!(
            error.starts_with(&format!("s.yaml:{want_place}: ")) && error.contains(want_words),
            "{error}"
        );
    }
    f("- scrape_interval: 15s", "2:3: scrape_configs[0]", "job_name");
    f(
        "- job_name: a\n  metric_path: /x",
        "3:3: scrape_configs[0].metric_path",
        "did you mean `metrics_path`?",
    );
    f(
        "- job_name: a\n  scrape_interval: 15",
        "3:20: scrape_configs[0].scrape_interval",
        "`15` is not a duration",
    );
    f("- job_name: a\n  scheme: ftp", "3:11: scrape_configs[0].scheme", "ftp");
    f(
        "- job_name: a\n  body_size_limit: 5 apples",
        "3:20: scrape_configs[0].body_size_limit",
        "is not a size",
    );
    f(
        "- job_name: a\n  relabel_configs:\n  - {action: keep, regex: '('}",
        "4:27: scrape_configs[0].relabel_configs[0].regex",
        "`(` is not a regular expression: unclosed group",
    );
    f(
        "- job_name: a\n  relabel_configs:\n  - action: hold",
        "4:13: scrape_configs[0].relabel_configs[0].action",
        "hold",
    );
    f(
        "- job_name: a\n  file_sd_configs:\n  - files: [x]",
        "4:5: scrape_configs[0].file_sd_configs",
        "not supported by Sextant",
    );
    f(
        "- job_name: a\n  tls_config:\n    server_name: x",
        "4:18: scrape_configs[0].tls_config.server_name",
        "not supported by Sextant",
    );
}

#[test]
fn reads_and_prints_sizes() {
    #[track_caller]
    fn f(text: &str, want: Option<u64>, want_shown: &str) {
        let size = text.parse::<ByteSize>().ok();
        assert_eq!(size.map(ByteSize::as_bytes), want);
        assert_eq!(size.map(|size| size.to_string()).unwrap_or_default(), want_shown);
    }
    f("0", Some(0), "0");
    f("1B", Some(1), "1B");
    f("2KB", Some(2048), "2KB");
    f("1024MiB", Some(1 << 30), "1GB");
    f("1", None, "");
    f("1.5GB", None, "");
    f("-1B", None, "");
    f("GB", None, "");
    f("99999999EB", None, "");
}
