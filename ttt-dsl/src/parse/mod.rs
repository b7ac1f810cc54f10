//! The grammar of `docs/language.md`: tokens in, schema and diagnostics out.
//!
//! A mistake costs what it stands in and nothing else: the faulty statement, entry or item is recorded and reading goes
//! on after it. What could not be read but is needed by its name stands in the schema as [`MISSING`](crate::spec::Name::MISSING), which is never
//! reported again.

mod body;
mod bracket;
mod checkpoint;
mod config;
mod expression;
mod forward;
mod item;
mod leaf;
mod literal;
mod model;
mod name;
mod param;
mod part;
mod recovery;
mod rust_file;
mod token;
mod transform;
mod types;
mod weights;

use std::ops::Range;
use std::path::Path;

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser as _};

pub(crate) use rust_file::model_bodies;
pub use rust_file::{RustSchemas, rust_schemas};

pub(crate) use body::missing_part;
pub(crate) use config::{empty_table, missing_config_entry};
pub(crate) use model::empty_model;
pub(crate) use param::{missing_kind, missing_param};
pub(crate) use token::LONG_MARKS;
pub(crate) use transform::TRANSFORM_WORDS;
pub(crate) use weights::{LINEAR_LAYOUTS, ROPE_PAIRINGS, missing_weights_entry};

use crate::diagnostic::{Diagnostic, Report, codes};
use crate::place::{Origin, Place, Places};
use crate::spec::Spec;
use crate::toml::parse_toml;

/// What reading one source gives.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The schema, without what could not be read.
    pub spec: Spec,
    /// Where its pieces stand.
    pub places: Places,
    /// What is wrong with the source.
    pub report: Report,
}

/// Reads the tokens of a macro call.
pub fn parse_tokens(tokens: TokenStream) -> Parsed {
    let mut parser = Parser::new(Source::Tokens);
    let spec = parser.run(tokens, |parser, input| parser.spec(input));
    parser.finish(spec.unwrap_or_default())
}

/// Reads a text; places are its byte ranges.
pub fn parse_text(text: &str) -> Parsed {
    let _spans = TextSpans::begin();
    let mut parser = Parser::new(Source::Text(0..text.len()));
    let spec = parser.text(text, |parser, input| parser.spec(input));
    parser.finish(spec.unwrap_or_default())
}

/// Reads the text of a schema's file. What is not called `.ttt` is TOML.
pub fn parse_file(path: &Path, text: &str) -> Parsed {
    match path.extension().is_some_and(|extension| extension == "ttt") {
        true => parse_text(text),
        false => parse_toml(text),
    }
}

/// Reads a text that its user did not write, of the standard library or of an expansion, so nothing in it has a place.
pub fn parse_standard(text: &str) -> Parsed {
    let _spans = TextSpans::begin();
    let mut parser = Parser::new(Source::Nowhere);
    let spec = parser.text(text, |parser, input| parser.spec(input));
    parser.finish(spec.unwrap_or_default())
}

/// A result whose error is boxed because it is rare and large.
pub(crate) type Parse<T> = Result<T, Box<Diagnostic>>;

/// Reads tokens and notes places and mistakes on the way.
#[derive(Debug)]
pub(crate) struct Parser {
    pub(crate) places: Places,
    pub(crate) report: Report,
    source: Source,
    /// How many operators the expression at hand has so far; nothing outside of expressions.
    operators: Option<usize>,
}

/// What the spans of the tokens at hand mean.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// They are spans of a macro call.
    Tokens,
    /// They count bytes from the start of this range of the text.
    Text(Range<usize>),
    /// They mean nothing: the tokens come from a text with escapes, which stands in this range.
    Whole(Range<usize>),
    /// They stand nowhere in what the user wrote.
    Nowhere,
}

/// While it lives, tokens of a text know their byte ranges, inside a macro call too.
pub(crate) struct TextSpans(());

impl TextSpans {
    pub(crate) fn begin() -> TextSpans {
        proc_macro2::fallback::force();
        TextSpans(())
    }
}

impl Drop for TextSpans {
    fn drop(&mut self) {
        proc_macro2::fallback::unforce();
    }
}

