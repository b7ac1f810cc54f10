//! The bodies of `model! { … }` in a file of Rust.

use std::ops::Range;

use proc_macro2::TokenStream;

use super::layout::Layout;
use super::page::Page;
use super::segment::Scope;
use super::tree::Source;
use super::{Unformatted, readable};
use crate::parse::{TextSpans, model_bodies, parse_text};

pub(super) fn format(text: &str) -> Result<String, Unformatted> {
    let spans = TextSpans::begin();
    let bodies = match text.parse::<TokenStream>() {
        Ok(tokens) => model_bodies(tokens),
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
