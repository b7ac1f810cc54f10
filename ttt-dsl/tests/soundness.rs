//! What passes the check has the shapes that the checker says, for any numbers that its requires allow.
//!
//! `SEEDS=20000 cargo test --release -p ttt-dsl --test soundness` draws more schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sound;

use sound::drawn::{Drawn, HEADS, draw};
use sound::shapes;
use ttt_dsl::check::check;
use ttt_dsl::diagnostic::{Severity, human};
use ttt_dsl::format;
use ttt_dsl::instance::{Scalar, Values, instantiate};
use ttt_dsl::parse::parse_text;
use ttt_dsl::program::Program;

fn seeds() -> u64 {
    std::env::var("SEEDS").map_or(60, |seeds| seeds.parse().unwrap())
}

/// The program, or what is wrong with the text.
fn program(drawn: &Drawn) -> Result<Program, String> {
    let parsed = parse_text(&drawn.text);
    let checked = check(&parsed.spec);
    let mut report = parsed.report;
    report.append(checked.report);
    report
        .diagnostics
        .retain(|diagnostic| diagnostic.severity == Severity::Error);
    let shown = || human::render(&report, "drawn.ttt", &drawn.text, &parsed.places, false);
    checked.program.ok_or_else(shown)
}

/// How many shapes were compared, with the schema's own numbers and with others.
fn assert_sound(seed: u64, drawn: &Drawn, program: &Program) -> usize {
    let mut other: Values = drawn
        .values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Scalar::Int(*value)))
        .collect();
    other.insert("flag".to_owned(), Scalar::Bool(drawn.flag));
    let [sequences, texts, tokens] = drawn.sizes;
    let mut compared = 0;
    for values in [Values::new(), other] {
        for head in [None].into_iter().chain(HEADS.map(Some)) {
            let instance = instantiate(program, "Drawn", head, &values);
            let instance = instance.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", drawn.text));
            let batch = match head {
                Some("choose") => vec![sequences, texts, tokens],
                _ => vec![sequences, tokens],
            };
            let run = shapes::run(program, &instance, &batch);
            let run = run
                .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{values:?} {batch:?}\n{}", drawn.text));
            compared += run.compared;
        }
    }
    compared
}

#[test]
fn what_is_well_typed_is_accepted_and_sound() {
    let (mut compared, mut refused) = (0, Vec::new());
    for seed in 0..seeds() {
        let drawn = draw(seed, false);
        match program(&drawn) {
            Ok(program) => compared += assert_sound(seed, &drawn, &program),
            Err(shown) => refused.push(format!("seed {seed} is refused\n{shown}")),
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    println!("{} schemas, {compared} shapes", seeds());
    assert!(compared > 1000);
}

#[test]
fn what_is_drawn_wildly_and_accepted_is_sound() {
    let (mut accepted, mut compared) = (0, 0);
    for seed in 0..seeds() * 4 {
        let drawn = draw(seed, true);
        if let Ok(program) = program(&drawn) {
            accepted += 1;
            compared += assert_sound(seed, &drawn, &program);
        }
    }
    println!("{accepted} of {} schemas, {compared} shapes", seeds() * 4);
    assert!(accepted > 0);
}

/// `UPDATE_DRAWN=1` writes the schemas anew that `tests/tests/soundness` expands.
#[test]
fn the_expanded_schemas_are_the_drawn_ones() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/soundness/drawn.rs");
    let modules = (0..12).map(|seed| {
        let text = draw(seed, false).text.replace('\n', "\n        ");
        format!("pub mod drawn_{seed} {{\n    ttt_runtime::model! {{\n        {text}\n    }}\n}}\n")
    });
    let head =
        "//! Schemas drawn by `ttt-dsl/tests/sound`, whose test writes this file with `UPDATE_DRAWN=1`.\n\n";
    let written = head.to_owned() + &modules.collect::<Vec<_>>().join("\n");
    let written = format::rust_file(&written).unwrap();
    if std::env::var_os("UPDATE_DRAWN").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), written);
}
