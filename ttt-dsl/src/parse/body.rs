//! What blocks, models and heads have in common.

use syn::parse::ParseStream;

use super::recovery::Until;
use super::token::{at, at_label, at_word, skip_one};
use super::{Parse, Parser};
use crate::place::Place;
use crate::spec::{Body, Expr, Let, Name, Part, PartCall, Require};

/// The words that begin an item of every body; a part begins with its own name.
pub(crate) const BODY_WORDS: [&str; 4] = ["let", "require", "tie", "forward"];

/// What begins an item of any body.
pub(crate) const BODY: Until = Until {
    words: &[
        "let",
        "require",
        "tie",
        "forward",
        "tieable",
        "params",
        "head",
        "preset",
        "config",
        "weights",
        "checkpoint",
        "remove",
        "replace",
        "transform",
        "fold",
        "loss",
    ],
    labels: true,
    texts: false,
};

impl Parser {
    /// What follows one of [`BODY_WORDS`].
    pub(crate) fn body_item(
        &mut self,
        input: ParseStream,
        (word, place): (&str, Place),
        body: &mut Body,
    ) -> Parse<()> {
        match word {
            "let" => self.let_item(input, &mut body.lets),
            "require" => self.require_item(input, &mut body.requires),
            "tie" => {
                let tie = self.tie(input)?;
                self.item_end(input).map(|()| body.ties.push(tie))
            }
            _ => self.forward_item(input, place, body),
        }
    }

    /// `head_dim = dim / heads;`, after `let`. What it binds stays bound when its value is faulty.
    pub(crate) fn let_item(&mut self, input: ParseStream, lets: &mut Vec<Let>) -> Parse<()> {
        let name = self.name(input, "a name")?;
        let read = self.expect(input, "=").and_then(|_| self.value_of_item(input));
        match read.and_then(|value| self.item_end(input).map(|()| value)) {
            Ok(value) => {
                lets.push(Let { name, value });
                Ok(())
            }
            Err(fault) => {
                lets.push(Let {
                    name,
                    value: Expr::missing(fault.place),
                });
                Err(fault)
            }
        }
    }

    /// `dim % heads == 0, "why";`, after `require`.
    pub(crate) fn require_item(&mut self, input: ParseStream, requires: &mut Vec<Require>) -> Parse<()> {
        self.no_next_item(input)?;
        let require = self.require(input)?;
        self.item_end(input).map(|()| requires.push(require))
    }

    fn forward_item(&mut self, input: ParseStream, place: Place, body: &mut Body) -> Parse<()> {
        let forward = match self.forward(input) {
            Ok(forward) => forward,
            Err(fault) => {
                self.record(fault);
                body.incomplete = true;
                skip_forward(input);
                return Ok(());
            }
        };
        if body.forward.replace(forward).is_some() {
            self.said_twice(place, "forward");
        }
        Ok(())
    }

    /// A part stays a part when what it is made of is faulty, so that its uses are no mistakes.
    pub(crate) fn part_item(&mut self, input: ParseStream, doc: String, body: &mut Body) -> Parse<()> {
        let name = self.name(input, "the name of a part")?;
        self.expect(input, ":")?;
        let read = self.part(input, doc, name.clone());
        match read.and_then(|part| self.item_end(input).map(|()| part)) {
            Ok(part) => {
                body.parts.push(part);
                Ok(())
            }
            Err(fault) => {
                body.parts.push(missing_part(name));
                Err(fault)
            }
        }
    }

    fn value_of_item(&mut self, input: ParseStream) -> Parse<Expr> {
        self.no_next_item(input)?;
        self.expression(input)
    }

    /// Takes the semicolon. It alone is missing, and that is recorded, when another item begins in its place; anything
    /// else says that the item is not what it seems.
    fn item_end(&mut self, input: ParseStream) -> Parse<()> {
        match self.expect(input, ";") {
            Ok(_) => Ok(()),
            Err(fault) if input.is_empty() || BODY.begins(input) => {
                self.record(fault);
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    /// A half-written line must not swallow the one after it.
    fn no_next_item(&mut self, input: ParseStream) -> Parse<()> {
        match BODY.begins(input) {
            true => Err(self.unexpected(input, "an expression")),
            false => Ok(()),
        }
    }
}

/// Passes over what is left of a `forward`, up to its braces or the next item that begins with a word.
fn skip_forward(input: ParseStream) {
    let items = Until {
        labels: false,
        ..BODY
    };
    let mut ended = false;
    while !ended && !input.is_empty() && !items.begins(input) {
        ended = input.peek(syn::token::Brace) || at(input, ";");
        skip_one(input);
    }
}

/// Whether a part or `let` stands here, which is kept under its name when the rest of it is faulty.
pub(crate) fn keeps_its_name(input: ParseStream) -> bool {
    at_label(input) || (at_word(input, "let") && input.peek2(syn::Ident))
}

/// A part of which only the name could be read.
pub(crate) fn missing_part(name: Name) -> Part {
    let call = PartCall {
        callee: Name {
            place: name.place,
            ..Name::MISSING
        },
        args: Vec::new(),
    };
    Part {
        doc: String::new(),
        name,
        call,
        count: None,
        index: None,
        condition: None,
    }
}
