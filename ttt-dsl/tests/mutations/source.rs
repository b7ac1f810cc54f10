//! What is mutated: every shipped model, the examples and the standard blocks.

use ttt_dsl::parse::parse_text;
use ttt_dsl::spec::Spec;
use ttt_dsl::{print, standard};

use crate::common::{family, shown};
use crate::verdict::Spelling;

/// A sound schema and how both spellings write it.
pub struct Source {
    pub name: &'static str,
    pub spec: Spec,
    /// By spelling.
    pub texts: [String; 2],
}

/// All sources, in a fixed order.
pub fn all() -> Vec<Source> {
    let families = ["gpt2", "llama", "bert"].map(|name| (name, family(name)));
    let others = [
        ("forms", include_str!("../examples/forms.ttt").to_owned()),
        ("readme", readme()),
        (
            "parallel",
            inside(include_str!("../../../ttt/examples/parallel/main.rs")),
        ),
        ("blocks", blocks()),
    ];
    let sources = families.into_iter().chain(others);
    sources.map(|(name, text)| Source::new(name, &text)).collect()
}

impl Source {
    fn new(name: &'static str, text: &str) -> Source {
        let spec = parse_text(text).spec;
        let texts = Spelling::BOTH.map(|spelling| spelling.print(&spec));
        Source { name, spec, texts }
    }

    /// What is mutated has no mistake of its own.
    pub fn is_sound(&self) {
        let shown = shown(&print::rust(&self.spec));
        assert!(shown.is_empty(), "{}: {shown}", self.name);
    }
}

/// The first `model! { … }` of the README.
fn readme() -> String {
    let readme = include_str!("../../../README.md");
    let start = readme.find("model! {").unwrap();
    inside(&readme[start..start + readme[start..].find("\n}").unwrap() + 2])
}

/// What stands between the braces of a source's one macro call.
fn inside(source: &str) -> String {
    let text = &source[source.find("model! {").unwrap() + "model! {".len()..];
    text[..text.find("\n}").unwrap()].to_owned()
}

/// The standard blocks as a user's own, since nobody may declare them again.
fn blocks() -> String {
    let (_, text) = standard::SOURCES
        .iter()
        .find(|(name, _)| *name == "blocks.ttt")
        .unwrap();
    text.replace("block ", "block Own")
}
