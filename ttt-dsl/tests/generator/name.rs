//! Names, texts, paths.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use ttt_dsl::place::Place;
use ttt_dsl::spec::{Expr, ExprKind, Name, Path, Segment, SegmentIndex};

/// Words of the language that name nothing where names of any kind are asked for.
const RESERVED: [&str; 12] = [
    "or", "len", "by", "via", "same", "skip", "base", "context", "as", "do", "fn", "if",
];
const MORE_RESERVED: [&str; 6] = ["in", "box", "use", "mod", "gen", "tie"];

pub fn lower() -> impl Strategy<Value = Name> {
    "[a-z][a-z0-9_]{0,4}"
        .prop_filter("reserved", |text| {
            !RESERVED.contains(&text.as_str()) && !MORE_RESERVED.contains(&text.as_str()) && is_free(text)
        })
        .prop_map(Name::new)
}

/// A part's name may be a word of the language.
pub fn part_name() -> impl Strategy<Value = Name> {
    let words = [
        "head", "params", "forward", "weights", "require", "config", "replace",
    ];
    prop_oneof![9 => lower(), 1 => proptest::sample::select(words.to_vec()).prop_map(Name::new)]
}

pub fn upper() -> impl Strategy<Value = Name> {
    "[A-Z][a-z]{1,3}[A-Z0-9]".prop_map(Name::new)
}

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_.{}]{0,12}", any::<String>()]
}

pub fn doc() -> impl Strategy<Value = String> {
    let line = "[a-zA-Z0-9 .,`'\"/*\\\\é→{}\\[\\]]{0,16}";
    prop_oneof![3 => Just(String::new()), 2 => vec(line, 1..3).prop_map(|lines| lines.join("\n"))]
}

pub fn path() -> impl Strategy<Value = Path> {
    vec(segment(), 1..4).prop_map(|segments| Path {
        segments,
        place: Place::NOWHERE,
    })
}

fn segment() -> impl Strategy<Value = Segment> {
    let number = (0..9i64).prop_map(|value| Expr {
        kind: ExprKind::Int(value),
        place: Place::NOWHERE,
    });
    let index = prop_oneof![
        lower().prop_map(SegmentIndex::Name),
        number.prop_map(|n| SegmentIndex::Expr(Box::new(n)))
    ];
    (part_name(), proptest::option::of(index)).prop_map(|(name, index)| Segment { name, index })
}

/// Drops what has the key of something before it.
pub fn unique<T, K: std::hash::Hash + Eq>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::new();
    items.into_iter().filter(|item| seen.insert(key(item))).collect()
}

fn is_free(text: &str) -> bool {
    syn::parse_str::<syn::Ident>(text).is_ok()
}
