//! The generated pages of the reference are those of this program.

use std::path::Path;

#[tokio::test]
async fn the_reference_is_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    for page in ["config", "api", "functions", "metrics", "cli"] {
        let (code, want, _) = crate::support::run(&docs, &["reference", page]).await;
        assert_eq!(code, 0);
        let have = std::fs::read_to_string(docs.join(format!("{page}.md"))).unwrap_or_default();
        assert!(have == want, "docs/reference/{page}.md is out of date: run `make reference`");
    }
}
