//! Parts, ties and requires.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::body::BODY;
use super::token::fault;
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::spec::{Expr, Name, Part, PartCall, Require, Tie};

impl Parser {
    /// What stands after `name:`, without the semicolon: `[|i| Block(dim); layers] if deep`.
    pub(crate) fn part(&mut self, input: ParseStream, doc: String, name: Name) -> Parse<Part> {
        if input.is_empty() || BODY.begins(input) {
            let message = format!("expected a block or leaf after `{name}:`");
            let mut fault = fault(codes::MISSING, name.place, message);
            fault.help(format!(
                "write `{name}: Linear(…);`, with the block or leaf that it is"
            ));
            return Err(fault);
        }
        let (call, count, index) = match input.peek(syn::token::Bracket) {
            true => self.repeated(input)?,
            false => (self.part_call(input)?, None, None),
        };
        let condition = self.condition(input)?;
        Ok(Part {
            doc,
            name,
            call,
            count,
            index,
            condition,
        })
    }

    /// `dim % heads == 0, "why"`
    pub(crate) fn require(&mut self, input: ParseStream) -> Parse<Require> {
        let condition = self.expression(input)?;
        let message = match self.take(input, ",") {
            Some(_) => Some(self.quoted(input)?.0),
            None => None,
        };
        Ok(Require { condition, message })
    }

    /// `logits.weight = wte.weight if tied`
    pub(crate) fn tie(&mut self, input: ParseStream) -> Parse<Tie> {
        let tied = self.path(input)?;
        self.expect(input, "=")?;
        let owner = self.path(input)?;
        Ok(Tie {
            tied,
            owner,
            condition: self.condition(input)?,
        })
    }

    fn repeated(&mut self, input: ParseStream) -> Parse<(PartCall, Option<Expr>, Option<Name>)> {
        let (repeated, _) = self.group(input, Delimiter::Bracket, "`[`", |parser, content| {
            parser.whole(content, Parser::repeated_content)
        })?;
        repeated
    }

    fn repeated_content(&mut self, input: ParseStream) -> Parse<(PartCall, Option<Expr>, Option<Name>)> {
        let mut index = None;
        if self.take(input, "|").is_some() {
            index = Some(self.name(input, "the name of an index")?);
            self.expect(input, "|")?;
        }
        let call = self.part_call(input)?;
        if self.take(input, ";").is_none() {
            let mut fault = self.unexpected(input, "`;` and how often");
            fault.help("a repeated part is written `[Block(dim); layers]`");
            return Err(fault);
        }
        let count = self.expression_or_missing(input);
        Ok((call, Some(count), index))
    }

    pub(crate) fn part_call(&mut self, input: ParseStream) -> Parse<PartCall> {
        let callee = self.name(input, "a block or leaf")?;
        let (args, _) = self.arguments(input)?;
        Ok(PartCall { callee, args })
    }
}
