//! Sources, and what the checker says of them.
#![allow(dead_code, reason = "not every test uses all of it")]

use ttt_dsl::check::{Checked, check};
use ttt_dsl::diagnostic::{Report, human};
use ttt_dsl::parse::parse_text;
use ttt_dsl::program::Program;

/// The text between the braces of `ttt_runtime::model! { … }`.
pub fn family(name: &str) -> String {
    let path = format!("{}/../models/src/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap();
    let start = source.find("model! {").unwrap() + "model! {".len();
    let end = source.rfind('}').unwrap();
    source[start..end].to_owned()
}

/// Parses and checks a source.
pub fn checked(text: &str) -> Checked {
    let parsed = parse_text(text);
    let mut report = parsed.report;
    let checked = check(&parsed.spec);
    report.append(checked.report);
    assert_eq!(checked.program.is_some(), !report.has_errors());
    Checked {
        program: checked.program,
        report,
    }
}

/// The program of a source without mistakes.
pub fn program(text: &str) -> Program {
    let shown = shown(text);
    assert!(shown.is_empty(), "{shown}");
    checked(text).program.unwrap()
}

/// What people see of a source's mistakes.
pub fn shown(text: &str) -> String {
    let parsed = parse_text(text);
    let mut report: Report = parsed.report;
    report.append(check(&parsed.spec).report);
    human::render(&report, "source.ttt", text, &parsed.places, false)
}

/// The codes of a source's mistakes.
pub fn codes(text: &str) -> Vec<&'static str> {
    let report = checked(text).report;
    report
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.id)
        .collect()
}