impl Parser {
    pub(crate) fn new(source: Source) -> Parser {
        Parser {
            places: Places::default(),
            report: Report::default(),
            source,
            operators: None,
        }
    }

    pub(crate) fn finish(self, spec: Spec) -> Parsed {
        Parsed {
            spec: Spec {
                damaged: self.report.has_errors(),
                ..spec
            },
            places: self.places,
            report: self.report,
        }
    }

    /// Reads a piece of the text; spans are understood as `source` says.
    pub(crate) fn fragment<T>(
        &mut self,
        text: &str,
        source: Source,
        read: impl FnOnce(&mut Parser, ParseStream) -> Parse<T>,
    ) -> Option<T> {
        self.source = source;
        self.text(text, |parser, input| match parser.whole(input, read) {
            Ok(value) => Some(value),
            Err(fault) => {
                parser.record(fault);
                None
            }
        })
        .flatten()
    }

    fn text<T>(&mut self, text: &str, read: impl FnOnce(&mut Parser, ParseStream) -> T) -> Option<T> {
        match text.parse::<TokenStream>() {
            Ok(tokens) => self.run(tokens, read),
            Err(error) => {
                let fault = self.lexical(text, error.span());
                self.record(fault);
                None
            }
        }
    }

    fn run<T>(&mut self, tokens: TokenStream, read: impl FnOnce(&mut Parser, ParseStream) -> T) -> Option<T> {
        if let Some(span) = bracket::too_deep(&tokens) {
            let place = self.place(span);
            let mut fault = token::fault(codes::TOO_DEEP, place, "brackets stand too deep in brackets");
            fault.help("give what stands inside a name, with `let`");
            self.record(fault);
            return None;
        }
        let mut value = None;
        // Tokens left over by a mistake are already reported, so what syn says about them is not needed.
        let _ = (|input: ParseStream| {
            value = Some(read(self, input));
            Ok(())
        })
        .parse2(tokens);
        value
    }

    pub(crate) fn place(&mut self, span: Span) -> Place {
        let origin = match &self.source {
            Source::Tokens => Origin::Token(span),
            Source::Whole(range) => Origin::Text(range.clone()),
            Source::Nowhere => return Place::NOWHERE,
            Source::Text(whole) => match span.byte_range() {
                // Only the end of the text has no width.
                range if range.is_empty() => Origin::Text(whole.end..whole.end),
                range => Origin::Text(whole.start + range.start..whole.start + range.end),
            },
        };
        self.places.add(origin)
    }

    /// From the beginning of one place to the end of another; the first alone where tokens cannot be joined.
    pub(crate) fn join(&mut self, first: Place, last: Place) -> Place {
        let origin = match (self.places.origin(first), self.places.origin(last)) {
            (Origin::Text(a), Origin::Text(b)) => Origin::Text(a.start..b.end.max(a.end)),
            (Origin::Token(a), Origin::Token(b)) => Origin::Token(a.join(*b).unwrap_or(*a)),
            _ => return first,
        };
        self.places.add(origin)
    }

    #[expect(
        clippy::boxed_local,
        reason = "faults travel boxed, because results are small"
    )]
    pub(crate) fn record(&mut self, fault: Box<Diagnostic>) {
        self.report.diagnostics.push(*fault);
    }

    fn lexical(&mut self, text: &str, span: Span) -> Box<Diagnostic> {
        let unpaired = bracket::unpaired(text);
        let offset = unpaired
            .as_ref()
            .map_or(span.byte_range().start, |(offset, _)| *offset);
        let width = text
            .get(offset..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let origin = match &self.source {
            Source::Tokens => Origin::Token(span),
            Source::Text(whole) => Origin::Text(whole.start + offset..whole.start + offset + width),
            Source::Whole(range) => Origin::Text(range.clone()),
            Source::Nowhere => Origin::Nowhere,
        };
        let place = self.places.add(origin);
        match unpaired {
            Some((_, message)) => {
                let mut fault = token::fault(codes::LEXICAL, place, message);
                fault.help("every bracket is closed by one of its kind, the last opened first");
                fault
            }
            None => {
                let mut fault = token::fault(codes::LEXICAL, place, "this cannot be cut into tokens");
                fault.help("texts stand in double quotes, comments begin with `//`, names hold letters, digits and `_`");
                fault
            }
        }
    }
}
