use proptest::prelude::*;

use super::*;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::from_pairs(pairs).unwrap()
}

#[test]
fn order_of_construction_does_not_matter() {
    let a = labels(&[("b", "2"), ("a", "1")]);
    let b = labels(&[("a", "1"), ("b", "2")]);
    assert_eq!(a, b);
    assert_eq!(a.fingerprint(), b.fingerprint());
    assert_eq!(a.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
}

#[test]
fn empty_values_are_no_labels_and_duplicates_are_refused() {
    assert_eq!(labels(&[("a", "")]), Labels::empty());
    assert_eq!(Labels::from_pairs(&[("a", "1"), ("a", "2")]), Err(LabelsError::Duplicate("a".to_owned())));
}

#[test]
fn shows_itself_as_promql() {
    #[track_caller]
    fn f(labels: &Labels, want: &str) {
        assert_eq!(labels.to_string(), want);
    }
    f(&Labels::empty(), "{}");
    f(&Labels::of_metric("up", &[]), "up");
    f(&Labels::of_metric("up", &[("job", "a\"b")]), r#"up{job="a\"b"}"#);
    f(&labels(&[("a", "1"), ("b", "2")]), r#"{a="1",b="2"}"#);
}

#[test]
fn builder_sets_replaces_and_removes() {
    let mut builder = Labels::of_metric("m", &[("a", "1")]).to_builder();
    builder.set("a", "2").set("b", "3").remove(METRIC_NAME);
    assert_eq!(builder.clone().build(), labels(&[("a", "2"), ("b", "3")]));
    builder.set("a", "");
    assert_eq!(builder.build(), labels(&[("b", "3")]));
}

proptest! {
    #[test]
    fn packs_and_unpacks_any_text(pairs in proptest::collection::btree_map(".{0,12}", ".{1,12}", 0..6)) {
        let pairs: Vec<(String, String)> = pairs.into_iter().collect();
        let labels = Labels::from_pairs(&pairs).unwrap();
        let back: Vec<(String, String)> = labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        prop_assert_eq!(back, pairs);
    }
}
