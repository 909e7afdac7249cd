//! Every wrong input gets one clear line, the right exit code or status, and harms nothing else.

use crate::support::{Server, client, run};
use tempfile::TempDir;

/// Runs `serve` with a configuration that must be refused, and gives the one line on standard error.
async fn refusal(config: &str, args: &[&str]) -> String {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("c.yaml"), config).unwrap();
    let all: Vec<&str> =
        ["serve", "--config", "c.yaml", "--data-dir", "data"].iter().chain(args).copied().collect();
    let (code, out, err) = run(dir.path(), &all).await;
    assert_eq!(code, 2, "{err}");
    assert_eq!(out, "");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(!dir.path().join("data").exists(), "a refused configuration must open nothing");
    err.trim_end().to_owned()
}

#[tokio::test]
async fn a_faulty_configuration_is_refused_with_file_line_key_and_remedy() {
    #[track_caller]
    fn f(got: &str, want: &str) {
        assert_eq!(got, format!("sextant: {want}"));
    }
    f(
        &refusal("storage:\n  data_dri: x\n", &[]).await,
        "c.yaml:2:3: storage.data_dri: unknown field `data_dri`, expected one of data_dir, retention, sync_interval; \
         did you mean `data_dir`?",
    );
    f(
        &refusal("query:\n  timeout: 5 minutes\n", &[]).await,
        "c.yaml:2:12: query.timeout: `5 minutes` is not a duration: write a number and a unit such as `15s`, `5m`, \
         `1h30m`, `30d` or `1y`",
    );
    f(
        &refusal("query:\n  max_concurrent: many\n", &[]).await,
        "c.yaml:2:19: query.max_concurrent: expected a whole number, not negative",
    );
    f(
        &refusal("query:\n  timeout: 0s\n", &[]).await,
        "c.yaml:2:3: query.timeout: must be longer than zero, such as `15s`",
    );
    f(
        &refusal("rule_files:\n- nowhere.yaml\n", &[]).await,
        "c.yaml:2:3: rule_files: there is no file `nowhere.yaml`",
    );
    f(
        &refusal("server:\n  listen: 0.0.0.0:1\n", &[]).await,
        "c.yaml:2:3: server.listen: `0.0.0.0:1` is not a loopback address, so `auth.mode` must be `required`",
    );
    f(
        &refusal("auth:\n  mode: required\n", &[]).await,
        "c.yaml:2:3: auth.mode: `required` needs `auth.token_file`, a file that holds the token",
    );
    f(
        &refusal("", &["--set", "storage.retention.raw=soon"]).await,
        "--set storage.retention.raw=soon: storage.retention.raw: `soon` is not a duration: write a number and a unit \
         such as `15s`, `5m`, `1h30m`, `30d` or `1y`",
    );
    f(
        &refusal("global: {}\nalerting:\n  alertmanagers: []\n", &[]).await,
        "c.yaml:3:3: alerting: Sextant tells receivers itself: remove the section and name them under \
         `notify.receivers`",
    );
    f(
        &refusal("remote_write:\n- url: http://a/\n", &[]).await,
        "c.yaml:2:3: remote_write: not supported by Sextant; remove the key",
    );
    let line = refusal("collect:\n  host:\n    interval: 10ms\n", &[]).await;
    assert!(line.starts_with("sextant: c.yaml:3:5: collect.host: ") && line.contains("10ms"), "{line}");
    let line = refusal("collect:\n  host:\n    collectors: { nonsense: true }\n", &[]).await;
    assert!(line.contains("`nonsense`"), "{line}");
    let twice = "notify:\n  receivers:\n  - name: a\n  - name: a\n";
    let line = refusal(twice, &[]).await;
    assert_eq!(line, "sextant: c.yaml:4:5: notify: receivers[1].name: receiver `a` occurs twice");
    f(&refusal("", &["--set", "nothing"]).await, "--set nothing: write `KEY.PATH=VALUE`");
}

#[tokio::test]
async fn an_unknown_key_from_a_flag_is_named() {
    let line = refusal("", &["--set", "storage.retention.rwa=1d"]).await;
    assert!(
        line.contains("--set storage.retention.rwa=1d: storage.retention.rwa: unknown field `rwa`"),
        "{line}"
    );
}

#[tokio::test]
async fn faulty_rules_and_scrape_configurations_are_refused_with_their_place() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("r.yaml"), "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n")
        .unwrap();
    std::fs::write(dir.path().join("c.yaml"), "rule_files: [r.yaml]\n").unwrap();
    let (code, _, err) = run(dir.path(), &["config", "check", "--config", "c.yaml"]).await;
    assert_eq!(code, 2);
    assert!(err.starts_with("sextant: r.yaml:") && err.contains("expr"), "{err}");

    let twice = "scrape_configs:\n- job_name: a\n- job_name: a\n";
    let line = refusal(twice, &[]).await;
    assert_eq!(
        line,
        "sextant: c.yaml:3:3: scrape_configs: scrape job `a`: job_name: another job has the same name"
    );
}

#[tokio::test]
async fn a_missing_configuration_file_is_named() {
    let dir = TempDir::new().unwrap();
    let (code, _, err) = run(dir.path(), &["serve", "--config", "none.yaml"]).await;
    assert_eq!(code, 2);
    assert_eq!(
        err,
        "sextant: cannot read configuration file `none.yaml`: No such file or directory (os error 2)\n"
    );
}

