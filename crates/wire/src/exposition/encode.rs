//! Writes Prometheus's text format 0.0.4.

use std::fmt::Write;

use model::{MetricKind, Vital, format_value};

/// The figures as a text: families in the order of first mention, each with its help and type once.
pub fn encode(vitals: &[Vital]) -> String {
    let mut families: Vec<(&str, Vec<&Vital>)> = Vec::new();
    for vital in vitals {
        match families.iter_mut().find(|(name, _)| *name == vital.desc.name) {
            Some((_, members)) => members.push(vital),
            None => families.push((vital.desc.name, vec![vital])),
        }
    }
    let mut out = String::new();
    for (name, members) in families {
        write_family(&mut out, name, &members);
    }
    out
}

fn write_family(out: &mut String, name: &str, members: &[&Vital]) {
    if let Some(first) = members.first() {
        let help = first.desc.help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {}", type_word(first.desc.kind));
    }
    for vital in members {
        out.push_str(name);
        write_labels(out, &vital.labels);
        let _ = writeln!(out, " {}", format_value(vital.value));
    }
}

/// The word for a kind; format 0.0.4 knows only five of them.
fn type_word(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Histogram | MetricKind::Summary => {
            kind.as_str()
        }
        MetricKind::Info | MetricKind::StateSet => MetricKind::Gauge.as_str(),
        MetricKind::GaugeHistogram | MetricKind::Unknown => "untyped",
    }
}

fn write_labels(out: &mut String, labels: &[(&'static str, String)]) {
    for (index, (name, value)) in labels.iter().enumerate() {
        let separator = if index == 0 { '{' } else { ',' };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(out, "{separator}{name}=\"{value}\"");
    }
    if !labels.is_empty() {
        out.push('}');
    }
}
