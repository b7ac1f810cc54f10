//! A slip of the pen is one diagnostic: a misspelt word or a lost token, anywhere in a sound source.
//!
//! `STRIDE=1 cargo test -p ttt-dsl --test slips -- --nocapture` makes every slip and prints how many diagnostics they give.
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

const KEYWORDS: [&str; 33] = [
    "enum",
    "leaf",
    "block",
    "model",
    "extends",
    "params",
    "require",
    "let",
    "tie",
    "tieable",
    "forward",
    "head",
    "loss",
    "preset",
    "config",
    "weights",
    "expect",
    "ignore",
    "keep",
    "architecture",
    "alias",
    "replace",
    "with",
    "via",
    "same",
    "factors",
    "or",
    "if",
    "else",
    "fold",
    "given",
    "also",
    "lacks",
];

/// One in so many slips is made, at other places for every source.
const STRIDE: usize = 11;

/// A source in one of the two spellings.
struct Source {
    name: String,
    text: String,
    toml: bool,
}

/// A damaged text and what was done to it.
struct Slip {
    what: String,
    text: String,
}

#[test]
fn a_misspelt_keyword_is_one_diagnostic() {
    let counts = counts(&texts(), |source, token| {
        let keyword = KEYWORDS.contains(&token.word(source)) && !token.is_label(source);
        keyword.then(|| misspelt(token.word(source)))
    });
    assert_eq!(counts.into_keys().collect::<Vec<_>>(), [1]);
}

/// A name that is used nowhere else, such as a preset's, may be misspelt without a mistake. A size that nothing else binds
/// may be missed in two places.
#[test]
fn a_misspelt_name_is_one_diagnostic() {
    let counts = counts(&texts(), |source, token| {
        let keyword = KEYWORDS.contains(&token.word(source)) && !token.is_label(source);
        let word = token.word(source).starts_with(char::is_alphabetic);
        (word && !keyword).then(|| misspelt(token.word(source)))
    });
    let all: usize = counts.values().sum();
    let more: usize = counts.range(2..).map(|(_, slips)| slips).sum();
    assert!(
        more * 200 <= all && counts.keys().all(|count| *count <= 2),
        "{counts:?}"
    );
}

/// Keys are names of foreign tensors too. The second diagnostic is for a piece of a table under another key.
#[test]
fn a_misspelt_word_of_the_toml_spelling_is_at_most_two_diagnostics() {
    let counts = counts(&twins(), |source, token| Some(misspelt(token.word(source))));
    assert!(counts.keys().all(|count| *count <= 2), "{counts:?}");
}

/// Without a dimension, a signature may disagree with the body and with the caller.
#[test]
fn a_lost_token_is_at_most_two_diagnostics() {
    let counts = counts(&texts(), |_, _| Some(" ".to_owned()));
    assert!(counts.keys().all(|count| *count <= 2), "{counts:?}");
}

fn texts() -> Vec<Source> {
    let text = |name: &str, text: String| Source {
        name: name.to_owned(),
        text,
        toml: false,
    };
    let families = ["gpt2", "llama", "bert"].map(|name| text(name, family(name)));
    let forms = text("forms", include_str!("examples/forms.ttt").to_owned());
    families.into_iter().chain([forms]).collect()
}

fn twins() -> Vec<Source> {
    let twin = |source: Source| Source {
        text: print::toml(&parse_text(&source.text).spec),
        toml: true,
        ..source
    };
    texts().into_iter().map(twin).collect()
}

/// How many slips give how many diagnostics. `slip` says what stands in the place of a token.
fn counts(sources: &[Source], slip: impl Fn(&Source, &Token) -> Option<String>) -> BTreeMap<usize, usize> {
    let stride = std::env::var("STRIDE").map_or(STRIDE, |stride| stride.parse().unwrap());
    let mut counts = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        let (report, shown) = diagnose(source, &source.text);
        assert!(report.is_empty(), "{}: {shown}", source.name);
        let slips = tokens(source).into_iter().filter_map(|token| {
            let word = slip(source, &token)?;
            Some(token.replaced(source, &word))
        });
        for slip in slips.skip(index).step_by(stride) {
            let (report, shown) = diagnose(source, &slip.text);
            let count = report.diagnostics.len();
            *counts.entry(count).or_default() += 1;
            if count > 1 {
                println!("{}: {}: {count}\n{shown}", source.name, slip.what);
            }
        }
    }
    println!("{counts:?}");
    counts
}

fn diagnose(source: &Source, text: &str) -> (Report, String) {
    let Parsed {
        spec,
        places,
        mut report,
    } = match source.toml {
        true => parse_toml(text),
        false => parse_text(text),
    };
    report.append(check(&spec).report);
    let shown = human::render(&report, &source.name, text, &places, false);
    (report, shown)
}

/// The place of a token.
struct Token(Range<usize>);

impl Token {
    fn word<'s>(&self, source: &'s Source) -> &'s str {
        &source.text[self.0.clone()]
    }

    fn is_label(&self, source: &Source) -> bool {
        source.text[self.0.end..].starts_with(':')
    }

    fn replaced(&self, source: &Source, word: &str) -> Slip {
        let (before, after) = (&source.text[..self.0.start], &source.text[self.0.end..]);
        let line = before.lines().count();
        Slip {
            what: format!("`{}` in line {line} becomes `{word}`", self.word(source)),
            text: format!("{before}{word}{after}"),
        }
    }
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

fn tokens(source: &Source) -> Vec<Token> {
    let mut tokens = Vec::new();
    match source.toml {
        true => words(&source.text, &mut tokens),
        false => flatten(source.text.parse().unwrap(), &mut tokens),
    }
    tokens.retain(|token| !token.word(source).starts_with("///"));
    tokens
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                tokens.push(Token(group.span_open().byte_range()));
                flatten(group.stream(), tokens);
                tokens.push(Token(group.span_close().byte_range()));
            }
            other => tokens.push(Token(other.span().byte_range())),
        }
    }
}

/// Words that are no documentation.
fn words(text: &str, tokens: &mut Vec<Token>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let inside = |letter: char| letter.is_alphanumeric() || letter == '_';
        let pieces = line.split(|letter| !inside(letter));
        for word in pieces.filter(|word| word.starts_with(char::is_alphabetic) && !line.starts_with("doc = "))
        {
            let offset = start + (word.as_ptr() as usize - line.as_ptr() as usize);
            tokens.push(Token(offset..offset + word.len()));
        }
        start += line.len();
    }
}