#[tokio::test]
async fn a_taken_port_and_a_locked_folder_are_refused() {
    let server = Server::start("").await;
    let address = server.url.trim_start_matches("http://");
    let line = refusal("collect: {host: {enabled: false}}", &["--listen", address]).await;
    assert!(
        line.contains(&format!("--listen {address}: server.listen: cannot listen on {address}")),
        "{line}"
    );

    let args = ["serve", "--config", "sextant.yaml", "--listen", "127.0.0.1:0", "--data-dir", "data"];
    let (code, _, err) = run(server.dir.path(), &args).await;
    assert_eq!(code, 2, "{err}");
    assert!(err.starts_with("sextant: --data-dir data: storage.data_dir: "), "{err}");
    assert!(err.contains(&server.pid().to_string()) && err.lines().count() == 1, "{err}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "file/data"];
    let (code, _, err) = run(dir.path(), &args).await;
    assert_eq!(code, 2, "{err}");
    assert!(err.starts_with("sextant: --data-dir file/data: storage.data_dir: "), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[tokio::test]
async fn wrong_requests_get_prometheus_errors_and_the_server_goes_on() {
    let server = Server::start("").await;
    let table: &[(&str, u16, &str, &str)] = &[
        ("/api/v1/query?query=sum(", 400, "bad_data", "invalid parameter \"query\": 1:5: parse error"),
        ("/api/v1/query?query=up&time=later", 400, "bad_data", "invalid parameter \"time\""),
        ("/api/v1/query?query=up&limit=-1", 400, "bad_data", "invalid parameter \"limit\""),
        ("/api/v1/query_range?query=up&start=0&end=1", 400, "bad_data", "invalid parameter \"step\""),
        (
            "/api/v1/query_range?query=up&start=1&end=0&step=1",
            400,
            "bad_data",
            "end timestamp must not be before",
        ),
        (
            "/api/v1/query_range?query=up&start=0&end=99999&step=1",
            400,
            "bad_data",
            "exceeded maximum resolution",
        ),
        ("/api/v1/series", 400, "bad_data", "no match[] parameter provided"),
        ("/api/v1/series?match[]={a%3D\"\"}", 400, "bad_data", "at least one non-empty matcher"),
        ("/api/v1/rules?type=other", 400, "bad_data", "not supported value \"other\""),
        ("/api/v1/status/tsdb?limit=0", 400, "bad_data", "limit must be"),
        (
            "/api/v1/query?query=label_replace(vector(1),\"a\",\"\",\"\",\"(\")",
            422,
            "execution",
            "regular expression",
        ),
    ];
    for (path, status, kind, message) in table {
        let (got, body) = server.get(path).await;
        assert_eq!(
            (got, body["status"].as_str(), body["errorType"].as_str()),
            (*status, Some("error"), Some(*kind)),
            "{path}: {body}"
        );
        assert!(body["error"].as_str().unwrap().contains(message), "{path}: {body}");
    }
    assert_eq!(server.get("/api/v1/nothing").await.0, 404);
    let response = client().delete(format!("{}/api/v1/query", server.url)).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(server.text("/-/healthy").await.0, 200);
}

#[tokio::test]
async fn malformed_remote_write_is_refused_and_harms_nothing() {
    let server = Server::start("").await;
    let send = async |content_type: &str, encoding: &str, body: Vec<u8>| {
        let request = client().post(format!("{}/api/v1/write", server.url));
        let request = request.header("content-type", content_type).header("content-encoding", encoding);
        request.body(body).send().await.unwrap().status().as_u16()
    };
    let media = "application/x-protobuf";
    assert_eq!(send(media, "snappy", b"no snappy".to_vec()).await, 400);
    assert_eq!(
        send(media, "snappy", snap::raw::Encoder::new().compress_vec(b"\xff\xff").unwrap()).await,
        400
    );
    assert_eq!(send(media, "snappy", vec![0xff, 0xff, 0xff, 0xff, 0x0f]).await, 400);
    assert_eq!(send(media, "gzip", Vec::new()).await, 415);
    assert_eq!(send("application/json", "snappy", Vec::new()).await, 415);
    let version_2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    assert_eq!(send(version_2, "snappy", Vec::new()).await, 415);

    // A body over the limit is refused without reading all of it, which the sender may see as a broken pipe.
    let request = client().post(format!("{}/api/v1/write", server.url)).body(vec![0; 40 << 20]);
    assert!(request.send().await.map_or(true, |response| response.status() == 413));

    // One series without a name: the other is stored all the same, and the sender is told.
    let mut batch = model::Batch::new();
    let now = model::Clock::now(&model::SystemClock);
    batch.push(model::Labels::of_metric("good", &[]), now, 1.0);
    batch.push(model::Labels::from_pairs(&[("job", "nameless")]).unwrap(), now, 1.0);
    let response = server.write(&batch).await.unwrap();
    assert_eq!(response.status(), 400);
    let text = response.text().await.unwrap();
    assert!(text.contains("stored 1 samples") && text.contains("no_metric_name"), "{text}");
    assert_eq!(server.value("good").await, Some(1.0));
}

#[tokio::test]
async fn requests_of_foreign_pages_are_refused() {
    let server = Server::start("").await;
    let reload =
        client().post(format!("{}/-/reload", server.url)).header("origin", "https://elsewhere.example");
    assert_eq!(reload.send().await.unwrap().status(), 403);
    let rebound = client().get(format!("{}/metrics", server.url)).header("host", "elsewhere.example");
    assert_eq!(rebound.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_faulty_reload_changes_nothing_and_says_why() {
    let server = Server::start("").await;
    std::fs::write(server.path("sextant.yaml"), "query:\n  timeuot: 1s\n").unwrap();
    let response = client().post(format!("{}/-/reload", server.url)).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let text = response.text().await.unwrap();
    assert!(text.starts_with("sextant.yaml:2:3: query.timeuot: unknown field"), "{text}");
    std::fs::write(server.path("sextant.yaml"), "").unwrap();
    let response = client().post(format!("{}/-/reload", server.url)).send().await.unwrap();
    assert_eq!(response.status(), 200);
}
