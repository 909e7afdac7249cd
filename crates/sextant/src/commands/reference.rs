//! `sextant reference`: the pages of the reference, written from the tables that the program runs on.

use clap::CommandFactory as _;

use crate::cli::{Cli, Page};

/// A page in Markdown.
pub(crate) fn page(page: Page) -> String {
    match page {
        Page::Config => crate::config::reference::page(),
        Page::Api => api(),
        Page::Functions => functions(),
        Page::Metrics => metrics(),
        Page::Cli => cli(),
    }
}

fn heading(title: &str, name: &str) -> String {
    format!("# {title}\n\nWritten by `sextant reference {name}`; do not edit.\n\n")
}

fn api() -> String {
    let mut text = heading("API reference", "api");
    text.push_str(
        "The API is Prometheus's: the same parameters, JSON and errors \
         (`{\"status\":\"error\",\"errorType\":...,\"error\":...}`).\n\n| endpoint | methods | what it does |\n| --- | --- | --- |\n",
    );
    for endpoint in server::ENDPOINTS {
        text.push_str(&format!("| `{}` | {} | {} |\n", endpoint.path, endpoint.methods, endpoint.doc));
    }
    text
}

fn functions() -> String {
    let mut text = heading("Functions of the query language", "functions");
    text.push_str("| function | what it gives | example |\n| --- | --- | --- |\n");
    for function in promql::functions() {
        let signature = function.signature();
        text.push_str(&format!("| `{signature}` | {} | `{}` |\n", function.doc, cell(function.example)));
    }
    text.push_str("\n## Aggregations\n\n| aggregation | what it gives |\n| --- | --- |\n");
    for aggregation in promql::aggregations() {
        text.push_str(&format!("| `{}` | {} |\n", aggregation.name, aggregation.doc));
    }
    text.push_str("\n## Operators\n\n| operator | what it gives |\n| --- | --- |\n");
    for operator in promql::operators() {
        text.push_str(&format!("| `{}` | {} |\n", cell(operator.symbol), operator.doc));
    }
    text
}

fn metrics() -> String {
    let mut text = heading("Collectors and metrics of the host", "metrics");
    for collector in collect::host::COLLECTORS {
        let state = if collector.default_enabled { "on" } else { "off" };
        text.push_str(&format!("## {}\n\n{} By default {state}.\n\n", collector.name, collector.help));
        text.push_str("| metric | type | what it measures |\n| --- | --- | --- |\n");
        for metric in collector.metrics {
            text.push_str(&format!("| `{}` | {} | {} |\n", metric.name, metric.kind, cell(metric.help)));
        }
        text.push('\n');
    }
    text
}

fn cli() -> String {
    let mut text = heading("Command line", "cli");
    let mut root = Cli::command();
    root.build();
    commands(&mut root, "sextant", &mut text);
    text
}

/// The help of every command, depth first.
fn commands(command: &mut clap::Command, name: &str, text: &mut String) {
    text.push_str(&format!("## {name}\n\n```text\n{}```\n\n", command.render_long_help()));
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let name = format!("{name} {}", sub.get_name());
        commands(sub, &name, text);
    }
}

/// Text that may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
