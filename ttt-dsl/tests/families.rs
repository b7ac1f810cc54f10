//! The standard library and the model families check clean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Instant;

use common::{family, program, shown};
use ttt_dsl::diagnostic::human;
use ttt_dsl::parse::parse_text;
use ttt_dsl::standard;

#[test]
fn the_families_check_clean() {
    for name in ["gpt2", "llama", "bert"] {
        let found = shown(&family(name));
        assert!(found.is_empty(), "{name}: {found}");
    }
}

#[test]
fn the_standard_library_parses_clean() {
    for (name, text) in standard::SOURCES {
        let parsed = parse_text(text);
        let found = human::render(&parsed.report, name, text, &parsed.places, false);
        assert!(found.is_empty(), "{found}");
    }
}

/// Checked as a user's blocks, so that every mistake has a place.
#[test]
fn the_standard_blocks_check_clean() {
    let (_, text) = standard::SOURCES
        .iter()
        .find(|(name, _)| *name == "blocks.ttt")
        .unwrap();
    let own = text.replace("block ", "block Own");
    let found = shown(&own);
    assert!(found.is_empty(), "{found}");
}

#[test]
fn blocks_come_before_what_calls_them() {
    let llama = program(&family("llama"));
    let names: Vec<&str> = llama.blocks.iter().map(|block| block.name.as_str()).collect();
    assert_eq!(names, ["GroupedQueryAttention", "SwiGlu", "LlamaBlock"]);
}

/// The macro checks at every build, so this must not be felt. The limit leaves room for a slow machine in debug.
#[test]
fn checking_is_fast() {
    let spec = parse_text(&family("llama")).spec;
    standard::library();
    let start = Instant::now();
    assert!(ttt_dsl::check::check(&spec).program.is_some());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
