//! Names for completion: an editor that completes a word inside `model!` looks where the word stands in the expansion and
//! offers what could stand there. The checker's expansion has no half-written words, so each word is repeated in front of
//! it, where parts and blocks have names.
//!
//! Only rust-analyzer, which expands macros in a process of its own, gets to see these items.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

/// What the process is called in which rust-analyzer runs macros.
const SERVER: &str = "rust-analyzer";

/// Words of a `forward` that name nothing.
const WORDS: [&str; 6] = ["let", "if", "else", "true", "false", "in"];

/// The items in front of an expansion; nothing for a compiler.
pub fn items(schema: &TokenStream, krate: &TokenStream) -> TokenStream {
    let served = std::env::current_exe().ok().and_then(|path| {
        path.file_name()
            .map(|name| name.to_string_lossy().contains(SERVER))
    });
    match served {
        Some(true) => named(schema, krate),
        _ => TokenStream::new(),
    }
}

/// For each block and model, its words where blocks are in scope, and where its parts are.
fn named(schema: &TokenStream, krate: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = schema.clone().into_iter().collect();
    let mut items = TokenStream::new();
    for (at, tree) in trees.iter().enumerate() {
        let begins = matches!(tree, TokenTree::Ident(word) if *word == "block" || *word == "model");
        let body = trees[at..].iter().find_map(braces);
        if let Some(body) = body.filter(|_| begins) {
            items.extend(of_body(&body, krate));
        }
    }
    items
}

fn of_body(body: &Group, krate: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = body.stream().into_iter().collect();
    let (mut callees, mut parts, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Ident(word) = tree else { continue };
        match trees.get(at + 1) {
            Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => {
                parts.push(word);
                callees.extend(trees[at + 2..].first().and_then(callee));
            }
            _ if *word == "forward" => {
                let computation = trees[at..].iter().find_map(braces);
                computation
                    .iter()
                    .for_each(|inside| words(inside.stream(), &mut values));
            }
            _ => {}
        }
    }
    quote! {
        const _: fn() = || {
            use #krate::{block::*, leaf::*};
            #(let _: #callees;)*
        };
        const _: fn() = || {
            use #krate::op::*;
            let (#(#parts,)*) = loop {};
            #(#values;)*
        };
    }
}

/// The block or leaf of a part: `Mlp` of `Mlp(dim)` and of `[Mlp(dim); layers]`.
fn callee(tree: &TokenTree) -> Option<Ident> {
    match tree {
        TokenTree::Ident(name) => Some(name.clone()),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            let after_index = match inside.as_slice() {
                [TokenTree::Punct(_), _, TokenTree::Punct(_), rest @ ..] => rest,
                all => all,
            };
            after_index.first().and_then(callee)
        }
        _ => None,
    }
}

fn braces(tree: &TokenTree) -> Option<Group> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.clone()),
        _ => None,
    }
}

/// Every word of a computation that names a value.
fn words(computation: TokenStream, found: &mut Vec<Ident>) {
    for tree in computation {
        match tree {
            TokenTree::Ident(word) if !WORDS.iter().any(|other| word == other) => found.push(word),
            TokenTree::Group(group) => words(group.stream(), found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::named;

    #[test]
    fn half_written_names_stand_where_their_kind_is_in_scope() {
        let schema = quote! {
            block Layer(dim) {
                up: Linear(dim, dim);
                all: [|i| Att];
                down: Ml
                forward(x: [B, dim]) -> [B, dim] { let y = up(x); dow }
            }
        };
        let expected = quote! {
            const _: fn() = || {
                use stub::{block::*, leaf::*};
                let _: Linear;
                let _: Att;
                let _: Ml;
            };
            const _: fn() = || {
                use stub::op::*;
                let (up, all, down,) = loop {};
                y; up; x; dow;
            };
        };
        assert_eq!(named(&schema, &quote! { stub }).to_string(), expected.to_string());
    }
}
