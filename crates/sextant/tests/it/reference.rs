//! The generated pages of the reference are those of this program.

use std::path::Path;

use crate::support;

#[tokio::test]
async fn the_reference_is_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    for page in ["config", "api", "functions", "metrics", "cli"] {
        let (code, want, _) = support::run(&docs, &["reference", page]).await;
        assert_eq!(code, 0);
        let have = std::fs::read_to_string(docs.join(format!("{page}.md"))).unwrap_or_default();
        assert!(have == want, "docs/reference/{page}.md is out of date: run `make reference`");
    }
}

/// The YAML examples of a page.
fn examples(page: &str) -> Vec<String> {
    let parts = page.split("```yaml\n").skip(1);
    parts.filter_map(|part| Some(part.split_once("```")?.0.to_owned())).collect()
}

#[tokio::test]
async fn the_examples_of_the_documentation_are_accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut checked = 0;
    for page in ["README.md", "docs/configuration.md", "docs/alerting.md"] {
        for example in examples(&std::fs::read_to_string(root.join(page)).unwrap()) {
            // What is written for Prometheus itself is not for us.
            if example.contains("remote_write:") {
                continue;
            }
            let dir = tempfile::TempDir::new().unwrap();
            let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
            write("token", "a-token-that-is-long-enough");
            if example.starts_with("groups:") {
                write("rules.yaml", &example);
                write("c.yaml", "rule_files: [rules.yaml]\n");
            } else {
                write("c.yaml", &example);
            }
            let (code, _, err) = support::run(dir.path(), &["config", "check", "--config", "c.yaml"]).await;
            assert_eq!(code, 0, "{page}: {err}\n{example}");
            checked += 1;
        }
    }
    assert!(checked >= 5, "only {checked} examples were found");
}
