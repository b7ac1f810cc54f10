//! One schema, however it is written.

#![allow(clippy::unwrap_used)]

use proc_macro2::TokenStream;
use ttt_dsl::parse::{Parsed, parse_text, parse_tokens};
use ttt_dsl::toml::parse_toml;
use ttt_dsl::{diagnostic, print};

const EXAMPLES: [(&str, &str); 2] = [
    (
        include_str!("examples/gpt2.ttt"),
        include_str!("examples/gpt2.toml"),
    ),
    (
        include_str!("examples/llama.ttt"),
        include_str!("examples/llama.toml"),
    ),
];

#[test]
fn both_spellings_of_the_examples_are_one_schema() {
    for (rust, toml) in EXAMPLES {
        let (rust, toml) = (clean(parse_text(rust), rust), clean(parse_toml(toml), toml));
        assert_eq!(rust.spec, toml.spec);
    }
}

#[test]
fn a_macro_call_is_the_same_schema_with_spans_for_places() {
    for (rust, _) in EXAMPLES {
        let tokens: TokenStream = rust.parse().unwrap();
        let parsed = clean(parse_tokens(tokens), rust);
        assert_eq!(parsed.spec, parse_text(rust).spec);
        let model = &parsed.spec.models[0];
        assert_eq!(
            parsed
                .places
                .span(model.name.place)
                .unwrap()
                .source_text()
                .unwrap(),
            model.name.text
        );
    }
}

#[test]
fn names_of_both_spellings_stand_where_they_are_written() {
    for (rust, toml) in EXAMPLES {
        for (parsed, text) in [(parse_text(rust), rust), (parse_toml(toml), toml)] {
            let model = &parsed.spec.models[0];
            let call = &model.body.parts[2].call;
            let tensor = model.body.forward.as_ref().unwrap().signature.outputs[0].ty.place;
            assert_eq!(
                &text[parsed.places.range(model.name.place).unwrap()],
                model.name.as_str()
            );
            assert_eq!(
                &text[parsed.places.range(call.callee.place).unwrap()],
                call.callee.as_str()
            );
            assert_eq!(&text[parsed.places.range(tensor).unwrap()], "[B, T, dim]");
        }
    }
}

#[test]
fn the_canonical_spellings_read_as_one_would_write_them() {
    let spec = parse_text(EXAMPLES[1].0).spec;
    insta::assert_snapshot!("canonical_rust", print::rust(&spec));
    insta::assert_snapshot!("canonical_toml", print::toml(&spec));
}

#[test]
fn the_reference_reads_without_mistakes() {
    let reference = include_str!("../../docs/language.md");
    let fences: Vec<&str> = reference
        .split("```rust\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(fences.len() >= 2);
    for fence in fences {
        clean(parse_text(fence), fence);
    }
}

fn clean(parsed: Parsed, text: &str) -> Parsed {
    let shown = diagnostic::human::render(&parsed.report, "example", text, &parsed.places, false);
    assert!(parsed.report.is_empty(), "{shown}");
    parsed
}
