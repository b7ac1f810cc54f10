//! Every damaged checkpoint gives an error that names the mistake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use ttt_adapters::registry::{FormatRegistry, OpenOptions};

#[test]
fn every_mistake_is_told() {
    let models = common::families();
    let formats = FormatRegistry::default();
    let mut cases: Vec<_> = std::fs::read_dir(common::fixture("bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut texts = Vec::new();
    let mut unmentioned = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let mistake: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(case.join("mistake.json")).unwrap()).unwrap();
        let said = match formats.open(&case, &OpenOptions::default(), &models) {
            Err(error) => {
                assert!(
                    error.to_string().lines().count() < 45,
                    "{name} fills more than a screen"
                );
                common::text(&error, &case)
            }
            Ok(opened) => {
                let warnings: Vec<String> = opened
                    .warnings
                    .iter()
                    .map(|warning| format!("warning{warning}"))
                    .collect();
                warnings.join("\n\n").replace(&format!("{}/", case.display()), "")
            }
        };
        for word in mistake["mentions"].as_array().unwrap() {
            let word = word.as_str().unwrap();
            if !said.contains(word) {
                unmentioned.push(format!("{name} does not mention `{word}`:\n{said}"));
            }
        }
        texts.push(format!(
            "## {name}: {}\n{said}",
            mistake["says"].as_str().unwrap()
        ));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
    assert!(unmentioned.is_empty(), "{}", unmentioned.join("\n\n"));
}
