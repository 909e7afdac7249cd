use super::*;

#[test]
fn values_lose_quotes_and_escapes() {
    #[track_caller]
    fn f(text: &str, want: &str) {
        assert_eq!(value(text.as_bytes(), "name"), want, "{text}");
    }
    f("NAME=Debian\n", "Debian");
    f("NAME=\"Debian GNU/Linux\"\n", "Debian GNU/Linux");
    f("NAME='CentOS \"Seven\"'", "CentOS \"Seven\"");
    f(r#"NAME="a \"b\" \\ c""#, r#"a "b" \ c"#);
    f("PRETTY_NAME=x\n", "");
    f("NAME=\"", "\"");
    f("NAME=", "");
    f("#NAME=x\nNAME=y\n", "y");
}

#[test]
fn versions_are_major_and_minor() {
    #[track_caller]
    fn f(text: &str, want: Option<f64>) {
        assert_eq!(major_minor(text), want, "{text}");
    }
    f("12", Some(12.0));
    f("22.04", Some(22.04));
    f("3.19.1", Some(3.19));
    f("", None);
    f("rolling", None);
    f("1e5", None);
    f("12-rc1", None);
}
