//! Formatting of what people wrote: only blanks and line breaks change, never a token, a comment or a grouping.
//!
//! A list that ends in a comma has an entry a line; a `forward`, an `if` or another body that its author broke stays
//! broken. Everything else is one line where it fits, and is broken where it does not. Blank lines group as before.

mod difference;
mod layout;
mod page;
mod rust_file;
mod segment;
mod spacing;
mod toml;
mod tree;

pub use difference::difference;

use crate::diagnostic::Report;
use crate::parse::{Parsed, TextSpans, parse_text};
use crate::place::Places;
use crate::toml::parse_toml;
use layout::Layout;
use page::Page;
use segment::Scope;
use tree::Source;

/// A sign that some editors begin a file with, which is no token.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a text was left as it is: it does not parse.
#[derive(Debug)]
pub struct Unformatted {
    /// What is wrong with it.
    pub report: Report,
    /// Where; byte ranges of the whole text.
    pub places: Places,
}

/// Formats a source in the Rust-like spelling.
///
/// # Errors
///
/// When it does not parse.
pub fn text(text: &str) -> Result<String, Unformatted> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    readable(parse_text(text))?;
    let _spans = TextSpans::begin();
    let source = Source::read(text, 0..text.len());
    let mut page = Page::whole();
    Layout::new(text).lines(&source, Scope::Items, &mut page);
    let mut formatted = page.finish();
    if !formatted.is_empty() {
        formatted.push('\n');
    }
    Ok(formatted)
}

/// Formats the body of every `model! { … }` in a file of Rust, and nothing else of it.
///
/// # Errors
///
/// When the file is not made of Rust's tokens, or a body does not parse.
pub fn rust_file(text: &str) -> Result<String, Unformatted> {
    rust_file::format(text)
}

/// Formats a source in the TOML spelling.
///
/// # Errors
///
/// When it does not parse.
pub fn toml(text: &str) -> Result<String, Unformatted> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    readable(parse_toml(text))?;
    Ok(toml::format(text))
}

fn readable(parsed: Parsed) -> Result<(), Unformatted> {
    match parsed.report.is_empty() {
        true => Ok(()),
        false => Err(Unformatted {
            report: parsed.report,
            places: parsed.places,
        }),
    }
}
