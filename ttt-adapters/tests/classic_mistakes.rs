//! `docs/mistakes.md` shows what the program says, and says of nothing that it is caught when it is not.
//!
//! `TTT_UPDATE=1 cargo test -p ttt-adapters --test classic_mistakes` writes the messages anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ttt_adapters::checkpoint::{Settings, check as compare};
use ttt_adapters::registry::{FormatRegistry, ModelRegistry, OpenOptions};
use ttt_dsl::check::check;
use ttt_dsl::diagnostic::{Report, human};
use ttt_dsl::parse::{Parsed, parse_text};

const GPT2: &str = include_str!("../../models/src/gpt2.rs");
const LLAMA: &str = include_str!("../../models/src/llama.rs");

#[test]
fn the_page_shows_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mistakes.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let made = renewed(&page);
    if std::env::var_os("TTT_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    let line = page.lines().zip(made.lines()).position(|(old, new)| old != new);
    assert!(
        page == made,
        "docs/mistakes.md is not what the program says, from line {:?} on; \
         `TTT_UPDATE=1 cargo test -p ttt-adapters --test classic_mistakes` writes the messages anew",
        line.map(|line| line + 1)
    );
}

/// The page with the messages of today. Every second piece between fences is a heading with a text.
fn renewed(page: &str) -> String {
    let mut schema = "";
    let pieces = page.split("```").enumerate().map(|(index, piece)| {
        let (heading, text) = piece.split_once('\n').unwrap_or((piece, ""));
        match heading {
            _ if index % 2 == 0 => piece.to_owned(),
            "rust caught" => {
                schema = text;
                piece.to_owned()
            }
            "rust silent" => {
                assert!(
                    diagnose(text).0.is_empty(),
                    "this is caught after all:\n{}",
                    diagnose(text).1
                );
                piece.to_owned()
            }
            "text said" => {
                let (report, said) = diagnose(schema);
                assert_eq!(report.diagnostics.len(), 1, "one mistake:\n{said}");
                format!("{heading}\n{}\n", said.trim_end())
            }
            "text compiled" => format!("{heading}\n{}\n", compiled()),
            heading => {
                let scenario = heading
                    .strip_prefix("text opened ")
                    .unwrap_or_else(|| panic!("what is ```{heading}?"));
                format!("{heading}\n{}\n", opened(scenario))
            }
        }
    });
    pieces.collect::<Vec<_>>().join("```")
}

fn diagnose(text: &str) -> (Report, String) {
    let Parsed {
        spec,
        places,
        mut report,
    } = parse_text(text);
    report.append(check(&spec).report);
    let said = human::render(&report, "model.ttt", text, &places, false);
    (report, said)
}

/// What is said when a fixture is opened with a schema or a configuration that is wrong.
fn opened(scenario: &str) -> String {
    match scenario {
        "with the wrong layout" => open(
            "gpt2/tied",
            &GPT2.replace("weights hf(linear: in_out", "weights hf(linear: out_in"),
            |config| config,
        ),
        "with heads that do not divide the width" => open("gpt2/tied", GPT2, |config| {
            config.replace("\"n_head\": 3", "\"n_head\": 5")
        }),
        "without the tie" => open(
            "llama/tied",
            &LLAMA.replace("tie logits.weight = embed.weight if tied;", ""),
            |config| config,
        ),
        "with two positions more" => open("gpt2/tied", GPT2, |config| {
            config.replace("\"n_positions\": 19", "\"n_positions\": 17")
        }),
        "with an epsilon that nothing reads" => open(
            "gpt2/tied",
            &GPT2.replace("eps: \"layer_norm_epsilon\" or 1e-5,", "keep eps,"),
            |config| config,
        ),
        other => panic!("there is no scenario `{other}`"),
    }
}

/// What the compiler says of GPT-2 with the wrong layout when its schema names a checkpoint.
fn compiled() -> String {
    let directory = tempfile::tempdir().unwrap();
    copy(&common::fixture("gpt2/tied"), &directory.path().join("gpt2"));
    let family = common::macro_body(GPT2).replace(
        "weights hf(linear: in_out,",
        "checkpoint \"gpt2\" head lm;\n\n        weights hf(linear: out_in,",
    );
    let parsed = parse_text(&family);
    let report = compare(
        &Arc::new(common::program(&family)),
        &Settings::new(directory.path()),
    )
    .report;
    let said = human::render(&report, "gpt2.rs", &family, &parsed.places, false);
    said.trim_end().to_owned()
}

/// Opens a copy of a fixture; the first problem or warning, and how many more there are.
fn open(fixture: &str, family: &str, change: impl FnOnce(String) -> String) -> String {
    let directory = tempfile::tempdir().unwrap();
    let copied = copy(&common::fixture(fixture), directory.path());
    let config = std::fs::read_to_string(copied.join("config.json")).unwrap();
    std::fs::write(copied.join("config.json"), change(config)).unwrap();
    let mut models = ModelRegistry::new();
    models.register(Arc::new(common::program(common::macro_body(family))));
    let problems = match FormatRegistry::default().open(&copied, &OpenOptions::default(), &models) {
        Ok(opened) => {
            let warnings = opened.warnings.iter();
            warnings
                .map(|warning| format!("warning{warning}"))
                .collect::<Vec<_>>()
        }
        Err(error) => {
            let problems = error.problems.iter();
            problems.map(|problem| format!("error{problem}")).collect()
        }
    };
    let first = problems
        .first()
        .unwrap_or_else(|| panic!("{fixture} opens without a word"));
    let first = first.replace(&format!("{}/", copied.display()), "");
    match problems.len() - 1 {
        0 => first,
        more => format!("{first}\n\nand {more} more"),
    }
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    std::fs::create_dir_all(to).unwrap();
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    to.to_owned()
}
