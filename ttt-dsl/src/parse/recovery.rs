//! Going on after a mistake.

use syn::parse::ParseStream;

use super::token::{at, at_label, opens, skip_one, word};
use super::{Parse, Parser};
use crate::place::Place;

/// What begins an entry of a sequence, so that reading can go on there after a mistake.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    /// The words that begin an entry.
    pub(crate) words: &'static [&'static str],
    /// Whether `name:` begins an entry.
    pub(crate) labels: bool,
    /// Whether a text before `=>` begins an entry.
    pub(crate) texts: bool,
}

impl Until {
    /// Entries begin with anything: only what separates them tells them apart.
    pub(crate) const SEPARATOR: Until = Until {
        words: &[],
        labels: false,
        texts: false,
    };

    fn is_known(&self) -> bool {
        !self.words.is_empty() || self.labels || self.texts
    }

    pub(crate) fn begins(&self, input: ParseStream) -> bool {
        let labelled = self.labels && at_label(input);
        let quoted = self.texts && input.peek(syn::LitStr) && input.peek2(syn::Token![=>]);
        let keyword = word(input).is_some_and(|word| self.words.contains(&word.as_str())) && opens(input);
        labelled || quoted || keyword
    }
}

impl Parser {
    /// Entries between commas, to the end. A faulty one is recorded and becomes what `missing` makes of its place and of
    /// what could be read of it.
    pub(crate) fn list<T>(
        &mut self,
        input: ParseStream,
        until: Until,
        mut read: impl FnMut(&mut Parser, ParseStream) -> Parse<T>,
        missing: impl Fn(Option<T>, Place) -> Option<T>,
    ) -> Vec<T> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            let start = input.cursor();
            match read(self, input) {
                Ok(entry) => match self.separator(input) {
                    Ok(()) => entries.push(entry),
                    Err(fault) => {
                        let place = fault.place;
                        self.record(fault);
                        // A comma alone was lost when another entry begins; else this one may be cut short, and what is
                        // passed over may be an entry.
                        if until.begins(input) {
                            entries.push(entry);
                            continue;
                        }
                        entries.extend(missing(Some(entry), place));
                        entries.extend(missing(None, place));
                        skip_entry(input, until);
                    }
                },
                Err(fault) => {
                    entries.extend(missing(None, fault.place));
                    self.record(fault);
                    if input.cursor() == start && !at(input, ",") {
                        skip_one(input);
                    }
                    skip_entry(input, until);
                }
            }
        }
        entries
    }

    /// Items or statements, to the end. A faulty one is recorded, and reading goes on after its `;` or its braces,
    /// or where another begins.
    pub(crate) fn sequence(
        &mut self,
        input: ParseStream,
        until: Until,
        mut read: impl FnMut(&mut Parser, ParseStream) -> Parse<()>,
    ) {
        while !input.is_empty() {
            let start = input.cursor();
            if let Err(fault) = read(self, input) {
                self.record(fault);
                let mut ended = input.cursor() == start && skip_ends(input);
                while !ended && !input.is_empty() && !until.begins(input) {
                    ended = skip_ends(input);
                }
            }
        }
    }

    fn separator(&mut self, input: ParseStream) -> Parse<()> {
        match input.is_empty() || self.take(input, ",").is_some() {
            true => Ok(()),
            false => Err(self.unexpected(input, "`,`")),
        }
    }
}

/// Passes over the rest of an entry, up to its comma.
pub(crate) fn skip_to_comma(input: ParseStream, until: Until) {
    while !input.is_empty() && !at(input, ",") && !until.begins(input) {
        skip_one(input);
    }
}

/// Passes over the rest of an entry and its comma.
fn skip_entry(input: ParseStream, until: Until) {
    while !input.is_empty() && !until.begins(input) {
        let comma = at(input, ",");
        skip_one(input);
        if comma && (!until.is_known() || until.begins(input)) {
            return;
        }
    }
}

/// Passes over one token and says whether it ends an item. Braces do when a word follows, but not `else`.
fn skip_ends(input: ParseStream) -> bool {
    let (semicolon, braces) = (at(input, ";"), input.peek(syn::token::Brace));
    skip_one(input);
    let next = word(input).is_some_and(|word| word != "else") || input.peek(syn::Token![#]);
    semicolon || (braces && next)
}
