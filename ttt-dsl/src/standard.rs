//! The standard library: leaves, functions, enumerations, blocks and losses, written in the language.

use std::sync::OnceLock;

use crate::parse::{Parsed, parse_text};
use crate::spec::{Function, Spec};

/// The texts of the standard library, by file name.
pub static SOURCES: &[(&str, &str)] = &[
    ("leaves.ttt", include_str!("std/leaves.ttt")),
    ("functions.ttt", include_str!("std/functions.ttt")),
    ("blocks.ttt", include_str!("std/blocks.ttt")),
];

/// The losses that heads name, as functions: what is `given` are labels, the rest are outputs of the head.
static LOSSES: &str = include_str!("std/losses.ttt");

/// The standard library, parsed once. Its pieces stand nowhere, since no user wrote them.
pub fn library() -> &'static Spec {
    static LIBRARY: OnceLock<Spec> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut library = Spec::default();
        for (_, text) in SOURCES {
            let Parsed { spec, .. } = parse_text(text);
            library.enums.extend(spec.enums);
            library.functions.extend(spec.functions);
            library.leaves.extend(spec.leaves);
            library.blocks.extend(spec.blocks);
        }
        library.enums.extend(parse_text(LOSSES).spec.enums);
        without_places(library)
    })
}

/// The losses, parsed once.
pub fn losses() -> &'static [Function] {
    static PARSED: OnceLock<Spec> = OnceLock::new();
    &PARSED
        .get_or_init(|| without_places(parse_text(LOSSES).spec))
        .functions
}

/// The loss of this name.
pub fn loss(name: &str) -> Option<&'static Function> {
    losses().iter().find(|loss| loss.name.as_str() == name)
}

/// Places are not data, so a copy made of data alone stands nowhere.
fn without_places(spec: Spec) -> Spec {
    let copy = serde_json::to_value(&spec).and_then(serde_json::from_value);
    copy.unwrap_or(spec)
}
