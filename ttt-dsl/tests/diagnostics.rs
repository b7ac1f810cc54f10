//! Every code has a case in `tests/diagnostics`, named after it, in which it is the only mistake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use ttt_dsl::check::check;
use ttt_dsl::diagnostic::{Report, codes, human};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::toml::parse_toml;

#[test]
fn every_code_has_a_case() {
    let names: Vec<String> = cases().iter().map(|path| file_name(path)).collect();
    let without: Vec<&str> = codes::TABLE
        .iter()
        .map(|code| code.id)
        .filter(|id| !names.iter().any(|name| name.starts_with(id)))
        .collect();
    assert!(without.is_empty(), "codes without a case: {without:?}");
}

#[test]
fn every_case_is_one_mistake() {
    let mut wrong = Vec::new();
    for path in cases() {
        let name = file_name(&path);
        let (report, shown) = diagnose(&path);
        let ids: Vec<&str> = report
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.id)
            .collect();
        if ids.len() != 1 || !name.starts_with(ids[0]) {
            wrong.push(format!("{name} gives {ids:?}\n{shown}"));
            continue;
        }
        let only = &report.diagnostics[0];
        if only.place.is_nowhere() || (only.help.is_empty() && only.suggestion.is_none()) {
            wrong.push(format!("{name} has no place or no mend\n{shown}"));
        }
        insta::with_settings!({ snapshot_path => "diagnostics", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, shown);
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "snap" && extension != "new")
        })
        .collect();
    cases.sort();
    cases
}

fn diagnose(path: &Path) -> (Report, String) {
    let text = std::fs::read_to_string(path).unwrap();
    let Parsed {
        spec,
        places,
        mut report,
    } = match path.extension().is_some_and(|extension| extension == "toml") {
        true => parse_toml(&text),
        false => parse_text(&text),
    };
    report.append(check(&spec).report);
    let shown = human::render(&report, &file_name(path), &text, &places, false);
    (report, shown)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
