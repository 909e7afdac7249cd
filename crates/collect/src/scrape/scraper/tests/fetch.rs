//! Single scrapes over a real connection.

use std::io::Write;

use super::server::{Reply, Server};
use super::*;
use crate::scrape::target_loop::TargetTask;

/// Scrapes the server once with these keys of the job.
async fn scrape(server: &Server, keys: &str) -> TargetStatus {
    let (scraper, _) = new_scraper();
    let yaml = format!("- job_name: j\n  static_configs: [{{targets: ['{}']}}]{keys}", server.addr);
    let (plans, _) = make_plans(&GlobalConfig::default(), &configs(&yaml), &[]).unwrap();
    let plan = plans.into_iter().next().unwrap();
    let state = Arc::<State>::default();
    let task = TargetTask { plan: plan.clone(), state: state.clone(), shared: scraper.shared.clone() };
    task.scrape_once().await;
    let (end, join) = (oneshot::channel().0, tokio::spawn(async {}));
    Task { plan, state, end, join }.status()
}

/// Scrapes once and compares the error, empty if there should be none.
async fn f(server: &Server, keys: &str, want: &str) {
    let status = scrape(server, keys).await;
    assert_eq!(status.last_error, want);
    assert_eq!(status.health, if want.is_empty() { Health::Up } else { Health::Down });
}

fn typed(content_type: &str, body: &str) -> Reply {
    Reply::Full { status: 200, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
}

#[tokio::test]
async fn asks_for_the_formats_that_it_reads() {
    let server = Server::start().await;
    server.text("a 1");
    f(&server, "\n  params: {x: ['1 2']}\n  scrape_timeout: 2500ms", "").await;
    let seen = server.seen.lock()[0].clone();
    assert_eq!(seen.uri, "/metrics?x=1+2");
    assert_eq!(
        seen.headers["accept"],
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    );
    assert_eq!(seen.headers["accept-encoding"], "gzip");
    assert_eq!(seen.headers["x-prometheus-scrape-timeout-seconds"], "2.5");
    assert!(seen.headers["user-agent"].to_str().unwrap().starts_with("Sextant/"));
    assert!(!seen.headers.contains_key("authorization"));
    f(&server, "\n  enable_compression: false\n  scrape_protocols: [PrometheusText0.0.4]", "").await;
    let seen = server.seen.lock()[1].clone();
    assert_eq!(seen.headers["accept"], "text/plain;version=0.0.4;q=0.6,*/*;q=0.5");
    assert!(!seen.headers.contains_key("accept-encoding"));
}

#[tokio::test]
async fn says_why_a_scrape_failed() {
    let server = Server::start().await;
    let reply = |reply| server.reply("/metrics", reply);
    f(&server, "", "the server answered with HTTP status 404 Not Found").await;
    reply(Reply::Full { status: 500, headers: vec![], body: b"a 1".to_vec() });
    f(&server, "", "the server answered with HTTP status 500 Internal Server Error").await;
    reply(Reply::Full { status: 204, headers: vec![], body: vec![] });
    f(&server, "", "the server answered with HTTP status 204 No Content").await;
    reply(Reply::Silence);
    f(&server, "\n  scrape_timeout: 1ms", "no complete answer within 1ms (`scrape_timeout`)").await;
    reply(Reply::Endless);
    f(&server, "\n  body_size_limit: 100KB", "the answer is larger than 102400 bytes (`body_size_limit`)")
        .await;
    reply(Reply::Text("a 1\nb{".to_owned()));
    f(&server, "", "cannot read the answer: line 2: expected a label name").await;
    reply(typed("application/openmetrics-text; version=1.0.0", "a 1\n"));
    f(&server, "", "cannot read the answer: line 2: the text does not end with `# EOF`").await;
    reply(typed("text/html", "a 1"));
    let unknown =
        "content type `text/html` is none that can be read; `fallback_scrape_protocol` says how to read it";
    f(&server, "", unknown).await;
    f(&server, "\n  fallback_scrape_protocol: PrometheusText0.0.4", "").await;
}

#[tokio::test]
async fn a_target_that_is_not_there_is_down() {
    let server = Server::start().await;
    let addr = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let keys = format!("\n  relabel_configs: [{{target_label: __address__, replacement: '{addr}'}}]");
    let status = scrape(&server, &keys).await;
    assert!(status.last_error.contains("onnection refused"), "{}", status.last_error);
    assert_eq!(status.health, Health::Down);
}

#[tokio::test]
async fn reads_gzip_and_limits_what_it_unfolds_to() {
    let server = Server::start().await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all("# zeros\n".repeat(100_000).as_bytes()).unwrap();
    let body = gzip.finish().unwrap();
    assert!(body.len() < 10_000);
    let headers = vec![("content-encoding", "gzip".to_owned()), ("content-type", "text/plain".to_owned())];
    server.reply("/metrics", Reply::Full { status: 200, headers, body });
    f(&server, "", "").await;
    f(&server, "\n  body_size_limit: 100KB", "the answer is larger than 102400 bytes (`body_size_limit`)")
        .await;
}

#[tokio::test]
async fn sends_credentials() {
    let server = Server::start().await;
    server.text("a 1");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from file\n").unwrap();
    let path = file.path().display();
    for (keys, want) in [
        ("basic_auth: {username: u, password: p}".to_owned(), "Basic dTpw"),
        ("authorization: {credentials: t}".to_owned(), "Bearer t"),
        (format!("authorization: {{type: Token, credentials_file: '{path}'}}"), "Token from file"),
        ("bearer_token: t".to_owned(), "Bearer t"),
    ] {
        f(&server, &format!("\n  {keys}"), "").await;
        assert_eq!(server.seen.lock().pop().unwrap().headers["authorization"], want);
    }
    let status = scrape(&server, "\n  bearer_token_file: /nonexistent/token").await;
    let want = "cannot read `/nonexistent/token` (`bearer_token_file`): ";
    assert!(status.last_error.starts_with(want), "{}", status.last_error);
    let status = scrape(&server, "\n  bearer_token_file: /dev/zero").await;
    assert!(status.last_error.ends_with("larger than 65536 bytes"), "{}", status.last_error);
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_host() {
    let (server, other) = (Server::start().await, Server::start().await);
    let redirect = |url: String| Reply::Full { status: 302, headers: vec![("location", url)], body: vec![] };
    server.reply("/metrics", redirect("/here".to_owned()));
    server.reply("/here", redirect(format!("http://{}/there", other.addr)));
    other.text("");
    other.reply("/there", Reply::Text("a 1".to_owned()));
    f(&server, "\n  bearer_token: t", "").await;
    let told = |server: &Server| -> Vec<bool> {
        server.seen.lock().iter().map(|seen| seen.headers.contains_key("authorization")).collect()
    };
    assert_eq!((told(&server), told(&other)), (vec![true, true], vec![false]));
    f(&server, "\n  follow_redirects: false", "the server answered with HTTP status 302 Found").await;
}
