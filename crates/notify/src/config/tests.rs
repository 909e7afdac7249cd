use super::*;

fn read(text: &str) -> Result<NotifyConfig, String> {
    wire::yaml::read("s.yaml", text).map_err(|error| error.to_string())
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let config = read("receivers: [{name: ops, webhook_configs: [{url: 'http://h/hook'}]}]").unwrap();
    let webhook = &config.receivers[0].webhook_configs[0];
    assert!(webhook.send_resolved);
    assert_eq!((webhook.max_alerts, webhook.timeout), (0, Duration::from_secs(10)));
    assert_eq!(config.repeat_interval, Duration::from_secs(14_400));
    assert_eq!(config.group_wait, Duration::from_millis(200));
}

#[test]
fn mistakes_are_told_with_their_place() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(want), "{error}");
    }
    f("receivers: [{nam: x}]", "s.yaml:1:14: receivers[0].nam: unknown field `nam`");
    f(
        "receivers:\n- name: x\n  webhook_configs: [{uri: x}]",
        "s.yaml:3:22: receivers[0].webhook_configs[0].uri: ",
    );
    f(
        "receivers:\n- name: x\n  webhook_configs: [{url: 'ftp://user:pw@h'}]",
        "s.yaml:3:27: receivers[0].webhook_configs[0].url: expected an address such as `http://host:8080/path`",
    );
}

#[test]
fn faults_between_keys_are_told() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        assert_eq!(read(text).unwrap().check().unwrap_err().to_string(), want);
    }
    f("receivers: [{name: ''}]", "receivers[0].name: a receiver needs a name");
    f("receivers: [{name: a}, {name: a}]", "receivers[1].name: receiver `a` occurs twice");
    f(
        "receivers: [{name: a, webhook_configs: [{url: 'http://h', http_config: {basic_auth: {username: u}, \
         authorization: {credentials: c}}}]}]",
        "receivers[0].webhook_configs[0].http_config: either basic_auth or authorization",
    );
    f(
        "receivers: [{name: a, webhook_configs: [{url: 'http://h'}, {url: 'http://h', timeout: 0s}]}]",
        "receivers[0].webhook_configs[1].timeout: must be longer than 0s",
    );
    f("repeat_interval: 0s", "repeat_interval: must be longer than 0s");
}

#[test]
fn secrets_are_not_shown() {
    #[track_caller]
    fn f(url: &str, want: &str) {
        let url = WebhookUrl::try_from(url.to_owned()).unwrap();
        assert_eq!((url.to_string(), format!("{url:?}")), (want.to_owned(), want.to_owned()));
    }
    f("http://h:8080/hook", "http://h:8080/hook");
    f("https://user:pw@h/hook?token=x", "https://h/hook?<secret>");
    f(
        "https://hooks.example.org/services/T000/abcdefghijklmnopqrstuvwx",
        "https://hooks.example.org/services/T000/<secret>",
    );
    let text = "receivers: [{name: a, webhook_configs: [{url: 'http://u:hidden1@h/x?k=hidden2', http_config: \
                {authorization: {credentials: hidden3}}}]}, {name: b, webhook_configs: [{url: 'http://h', \
                http_config: {basic_auth: {username: u, password: hidden4}}}]}]";
    let shown = format!("{:?}", read(text).unwrap());
    assert!(!shown.contains("hidden"), "{shown}");
}
