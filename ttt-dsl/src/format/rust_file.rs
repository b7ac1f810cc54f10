//! The bodies of `model! { … }` in a file of Rust.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::layout::Layout;
use super::page::Page;
use super::segment::Scope;
use super::tree::Source;
use super::{Unformatted, readable};
use crate::parse::{TextSpans, parse_text};

/// The macro whose bodies are schemas.
const MACRO: &str = "model";

pub(super) fn format(text: &str) -> Result<String, Unformatted> {
    let spans = TextSpans::begin();
    let bodies = match text.parse::<TokenStream>() {
        Ok(tokens) => bodies(tokens),
        Err(_) => {
            drop(spans);
            return readable(parse_text(text)).map(|()| text.to_owned());
        }
    };
    drop(spans);
    readable(parse_text(&only(text, &bodies)))?;
    let _spans = TextSpans::begin();
    let (mut formatted, mut end) = (String::new(), 0);
    for body in bodies {
        formatted.push_str(&text[end..body.start]);
        formatted.push_str(&inside(text, body.clone()));
        end = body.end;
    }
    formatted.push_str(&text[end..]);
    Ok(formatted)
}

/// What stands between the braces of every call, in order.
fn bodies(tokens: TokenStream) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = vec![tokens];
    while let Some(tokens) = open.pop() {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            let TokenTree::Group(group) = tree else { continue };
            match group.delimiter() == Delimiter::Brace && is_call(&trees[..at]) {
                true => {
                    let range = group.span().byte_range();
                    found.push(range.start + 1..range.end - 1);
                }
                false => open.push(group.stream()),
            }
        }
    }
    found.sort_by_key(|body| body.start);
    found
}

/// Whether these trees end in `model!`.
fn is_call(trees: &[TokenTree]) -> bool {
    match trees {
        [.., TokenTree::Ident(name), TokenTree::Punct(mark)] => name == MACRO && mark.as_char() == '!',
        _ => false,
    }
}

/// The text with blanks in place of everything but the bodies, so that places stay what they are.
fn only(text: &str, bodies: &[Range<usize>]) -> String {
    let mut bytes = vec![b' '; text.len()];
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n') {
        bytes[at] = byte;
    }
    for body in bodies {
        bytes[body.clone()].copy_from_slice(&text.as_bytes()[body.clone()]);
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// A body between its braces, indented from the line on which the call stands.
fn inside(text: &str, body: Range<usize>) -> String {
    let line = &text[text[..body.start].rfind('\n').map_or(0, |end| end + 1)..];
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut page = Page::within_brackets(indent + Page::STEP);
    let source = Source::read(text, body);
    Layout::new(text).lines(&source, Scope::Items, &mut page);
    match page.finish() {
        lines if lines.is_empty() => lines,
        lines => format!("{lines}\n{:indent$}", ""),
    }
}
