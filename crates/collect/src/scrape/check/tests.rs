use super::*;
use crate::scrape::Scraper;

fn check_yaml(text: &str) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Doc {
        #[serde(default)]
        global: GlobalConfig,
        scrape_configs: Vec<ScrapeConfig>,
    }
    let doc: Doc = wire::yaml::read("s.yaml", text).unwrap();
    Scraper::check(&doc.global, &doc.scrape_configs).map_err(|error| error.to_string())
}

#[track_caller]
fn f(keys: &str, want: &str) {
    let text = format!("scrape_configs:\n- job_name: a\n  {}", keys.replace('\n', "\n  "));
    assert_eq!(check_yaml(&text), Err(want.to_owned()));
}

#[test]
fn names_the_job_and_the_key() {
    f("scrape_interval: 0s", "scrape job `a`: scrape_interval: must not be zero");
    f("scrape_timeout: 0s", "scrape job `a`: scrape_timeout: must not be zero");
    f("scrape_timeout: 20s", "scrape job `a`: scrape_timeout: 20s is longer than the scrape interval 15s");
    f(
        "static_configs:\n- targets: [h]\n- targets: ['http://h:1/metrics']",
        "scrape job `a`: static_configs[1].targets: `http://h:1/metrics` is a URL; write `host:port` and use \
         `scheme` and `metrics_path` for the rest",
    );
    f(
        "static_configs:\n- targets: ['h:1/metrics']",
        "scrape job `a`: static_configs[0].targets: `h:1/metrics` has a path; write `host:port` and use \
         `metrics_path` for the rest",
    );
    f(
        "static_configs:\n- targets: ['h:port']",
        "scrape job `a`: static_configs[0]: target `h:port`: `h:port` is not `host:port`: invalid port number",
    );
    f(
        "static_configs:\n- targets: ['']",
        "scrape job `a`: static_configs[0].targets: a target is empty; write `host:port`",
    );
    f(
        "basic_auth: {username: u}\nbearer_token: t",
        "scrape job `a`: authorization: give one of `basic_auth`, `authorization` and `bearer_token`",
    );
    f(
        "basic_auth: {password: p, password_file: f}",
        "scrape job `a`: basic_auth: give one of `password` and `password_file`",
    );
    f(
        "authorization: {type: basic, credentials: x}",
        "scrape job `a`: authorization.type: use `basic_auth` for basic authentication",
    );
    f(
        "tls_config: {cert_file: c.pem}",
        "scrape job `a`: tls_config: `cert_file` and `key_file` must be given together",
    );
    f(
        "tls_config: {ca_file: /nonexistent/ca.pem}",
        "scrape job `a`: tls_config.ca_file: cannot read `/nonexistent/ca.pem`",
    );
    f(
        "scrape_protocols: [PrometheusProto]",
        "scrape job `a`: scrape_protocols: none of them is supported; add `OpenMetricsText1.0.0`",
    );
}

#[test]
fn names_the_rule_that_lacks_something() {
    f(
        "relabel_configs:\n- {regex: x, action: labeldrop}\n- {source_labels: [a]}",
        "scrape job `a`: relabel_configs[1].target_label: is needed for the action `replace`",
    );
    f(
        "metric_relabel_configs:\n- {target_label: a, action: hashmod}",
        "scrape job `a`: metric_relabel_configs[0].modulus: is needed for the action `hashmod`, and must not be 0",
    );
    f(
        "relabel_configs:\n- {source_labels: [a], regex: x, action: labelkeep}",
        "scrape job `a`: relabel_configs[0].action: `labelkeep` takes `regex` alone, no other key",
    );
    f(
        "relabel_configs:\n- {source_labels: [a], target_label: b, regex: x, action: keepequal}",
        "scrape job `a`: relabel_configs[0].action: `keepequal` takes `source_labels` and `target_label`, no other \
         key",
    );
}

#[test]
fn two_jobs_cannot_share_a_name() {
    let error = check_yaml("scrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a").unwrap_err();
    assert_eq!(error, "scrape job `a`: job_name: another job has the same name");
}

#[test]
fn a_job_inherits_times_and_a_short_interval_shortens_the_timeout() {
    #[track_caller]
    fn f(global: &str, job: &str, want: Option<(&str, &str)>) {
        #[derive(serde::Deserialize)]
        struct Doc {
            global: GlobalConfig,
            job: ScrapeConfig,
        }
        let doc: Doc =
            wire::yaml::read("s.yaml", &format!("global: {{{global}}}\njob: {{job_name: a, {job}}}"))
                .unwrap();
        let (interval, timeout) = times(&doc.global, &doc.job);
        let got = check(&doc.global, std::slice::from_ref(&doc.job))
            .is_ok()
            .then(|| (interval.to_string(), timeout.to_string()));
        assert_eq!(got, want.map(|(interval, timeout)| (interval.to_owned(), timeout.to_owned())));
    }
    f("", "", Some(("15s", "10s")));
    f("scrape_interval: 1m", "", Some(("1m", "10s")));
    f("", "scrape_interval: 5s", Some(("5s", "5s")));
    f("scrape_timeout: 1m", "", Some(("15s", "15s")));
    f("", "scrape_interval: 1m, scrape_timeout: 1m", Some(("1m", "1m")));
    f("", "scrape_timeout: 16s", None);
}
