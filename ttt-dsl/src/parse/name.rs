//! Names, paths of tensors and documentation.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::token::{fault, skip_one};
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{ExprKind, Name, Path, Segment, SegmentIndex};

impl Parser {
    /// A name; `what` says of what, for the message.
    pub(crate) fn name(&mut self, input: ParseStream, what: &str) -> Parse<Name> {
        let Some((ident, _)) = input.cursor().ident() else {
            return Err(self.unexpected(input, what));
        };
        let (text, place) = (ident.to_string(), self.place(ident.span()));
        // Edition 2024 keeps `gen` for itself, which syn still takes.
        if !input.peek(syn::Ident) || text == "gen" || text.starts_with("r#") {
            let message = format!("expected {what}, found `{text}`, which is a word of Rust");
            let mut fault = fault(codes::NOT_A_NAME, place, message);
            fault.help(format!(
                "choose another name, such as `{}_`",
                text.trim_start_matches("r#")
            ));
            return Err(fault);
        }
        skip_one(input);
        Ok(Name { text, place })
    }

    /// `h[i].attn.q`
    pub(crate) fn path(&mut self, input: ParseStream) -> Parse<Path> {
        let first = self.segment(input)?;
        let start = first.name.place;
        let mut end = start;
        let mut segments = vec![first];
        while self.take(input, ".").is_some() {
            let segment = self.segment(input)?;
            end = segment.name.place;
            segments.push(segment);
        }
        Ok(Path {
            segments,
            place: self.join(start, end),
        })
    }

    fn segment(&mut self, input: ParseStream) -> Parse<Segment> {
        let name = self.name(input, "the name of a part")?;
        if !input.peek(syn::token::Bracket) {
            return Ok(Segment { name, index: None });
        }
        let (index, _) = self.group(input, Delimiter::Bracket, "`[`", |parser, content| {
            let index = parser.expression_or_missing(content);
            parser.end(content);
            index
        })?;
        let index = match index.kind {
            ExprKind::Name(name) => SegmentIndex::Name(name),
            _ => SegmentIndex::Expr(Box::new(index)),
        };
        Ok(Segment {
            name,
            index: Some(index),
        })
    }

    /// The documentation in front of an item, each line without the space after its slashes.
    pub(crate) fn doc(&mut self, input: ParseStream) -> String {
        let mut lines = Vec::new();
        while input.peek(syn::Token![#]) {
            let place = self.here(input);
            match input.call(syn::Attribute::parse_outer) {
                Ok(attributes) => {
                    for attribute in attributes {
                        match doc_text(&attribute) {
                            Some(text) => {
                                lines.extend(
                                    text.split('\n')
                                        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()),
                                );
                            }
                            None => self.no_attribute(place),
                        }
                    }
                }
                Err(_) => {
                    self.no_attribute(place);
                    skip_one(input);
                }
            }
        }
        lines.join("\n")
    }

    /// Records documentation in front of what has none.
    pub(crate) fn no_doc(&mut self, input: ParseStream) {
        if input.peek(syn::Token![#]) {
            let place = self.here(input);
            self.doc(input);
            self.doc_is_not_kept(place);
        }
    }

    pub(crate) fn doc_is_not_kept(&mut self, place: Place) {
        let mut fault = fault(codes::UNEXPECTED, place, "no documentation is kept here");
        fault.help("write `//`; documentation stands before items, parts, params, heads and presets");
        self.record(fault);
    }

    fn no_attribute(&mut self, place: Place) {
        let mut fault = fault(codes::UNEXPECTED, place, "an attribute means nothing here");
        fault.help("take it out; documentation is written `/// …`");
        self.record(fault);
    }
}

fn doc_text(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    let syn::Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(text),
        ..
    }) = &pair.value
    else {
        return None;
    };
    attribute.path().is_ident("doc").then(|| text.value())
}
