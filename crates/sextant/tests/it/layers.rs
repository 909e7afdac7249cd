//! The layers of ARCHITECTURE.md hold: a crate uses only crates of a lower layer.

use std::collections::BTreeMap;
use std::path::Path;

/// The table of the code map: crate names by layer.
fn layers(architecture: &str) -> BTreeMap<String, u32> {
    let rows = architecture.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let layer = cells.next()?.parse().ok()?;
        let name = cells.next()?.trim_matches('`').to_owned();
        Some((name, layer))
    });
    rows.collect()
}

/// The crates of the workspace that a manifest names under `[dependencies]` (tests may use any).
fn dependencies(manifest: &str, known: &BTreeMap<String, u32>) -> Vec<String> {
    let section =
        manifest.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| known.contains_key(*name)).map(str::to_owned).collect()
}

#[test]
fn every_crate_uses_only_lower_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let layers = layers(&std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap());
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("crates")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let layer = *layers.get(&name).unwrap_or_else(|| panic!("crate `{name}` is not in ARCHITECTURE.md"));
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest, &layers) {
            assert!(layers[&dependency] < layer, "`{name}` (layer {layer}) must not use `{dependency}`");
        }
        seen += 1;
    }
    assert_eq!(seen, layers.len(), "ARCHITECTURE.md lists crates that do not exist");
}

#[test]
fn a_forbidden_dependency_is_noticed() {
    let known = BTreeMap::from([("server".to_owned(), 4), ("model".to_owned(), 0)]);
    let manifest = "[package]\nname = \"tsdb\"\n\n[dependencies]\nmodel.workspace = true\nserver = { path = \"x\" }\n\n[dev-dependencies]\n";
    assert_eq!(dependencies(manifest, &known), ["model", "server"]);
}
