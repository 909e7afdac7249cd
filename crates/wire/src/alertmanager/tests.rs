use model::Timestamp;

use super::*;

#[test]
fn fingerprints_are_fnv_1a_over_names_and_values() {
    #[track_caller]
    fn f(pairs: &[(&str, &str)], want: &str) {
        assert_eq!(fingerprint(&Labels::from_pairs(pairs).unwrap()), want);
    }
    // The hash of nothing is the offset basis.
    f(&[], "cbf29ce484222325");
    f(&[("alertname", "Down")], &format!("{:016x}", by_hand(b"alertname\xffDown\xff")));
    f(&[("b", "2"), ("a", "1")], &format!("{:016x}", by_hand(b"a\xff1\xffb\xff2\xff")));
}

/// FNV-1a with 128-bit arithmetic instead of wrapping.
fn by_hand(bytes: &[u8]) -> u64 {
    bytes.iter().fold(14_695_981_039_346_656_037, |hash, byte| {
        (u128::from(hash ^ u64::from(*byte)) * 1_099_511_628_211 % (1 << 64)) as u64
    })
}

#[test]
fn the_published_vector_of_fnv_1a_holds() {
    let mut hash = Fnv1a::default();
    hash.write(b"foobar");
    assert_eq!(hash.0, 0x8594_4171_f739_67e8);
}

#[test]
fn keys_of_the_json_are_alertmanagers() {
    let alert = Alert {
        labels: Labels::from_pairs(&[("alertname", "Down"), ("job", "a")]).unwrap(),
        annotations: Labels::from_pairs(&[("summary", "it is down")]).unwrap(),
        starts_at: Timestamp::from_millis(1_000),
        ends_at: None,
        generator_url: "/graph".to_owned(),
    };
    let alerts = vec![WebhookAlert::from(&alert)];
    let group_labels = Labels::from_pairs(&[("alertname", "Down")]).unwrap();
    let webhook = Webhook {
        version: WEBHOOK_VERSION.to_owned(),
        group_key: group_key(&group_labels),
        truncated_alerts: 0,
        status: Status::Firing,
        receiver: "ops".to_owned(),
        group_labels: map(&group_labels),
        common_labels: common_pairs(alerts.iter().map(|alert| &alert.labels)),
        common_annotations: common_pairs(alerts.iter().map(|alert| &alert.annotations)),
        external_url: "http://localhost:9090".to_owned(),
        alerts,
    };
    let want = serde_json::json!({
        "version": "4",
        "groupKey": "{}:{alertname=\"Down\"}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "ops",
        "groupLabels": { "alertname": "Down" },
        "commonLabels": { "alertname": "Down", "job": "a" },
        "commonAnnotations": { "summary": "it is down" },
        "externalURL": "http://localhost:9090",
        "alerts": [{
            "status": "firing",
            "labels": { "alertname": "Down", "job": "a" },
            "annotations": { "summary": "it is down" },
            "startsAt": "1970-01-01T00:00:01Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "/graph",
            "fingerprint": fingerprint(&alert.labels),
        }],
    });
    assert_eq!(serde_json::to_value(&webhook).unwrap(), want);
}

#[test]
fn common_pairs_are_those_that_all_maps_share() {
    let map = |pairs: &[(&str, &str)]| map(&Labels::from_pairs(pairs).unwrap());
    let maps = [map(&[("a", "1"), ("b", "1")]), map(&[("a", "1"), ("b", "2")]), map(&[("a", "1")])];
    assert_eq!(common_pairs(&maps), map(&[("a", "1")]));
    assert!(common_pairs([]).is_empty());
}
