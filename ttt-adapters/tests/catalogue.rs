//! The catalogue of files, its table of codes and the reference page agree, and its messages are those that tests saw.
//!
//! `TTT_UPDATE=1 cargo test -p ttt-adapters --test catalogue` writes the page anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use ttt_adapters::error::catalogue::FILES;
use ttt_adapters::error::codes;
use ttt_dsl::diagnostic::catalogue::markdown;

#[test]
fn every_code_has_a_page() {
    let mut faults = Vec::new();
    for code in codes::TABLE {
        if let Err(fault) = FILES.read(*code) {
            faults.push(format!(
                "{code} ({}): {fault}. Write ttt-adapters/src/error/pages/{code}.md: a paragraph that says what goes wrong \
                 otherwise, a fence ```text wrong with the bad input, a fence ```text message with what a test's snapshot \
                 has seen said of it, a fence ```text right with the mend; name the page in error/catalogue.rs; then \
                 update the reference page by `TTT_UPDATE=1 cargo test -p ttt-adapters --test catalogue`.",
                code.title
            ));
        }
        if FILES.chapter(*code).is_none() {
            faults.push(format!("{code} is of no chapter: add one in error/catalogue.rs"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_page_has_a_code() {
    let listed: Vec<&str> = FILES.pages.iter().map(|(id, _)| *id).collect();
    let strangers: Vec<&&str> = listed.iter().filter(|id| codes::find(id).is_none()).collect();
    assert!(strangers.is_empty(), "pages without a code: {strangers:?}");
    for file in files(&root().join("ttt-adapters/src/error/pages")) {
        let id = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            listed.contains(&id.as_str()),
            "error/catalogue.rs does not list {id}"
        );
    }
}

/// The snapshots of tests hold what the program says, so a page that has it word for word is true.
#[test]
fn every_code_has_a_message_that_a_test_saw() {
    let seen: Vec<String> = ["ttt-adapters/tests/snapshots", "ttt-text/tests/snapshots"]
        .iter()
        .flat_map(|folder| files(&root().join(folder)))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let mut faults = Vec::new();
    for entry in codes::TABLE.iter().filter_map(|code| FILES.entry(*code)) {
        if entry.examples.iter().all(|example| example.message.is_none()) {
            faults.push(format!(
                "{}: its page shows no message. Provoke it in a test that has a snapshot, as tests/told.rs, and copy it; a \
                 code that nothing provokes has no place in the table.",
                entry.code
            ));
        }
        for message in entry.examples.iter().filter_map(|example| example.message) {
            let coded = message.contains(entry.code.id);
            if !coded || !seen.iter().any(|text| text.contains(message.trim_end())) {
                faults.push(format!(
                    "{}: no snapshot of a test has this message:\n{message}",
                    entry.code
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reference_page_is_the_catalogue() {
    let path = root().join("docs/diagnostics-of-files.md");
    let made = markdown(&FILES);
    if std::env::var_os("TTT_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == made,
        "{} is not what the catalogue makes; `TTT_UPDATE=1 cargo test -p ttt-adapters --test catalogue` writes it anew",
        path.display()
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
