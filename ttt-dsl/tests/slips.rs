//! A slip of the pen is one diagnostic: a misspelt keyword, a misspelt name, a lost token, in everything that is shipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::ops::Range;

use common::family;
use proc_macro2::{TokenStream, TokenTree};
use ttt_dsl::check::check;
use ttt_dsl::diagnostic::{Report, human};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::print;
use ttt_dsl::toml::parse_toml;

const KEYWORDS: [&str; 30] = [
    "enum", "leaf", "block", "model", "extends", "params", "require", "let", "tie", "tieable", "forward", "head", "loss",
    "preset", "config", "weights", "expect", "ignore", "keep", "architecture", "alias", "remove", "replace", "with", "via",
    "same", "skip", "or", "if", "else",
];

/// A damaged text and what was done to it.
struct Slip {
    kind: &'static str,
    what: String,
    text: String,
}

#[test]
fn measure() {
    let stride: usize = std::env::var("STRIDE").map_or(7, |s| s.parse().unwrap());
    let show: usize = std::env::var("SHOW").map_or(99, |s| s.parse().unwrap());
    let mut counts: BTreeMap<&'static str, BTreeMap<usize, usize>> = BTreeMap::new();
    for (name, text) in sources() {
        let (_, shown) = diagnose(&name, &text);
        assert!(shown.is_empty(), "{name}: {shown}");
        for slip in slips(&name, &text).into_iter().step_by(stride) {
            let (report, shown) = diagnose(&name, &slip.text);
            let count = report.diagnostics.len();
            *counts.entry(slip.kind).or_default().entry(count).or_default() += 1;
            if count >= show {
                println!("==== {name}: {} {} -> {count}\n{shown}", slip.kind, slip.what);
            }
        }
    }
    println!("{counts:#?}");
}

fn sources() -> Vec<(String, String)> {
    let mut sources: Vec<(String, String)> = ["gpt2", "llama", "bert"]
        .into_iter()
        .map(|name| (name.to_owned(), family(name)))
        .collect();
    sources.push(("forms".into(), include_str!("examples/forms.ttt").into()));
    let twins: Vec<(String, String)> = sources
        .iter()
        .map(|(name, text)| (format!("{name}.toml"), print::toml(&parse_text(text).spec)))
        .collect();
    sources.extend(twins);
    sources
}

fn slips(name: &str, text: &str) -> Vec<Slip> {
    let toml = name.ends_with(".toml");
    let mut ranges = Vec::new();
    match toml {
        true => words(text, &mut ranges),
        false => flatten(text.parse().unwrap(), &mut ranges),
    }
    let mut slips = Vec::new();
    for range in ranges {
        let token = &text[range.clone()];
        if token.starts_with("///") {
            continue;
        }
        let line = text[..range.start].matches('\n').count() + 1;
        let what = format!("`{token}` in line {line}: {}", text.lines().nth(line - 1).unwrap().trim());
        if token.starts_with(|c: char| c.is_alphabetic()) {
            let labelled = text[range.end..].starts_with(':');
            let kind = match KEYWORDS.contains(&token) && !labelled {
                _ if toml => "misspelt in TOML",
                true => "misspelt keyword",
                false => "misspelt name",
            };
            slips.push(Slip { kind, what: what.clone(), text: replaced(text, range.clone(), &misspelt(token)) });
        }
        if toml {
            continue;
        }
        slips.push(Slip { kind: "lost token", what, text: replaced(text, range, "") });
    }
    slips
}

fn misspelt(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    letters[middle] = match letters[middle] {
        letter if letter.is_uppercase() => 'Z',
        'z' => 'y',
        _ => 'z',
    };
    letters.into_iter().collect()
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with} {}", &text[..range.start], &text[range.end..])
}

fn flatten(tokens: TokenStream, ranges: &mut Vec<Range<usize>>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                ranges.push(group.span_open().byte_range());
                flatten(group.stream(), ranges);
                ranges.push(group.span_close().byte_range());
            }
            other => ranges.push(other.span().byte_range()),
        }
    }
}

/// Words outside of quotes within quotes.
fn words(text: &str, ranges: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with("doc = ") {
            let mut word: Option<usize> = None;
            for (offset, letter) in line.char_indices() {
                let inside = letter.is_alphanumeric() || letter == '_';
                match (inside, word) {
                    (true, None) => word = Some(offset),
                    (false, Some(begun)) => {
                        ranges.push(start + begun..start + offset);
                        word = None;
                    }
                    _ => {}
                }
            }
        }
        start += line.len();
    }
}

fn diagnose(name: &str, text: &str) -> (Report, String) {
    let Parsed { spec, places, mut report } = match name.ends_with(".toml") {
        true => parse_toml(text),
        false => parse_text(text),
    };
    report.append(check(&spec).report);
    let shown = human::render(&report, "source.ttt", text, &places, false);
    (report, shown)
}
