//! The catalogue's wrong examples as cases of trybuild, a file per chapter: running the compiler costs far more than a
//! mistake does, and a chapter on one page reads like the documentation it is.

use ttt_dsl::diagnostic::Severity;
use ttt_dsl::diagnostic::catalogue::{Chapter, Entry, SCHEMAS};

/// Codes that no macro call gives, each with the reason.
pub const NOT_IN_A_MACRO: &[(&str, &str)] = &[
    (
        "T001",
        "the compiler itself cuts a macro's text into tokens, and reports what is none",
    ),
    ("T009", "a macro's text is not TOML"),
    ("T010", "a macro's text is not TOML"),
    ("T011", "a macro's text is not TOML"),
];

/// A file of trybuild.
pub struct Case {
    /// Its name in `tests/ui/codes`.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A file for each chapter's errors, and one for each warning, which the compiler only gives where there is no error.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (chapter, codes) in SCHEMAS.by_chapter() {
        let entries: Vec<Entry> = codes.into_iter().filter_map(|code| SCHEMAS.entry(code)).collect();
        let (errors, warnings): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .filter(|entry| excuse(entry).is_none())
            .partition(|entry| severity(entry) == Severity::Error);
        cases.push(chapter_case(chapter, &errors));
        cases.extend(warnings.iter().map(warning_case));
    }
    cases
}

fn chapter_case(chapter: Chapter, entries: &[Entry]) -> Case {
    let mut text = format!(
        "//! {}, mistake by mistake: docs/diagnostics.md explains each.\n",
        chapter.title
    );
    for (id, reason) in NOT_IN_A_MACRO {
        if id.starts_with(chapter.prefix) {
            text.push_str(&format!("//! {id} is not among them: {reason}.\n"));
        }
    }
    for entry in entries {
        text.push('\n');
        text.push_str(&module(entry));
    }
    text.push_str("\nfn main() {}\n");
    Case {
        file: format!("{}.rs", chapter.prefix.to_lowercase()),
        text,
    }
}

fn warning_case(entry: &Entry) -> Case {
    let text = format!(
        "//! A warning, which `deny` makes an error.\n#![deny(warnings)]\n\n{}\nfn main() {{}}\n",
        module(entry)
    );
    Case {
        file: format!("{}.rs", entry.code.id.to_lowercase()),
        text,
    }
}

/// The first example of a code, in a module of its own: examples share names.
fn module(entry: &Entry) -> String {
    let code = entry.code;
    let mut text = format!(
        "// {code}: {}\nmod {} {{\n    ttt::model! {{\n",
        code.title,
        code.id.to_lowercase()
    );
    for line in entry.examples[0].wrong.lines() {
        match line.is_empty() {
            true => text.push('\n'),
            false => text.push_str(&format!("        {line}\n")),
        }
    }
    text + "    }\n}\n"
}

fn excuse(entry: &Entry) -> Option<&'static str> {
    let row = NOT_IN_A_MACRO.iter().find(|(id, _)| *id == entry.code.id);
    row.map(|(_, reason)| *reason)
}

fn severity(entry: &Entry) -> Severity {
    let report = crate::diagnose(entry.examples[0].language, entry.examples[0].wrong);
    report
        .diagnostics
        .first()
        .map_or(Severity::Error, |first| first.severity)
}
