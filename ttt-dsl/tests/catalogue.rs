//! The catalogue, the table of codes, the reference page and the cases of the compiler's tests agree.
//!
//! `TTT_UPDATE=1 cargo test -p ttt-dsl --test catalogue` writes the page and the cases anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalogue {
    pub mod compiled;
}

use std::path::{Path, PathBuf};

use catalogue::compiled;
use ttt_dsl::check::check;
use ttt_dsl::diagnostic::catalogue::{Entry, Example, SCHEMAS, hint, json, list, markdown, text};
use ttt_dsl::diagnostic::{Report, codes};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::toml::parse_toml;

/// A mend changes at most so many characters, and a few lines are added at most.
const MEND: usize = 160;

#[test]
fn every_code_has_a_page() {
    let mut faults = Vec::new();
    for code in codes::TABLE {
        if let Err(fault) = SCHEMAS.read(*code) {
            faults.push(format!(
                "{code} ({}): {fault}. Write ttt-dsl/src/diagnostic/catalogue/pages/{code}.md: a paragraph that says what \
                 goes wrong otherwise, a fence ```ttt wrong with the smallest text that gives {code} alone, a fence \
                 ```ttt right with its mend; name the page in catalogue/schemas.rs; then update the reference page by \
                 `TTT_UPDATE=1 cargo test -p ttt-dsl --test catalogue`.",
                code.title
            ));
        }
        if SCHEMAS.chapter(*code).is_none() {
            faults.push(format!(
                "{code} is of no chapter: add one in catalogue/schemas.rs"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_page_has_a_code() {
    let listed: Vec<&str> = SCHEMAS.pages.iter().map(|(id, _)| *id).collect();
    let strangers: Vec<&&str> = listed.iter().filter(|id| codes::find(id).is_none()).collect();
    assert!(strangers.is_empty(), "pages without a code: {strangers:?}");
    let folder = root().join("ttt-dsl/src/diagnostic/catalogue/pages");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let id = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            listed.contains(&id.as_str()),
            "catalogue/schemas.rs does not list {id}"
        );
    }
}

#[test]
fn every_wrong_example_is_its_one_mistake() {
    let faults: Vec<String> = examples()
        .filter_map(|(entry, example)| {
            let report = diagnose(example.language, example.wrong);
            let ids: Vec<&str> = report.diagnostics.iter().map(|found| found.code.id).collect();
            let told = example.said(false).unwrap();
            match report.diagnostics.as_slice() {
                [only] if only.code != entry.code => Some(format!("{} gives {ids:?}\n{told}", entry.code)),
                [only] if only.place.is_nowhere() => Some(format!("{} has no place\n{told}", entry.code)),
                [only] if only.help.is_empty() && only.suggestion.is_none() => {
                    Some(format!("{} says no mend\n{told}", entry.code))
                }
                [_] => None,
                _ => Some(format!("{} gives {ids:?}\n{told}", entry.code)),
            }
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_right_example_is_right_and_near_the_wrong_one() {
    let mut faults = Vec::new();
    for (entry, example) in examples() {
        let report = diagnose(example.language, example.right);
        for found in report.diagnostics {
            faults.push(format!(
                "{}, mended: [{}] {}",
                entry.code, found.code, found.message
            ));
        }
        let changed = strsim::levenshtein(example.wrong, example.right);
        if changed > MEND {
            faults.push(format!(
                "{}: {changed} characters are changed to mend it",
                entry.code
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_page_is_printed_for_people_and_for_tools() {
    let entry = SCHEMAS.entry(codes::UNKNOWN_NAME).unwrap();
    insta::assert_snapshot!(text(&entry, false));
    assert_eq!(json(&entry)["examples"][0]["wrong"], entry.examples[0].wrong);
    assert!(text(&entry, true).contains("\x1b[31mwrong"));
    assert!(list(&[&SCHEMAS], false).contains("  T103  unknown name\n"));
    assert_eq!(
        hint([codes::SHAPE, codes::RANK, codes::SHAPE]),
        "for more: ttt explain T301 T302"
    );
}

#[test]
fn the_reference_page_is_the_catalogue() {
    holds(&root().join("docs/diagnostics.md"), &markdown(&SCHEMAS));
}

#[test]
fn the_compiler_is_tested_with_every_example() {
    for case in compiled::cases() {
        holds(&root().join("tests/ui/codes").join(&case.file), &case.text);
    }
}

#[test]
fn what_the_compiler_is_not_tested_with_has_a_reason() {
    for (entry, example) in examples() {
        let file_only = example.language != "ttt";
        let excused = compiled::NOT_IN_A_MACRO
            .iter()
            .any(|(id, _)| *id == entry.code.id);
        assert!(
            !file_only || excused,
            "{} needs a row in NOT_IN_A_MACRO",
            entry.code
        );
    }
}

fn examples() -> impl Iterator<Item = (Entry, Example)> {
    let entries = codes::TABLE.iter().filter_map(|code| SCHEMAS.entry(*code));
    entries.flat_map(|entry| {
        let examples = entry.examples.clone();
        examples.into_iter().map(move |example| (entry.clone(), example))
    })
}

fn diagnose(language: &str, text: &str) -> Report {
    let Parsed { spec, mut report, .. } = match language {
        "toml" => parse_toml(text),
        _ => parse_text(text),
    };
    report.append(check(&spec).report);
    report
}

/// A committed file is what is made now; where `TTT_UPDATE` is set, it is written.
fn holds(path: &Path, made: &str) {
    if std::env::var_os("TTT_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(made.lines())
        .position(|(old, new)| old != new);
    assert!(
        committed == made,
        "{} is not what the catalogue makes, from line {} on; `TTT_UPDATE=1 cargo test -p ttt-dsl --test catalogue` \
         writes it anew",
        path.display(),
        differs.map_or(committed.lines().count().min(made.lines().count()), |line| line) + 1
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
