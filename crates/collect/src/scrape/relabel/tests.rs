use model::Labels;

use super::*;

/// Applies rules written as YAML to `job="a" instance="h:9" env="Prod"`.
fn relabel(rules: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Doc {
        rules: Vec<RelabelConfig>,
    }
    let doc: Doc = wire::yaml::read("rules.yaml", &format!("rules:\n{rules}")).unwrap();
    let labels = Labels::from_pairs(&[("job", "a"), ("instance", "h:9"), ("env", "Prod")]).unwrap();
    let mut labels = labels.to_builder();
    apply(&doc.rules, &mut labels).then(|| labels.build().to_string())
}

#[track_caller]
fn f(rules: &str, want: Option<&str>) {
    assert_eq!(relabel(rules).as_deref(), want);
}

const UNCHANGED: Option<&str> = Some(r#"{env="Prod",instance="h:9",job="a"}"#);

#[test]
fn replace_writes_the_target_label_if_the_whole_text_matches() {
    f("- {source_labels: [job], target_label: x}", Some(r#"{env="Prod",instance="h:9",job="a",x="a"}"#));
    f(
        "- {source_labels: [instance], regex: '(.*):(\\d+)', target_label: instance, replacement: '$2-${1}'}",
        Some(r#"{env="Prod",instance="9-h",job="a"}"#),
    );
    f(
        "- {source_labels: [instance], regex: '(?P<host>.*):.*', target_label: instance, replacement: '$host'}",
        Some(r#"{env="Prod",instance="h",job="a"}"#),
    );
    f("- {source_labels: [instance], regex: 'h', target_label: job, replacement: x}", UNCHANGED);
    f(
        "- {source_labels: [job, env], target_label: job}",
        Some(r#"{env="Prod",instance="h:9",job="a;Prod"}"#),
    );
    f(
        "- {source_labels: [job, env], separator: '', target_label: job}",
        Some(r#"{env="Prod",instance="h:9",job="aProd"}"#),
    );
    f("- {source_labels: [absent], target_label: job}", Some(r#"{env="Prod",instance="h:9"}"#));
    f("- {target_label: job, replacement: b}", Some(r#"{env="Prod",instance="h:9",job="b"}"#));
    f(
        "- {source_labels: [job], target_label: 'x_$1', replacement: '$$1'}",
        Some(r#"{env="Prod",instance="h:9",job="a",x_a="$1"}"#),
    );
    f("- {source_labels: [job], regex: '(b)?a', target_label: '$1', replacement: x}", UNCHANGED);
}

#[test]
fn keep_and_drop_look_at_the_whole_text() {
    f("- {source_labels: [job], regex: 'a|b', action: keep}", UNCHANGED);
    f("- {source_labels: [instance], regex: h, action: keep}", None);
    f("- {source_labels: [job], regex: a, action: drop}", None);
    f("- {source_labels: [instance], regex: h, action: drop}", UNCHANGED);
    f("- {source_labels: [absent], regex: '', action: drop}", None);
}

#[test]
fn keepequal_and_dropequal_compare_with_the_target_label() {
    f("- {source_labels: [job], target_label: job, action: keepequal}", UNCHANGED);
    f("- {source_labels: [job], target_label: env, action: keepequal}", None);
    f("- {source_labels: [job], target_label: job, action: dropequal}", None);
    f("- {source_labels: [job], target_label: env, action: dropequal}", UNCHANGED);
    f("- {source_labels: [absent], target_label: absent2, action: dropequal}", None);
}

#[test]
fn hashmod_takes_the_last_eight_bytes_of_md5() {
    // The MD5 sum of `a` ends in 31c399e269772661.
    let want = 0x31c3_99e2_6977_2661_u64 % 1_000_000;
    f(
        "- {source_labels: [job], target_label: job, modulus: 1000000, action: hashmod}",
        Some(&format!(r#"{{env="Prod",instance="h:9",job="{want}"}}"#)),
    );
    f(
        "- {source_labels: [job], target_label: job, modulus: 1, action: hashmod}",
        Some(r#"{env="Prod",instance="h:9",job="0"}"#),
    );
}

#[test]
fn labelmap_copies_matching_names() {
    f(
        "- {regex: '(jo).*', replacement: 'x_$1', action: labelmap}",
        Some(r#"{env="Prod",instance="h:9",job="a",x_jo="a"}"#),
    );
    f("- {regex: 'jo', replacement: x, action: labelmap}", UNCHANGED);
    f(
        "- {regex: 'job|env', replacement: x, action: labelmap}",
        Some(r#"{env="Prod",instance="h:9",job="a",x="a"}"#),
    );
}

#[test]
fn labeldrop_and_labelkeep_look_at_names() {
    f("- {regex: 'job|e.*', action: labeldrop}", Some(r#"{instance="h:9"}"#));
    f("- {regex: 'job|e.*', action: labelkeep}", Some(r#"{env="Prod",job="a"}"#));
}

#[test]
fn lowercase_and_uppercase_write_the_target_label() {
    f(
        "- {source_labels: [env], target_label: env, action: lowercase}",
        Some(r#"{env="prod",instance="h:9",job="a"}"#),
    );
    f(
        "- {source_labels: [env, job], target_label: job, action: uppercase}",
        Some(r#"{env="Prod",instance="h:9",job="PROD;A"}"#),
    );
}

#[test]
fn rules_apply_in_order_until_one_drops() {
    f(
        "- {target_label: job, replacement: b}\n- {source_labels: [job], regex: b, action: keep}\n\
         - {regex: env, action: labeldrop}",
        Some(r#"{instance="h:9",job="b"}"#),
    );
    f("- {regex: job, action: labeldrop}\n- {source_labels: [job], regex: a, action: keep}", None);
}
