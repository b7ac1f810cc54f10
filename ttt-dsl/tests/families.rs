//! The standard library and the model families check clean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ttt_dsl::check::check;
use ttt_dsl::diagnostic::human;
use ttt_dsl::parse::parse_text;

/// The text between the braces of `ttt_runtime::model! { … }`.
fn family(name: &str) -> String {
    let path = format!("{}/../models/src/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap();
    let start = source.find("model! {").unwrap() + "model! {".len();
    let end = source.rfind('}').unwrap();
    source[start..end].to_owned()
}

fn findings(name: &str, text: &str) -> String {
    let parsed = parse_text(text);
    let mut report = parsed.report;
    let checked = check(&parsed.spec);
    report.append(checked.report);
    assert_eq!(checked.program.is_some(), !report.has_errors());
    human::render(&report, name, text, &parsed.places, false)
}

#[test]
fn the_families_check_clean() {
    for name in ["gpt2", "llama", "bert"] {
        let found = findings(name, &family(name));
        assert!(found.is_empty(), "{found}");
    }
}
#[test]
fn the_standard_library_parses_clean() {
    for (name, text) in ttt_dsl::standard::SOURCES {
        let parsed = parse_text(text);
        let found = human::render(&parsed.report, name, text, &parsed.places, false);
        assert!(found.is_empty(), "{found}");
    }
}
