//! The schemas of a file of Rust: those between the braces of `model! { … }`, and the files that `model_file!("…")` names.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{TextSpans, parse_text};
use crate::spec::Spec;

/// What a file of Rust holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RustSchemas {
    /// One for each `model! { … }`, as much of it as could be read.
    pub specs: Vec<Spec>,
    /// The paths of each `model_file!("…")`, as they are written.
    pub files: Vec<String>,
}

/// Finds the calls in a file of Rust, wherever they stand. A text that is not Rust has none.
pub fn rust_schemas(text: &str) -> RustSchemas {
    let mut found = Calls::default();
    let spans = TextSpans::begin();
    if let Ok(tokens) = text.parse::<TokenStream>() {
        found.search(tokens);
    }
    drop(spans);
    let bodies = found.bodies.into_iter().filter_map(|body| text.get(body));
    RustSchemas {
        specs: bodies.map(|body| parse_text(body).spec).collect(),
        files: found.files,
    }
}

/// What stands between the braces of every `model! { … }`, in order.
pub(crate) fn model_bodies(tokens: TokenStream) -> Vec<Range<usize>> {
    let mut found = Calls::default();
    found.search(tokens);
    found.bodies
}

#[derive(Default)]
struct Calls {
    bodies: Vec<Range<usize>>,
    files: Vec<String>,
}

impl Calls {
    fn search(&mut self, tokens: TokenStream) {
        let mut open = vec![tokens];
        while let Some(tokens) = open.pop() {
            let trees: Vec<TokenTree> = tokens.into_iter().collect();
            for (at, tree) in trees.iter().enumerate() {
                let TokenTree::Group(group) = tree else { continue };
                match (called(&trees[..at]).as_deref(), group.delimiter()) {
                    (Some("model"), Delimiter::Brace) => {
                        let range = group.span().byte_range();
                        self.bodies.push(range.start + 1..range.end - 1);
                    }
                    (Some("model_file"), _) => {
                        let path = syn::parse2::<syn::LitStr>(group.stream());
                        self.files.extend(path.map(|path| path.value()));
                    }
                    _ => open.push(group.stream()),
                }
            }
        }
        self.bodies.sort_by_key(|body| body.start);
        self.files.sort();
    }
}

/// The macro that these trees end with a call of.
fn called(trees: &[TokenTree]) -> Option<String> {
    match trees {
        [.., TokenTree::Ident(name), TokenTree::Punct(mark)] if mark.as_char() == '!' => {
            Some(name.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::rust_schemas;

    #[test]
    fn calls_are_found_wherever_they_stand() {
        let found = rust_schemas(
            "mod inner { ttt::model! { model A { checkpoint \"a\"; } } } model_file!(\"m.toml\"); fn model() {}",
        );
        let named: Vec<&str> = found.specs[0].models[0]
            .checkpoints
            .iter()
            .map(|one| one.path.as_str())
            .collect();
        assert_eq!((named, found.files), (vec!["a"], vec!["m.toml".to_string()]));
        assert_eq!(rust_schemas("no Rust ) at all"), Default::default());
    }
}
