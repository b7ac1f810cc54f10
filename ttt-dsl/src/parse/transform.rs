//! `transform { … }` and path patterns.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::Until;
use super::token::fault;
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::spec::{Action, Copies, Encoding, Name, PathPattern, PatternStep, Transform};

/// The words that transforms begin with.
pub(crate) const TRANSFORM_WORDS: [&str; 7] = [
    "freeze",
    "train",
    "recompute",
    "quantize",
    "lora",
    "rename",
    "replace",
];

const TRANSFORMS: Until = Until {
    words: &TRANSFORM_WORDS,
    labels: false,
    texts: false,
};

impl Parser {
    /// What stands after `transform`.
    pub(crate) fn transforms(&mut self, input: ParseStream, transforms: &mut Vec<Transform>) -> Parse<()> {
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.sequence(content, TRANSFORMS, |parser, input| {
                parser.no_doc(input);
                let transform = parser.transform(input)?;
                parser.expect(input, ";").map(|_| transforms.push(transform))
            });
        })?;
        Ok(())
    }

    /// `lora h[*].attn.{q, v}(rank: 8)`
    pub(crate) fn transform(&mut self, input: ParseStream) -> Parse<Transform> {
        let (word, _) = self.keyword(input, "a `transform`", &TRANSFORM_WORDS)?;
        let pattern = self.path_pattern(input)?;
        let action = match word {
            "freeze" => Action::Freeze,
            "train" => Action::Train,
            "recompute" => Action::Recompute,
            "quantize" => Action::Quantize(self.encoding(input)?),
            "lora" => Action::Lora(self.arguments(input)?.0),
            "rename" => {
                self.expect(input, "=>")?;
                Action::Rename(self.name(input, "the new name of a part")?)
            }
            _ => {
                if self.take_meant(input, "with").is_none() {
                    return Err(self.unexpected(input, "`with`"));
                }
                Action::Replace(self.part_call(input)?)
            }
        };
        Ok(Transform { action, pattern })
    }

    fn encoding(&mut self, input: ParseStream) -> Parse<Encoding> {
        let names = Encoding::ALL.map(|(name, _)| name);
        let (chosen, _) = self.group(
            input,
            Delimiter::Parenthesis,
            "an encoding in `(…)`",
            |parser, content| parser.whole(content, |parser, input| parser.choice(input, "encoding", &names)),
        )?;
        Ok(Encoding::ALL[chosen?].1)
    }

    fn path_pattern(&mut self, input: ParseStream) -> Parse<PathPattern> {
        let start = self.here(input);
        let mut end = start;
        let mut steps = vec![self.pattern_step(input)?];
        while self.take(input, ".").is_some() {
            end = self.here(input);
            steps.push(self.pattern_step(input)?);
        }
        Ok(PathPattern {
            steps,
            place: self.join(start, end),
        })
    }

    fn pattern_step(&mut self, input: ParseStream) -> Parse<PatternStep> {
        if self.take(input, "**").is_some() {
            return Ok(PatternStep::Deep);
        }
        if self.take(input, "*").is_some() {
            return Ok(PatternStep::Any);
        }
        let names = match input.peek(syn::token::Brace) {
            true => self.names_in_braces(input)?,
            false => vec![self.name(input, "the name of a part, `*` or `**`")?],
        };
        let copies = match input.peek(syn::token::Bracket) {
            true => Some(self.copies(input)?),
            false => None,
        };
        Ok(PatternStep::Named { names, copies })
    }

    fn names_in_braces(&mut self, input: ParseStream) -> Parse<Vec<Name>> {
        let before = self.report.diagnostics.len();
        let (names, place) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            let read = |parser: &mut Parser, input: ParseStream| parser.name(input, "the name of a part");
            parser.list(content, Until::SEPARATOR, read, |read, _| read)
        })?;
        match names.is_empty() && self.report.diagnostics.len() == before {
            true => Err(fault(
                codes::MISSING,
                place,
                "expected names between these braces",
            )),
            false => Ok(names),
        }
    }

    /// `[*]`, `[3]`, `[2:6]`
    fn copies(&mut self, input: ParseStream) -> Parse<Copies> {
        let (copies, _) = self.group(input, Delimiter::Bracket, "`[`", |parser, content| {
            parser.whole(content, |parser, input| {
                if parser.take(input, "*").is_some() {
                    return Ok(Copies::All);
                }
                let start = parser.copy(input)?;
                if parser.take(input, ":").is_some() {
                    return Ok(Copies::Range(start, parser.copy(input)?));
                }
                let only = start.ok_or_else(|| parser.unexpected(input, "`*`, a number or a range"))?;
                Ok(Copies::One(only))
            })
        })?;
        copies
    }

    /// The number of a copy, if one stands here.
    fn copy(&mut self, input: ParseStream) -> Parse<Option<i64>> {
        let negative = self.take(input, "-").is_some();
        if !negative && !input.peek(syn::LitInt) {
            return Ok(None);
        }
        let place = self.here(input);
        let number = input
            .parse::<syn::LitInt>()
            .ok()
            .and_then(|literal| literal.base10_parse::<i64>().ok());
        match number {
            Some(number) => Ok(Some(if negative { -number } else { number })),
            None => Err(fault(codes::NUMBER, place, "expected a whole number")),
        }
    }
}
