//! What is printed reads back as what was printed, in every spelling.

#![allow(clippy::unwrap_used)]

mod generator;

use proptest::prelude::*;
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::spec::Spec;
use ttt_dsl::toml::parse_toml;
use ttt_dsl::{diagnostic, print};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

    #[test]
    fn the_rust_like_spelling_reads_back(spec in generator::spec()) {
        let text = print::rust(&spec);
        same(&spec, parse_text(&text), &text)?;
    }

    #[test]
    fn the_toml_spelling_reads_back(spec in generator::spec()) {
        let text = print::toml(&spec);
        same(&spec, parse_toml(&text), &text)?;
    }

    #[test]
    fn json_reads_back(spec in generator::spec()) {
        let text = serde_json::to_string(&spec).unwrap();
        let read: Spec = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, spec, "{}", text);
    }

    #[test]
    fn cutting_a_text_anywhere_makes_no_panic(spec in generator::spec(), cut in 0.0..1.0) {
        let text = print::rust(&spec);
        let end = (text.len() as f64 * cut) as usize;
        let end = (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        let parsed = parse_text(&text[..end]);
        diagnostic::human::render(&parsed.report, "cut.ttt", &text[..end], &parsed.places, false);
    }

    #[test]
    fn losing_a_token_is_at_most_a_few_mistakes(spec in generator::spec(), at in 0.0..1.0) {
        let text = print::rust(&spec);
        let words: Vec<&str> = text.split_inclusive(|c: char| c.is_whitespace() || ",;:".contains(c)).collect();
        let lost = (words.len() as f64 * at) as usize;
        let damaged: String = words.iter().enumerate().filter(|(i, _)| *i != lost).map(|(_, word)| *word).collect();
        let parsed = parse_text(&damaged);
        let count = parsed.report.diagnostics.len();
        prop_assert!(count <= 8, "{} diagnostics after losing `{}` from\n{}", count, words.get(lost).unwrap_or(&""), text);
    }
}

fn same(spec: &Spec, parsed: Parsed, text: &str) -> Result<(), TestCaseError> {
    let shown = diagnostic::human::render(&parsed.report, "printed", text, &parsed.places, false);
    prop_assert!(parsed.report.is_empty(), "{}\n{}", shown, text);
    prop_assert_eq!(&parsed.spec, spec, "{}", text);
    Ok(())
}
