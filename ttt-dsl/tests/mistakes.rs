//! Mistakes of syntax: each found once, at its place, with the others beside it.

use ttt_dsl::diagnostic::{human, json};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::toml::parse_toml;

#[test]
fn in_blocks() {
    let text = include_str!("mistakes/block.ttt");
    insta::assert_snapshot!(listed(parse_text(text), text));
}

#[test]
fn in_models() {
    let text = include_str!("mistakes/model.ttt");
    insta::assert_snapshot!(listed(parse_text(text), text));
}

#[test]
fn in_toml() {
    let text = include_str!("mistakes/model.toml");
    insta::assert_snapshot!(listed(parse_toml(text), text));
}

#[test]
fn in_toml_itself() {
    let text = "[model.Gpt2]\nparams = { vocab = 3\n[model.Gpt2]\n";
    insta::assert_snapshot!(listed(parse_toml(text), text));
}

#[test]
fn brackets_and_quotes_left_open() {
    for text in [
        "block A(dim) {\n    a: B(dim;\n}\n",
        "block A(dim) { // {\n",
        "model A { a: B(\"c); }\n",
        "model A { } }\n",
    ] {
        insta::assert_snapshot!(listed(parse_text(text), text));
    }
}

#[test]
fn shown_to_people_and_tools() {
    let text = "block A(dim) {\n    reqiure dim > 3;\n    a: \n}\n";
    let parsed = parse_text(text);
    insta::assert_snapshot!(human::render(
        &parsed.report,
        "a.ttt",
        text,
        &parsed.places,
        false
    ));
    insta::assert_snapshot!(json::render(&parsed.report, "a.ttt", text, &parsed.places));
}

#[test]
fn what_a_mistake_stands_in_is_all_it_costs() {
    let text = include_str!("mistakes/block.ttt");
    let spec = parse_text(text).spec;
    let half = &spec.blocks[0];
    let parts: Vec<&str> = half.body.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(parts, ["attn", "ln_1", "ln_2", "mlp", "twice"]);
    assert!(half.body.parts[0].call.callee.is_missing());
    assert_eq!(spec.blocks[1].name.as_str(), "Whole");
    assert_eq!(spec.leaves.len(), 1);
}

fn listed(parsed: Parsed, text: &str) -> String {
    let rows = parsed.report.diagnostics.iter().map(|diagnostic| {
        let (line, column) =
            json::line_and_column(diagnostic.place, text, &parsed.places).unwrap_or_default();
        let mend = diagnostic.mend().replace('\n', " ");
        let mend = if mend.is_empty() {
            mend
        } else {
            format!(" ({mend})")
        };
        format!("{line}:{column} {} {}{mend}", diagnostic.code, diagnostic.message)
    });
    rows.collect::<Vec<_>>().join("\n")
}
