//! The statements of a `forward` and of the branches of an `if`.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::Until;
use super::token::{at, at_label, at_word, fault, skip_all, skip_one, word};
use super::{Parse, Parser};
use crate::diagnostic::{closest, codes};
use crate::spec::{Expr, Forward, Name, Pattern, Statement, TensorType};

impl Parser {
    /// `(x: [B, T, dim]) -> [B, T, dim] { … }`, after the word `forward`.
    pub(crate) fn forward(&mut self, input: ParseStream) -> Parse<Forward> {
        let signature = self.signature(input)?;
        let ((statements, result), _) = self.group(input, Delimiter::Brace, "`{`", Parser::statements)?;
        Ok(Forward {
            signature,
            statements,
            result,
        })
    }

    /// `let`s and a result, to the end.
    pub(crate) fn statements(&mut self, input: ParseStream) -> (Vec<Statement>, Expr) {
        let mut statements = Vec::new();
        let mut damaged = false;
        self.no_doc(input);
        while self.at_let(input) {
            let before = self.report.diagnostics.len();
            match self.statement(input) {
                Ok(mut statement) => {
                    self.statement_end(input, &mut statement);
                    statements.push(statement);
                }
                Err(fault) => {
                    self.record(fault);
                    skip_statement(input);
                }
            }
            damaged = self.report.diagnostics.len() > before;
            self.no_doc(input);
        }
        let result = self.result(input, damaged);
        (statements, result)
    }

    /// `let x = f(x)`, without its semicolon. What it binds stays bound when its value is faulty.
    pub(crate) fn statement(&mut self, input: ParseStream) -> Parse<Statement> {
        if self.take_meant(input, "let").is_none() {
            return Err(self.unexpected(input, "`let`"));
        }
        let pattern = self.pattern(input).or_else(|fault| match at(input, "=") {
            true => {
                self.record(fault);
                Ok(Pattern::Name(Name::MISSING))
            }
            false => Err(fault),
        })?;
        let (ty, value) = self.binding(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_value(input);
            (None, Expr::missing(place))
        });
        Ok(Statement { pattern, ty, value })
    }

    /// The value of a block; the end may be missing when the statement before it is faulty.
    pub(crate) fn result(&mut self, input: ParseStream, damaged: bool) -> Expr {
        if input.is_empty() && damaged {
            let place = self.here(input);
            return Expr::missing(place);
        }
        let result = self.expression_or_missing(input);
        if input.is_empty() {
            return result;
        }
        let place = self.here(input);
        if at(input, ";") {
            let mut fault = fault(codes::UNEXPECTED, place, "a result ends without `;`");
            fault.help("statements are written `let name = …;`, and the last line is the value");
            self.record(fault);
            skip_all(input);
            return result;
        }
        // What was read is only the beginning of something.
        self.end(input);
        Expr::missing(place)
    }

    /// Whether a statement begins here. Nothing else has a word and a name or a pattern and `=` in a row.
    fn at_let(&self, input: ParseStream) -> bool {
        let Some(found) = word(input).filter(|found| closest(found, ["let"]).is_some()) else {
            return false;
        };
        let ahead = input.fork();
        for _ in 0..2 {
            skip_one(&ahead);
        }
        let binds = at(&ahead, "=") || at(&ahead, ":");
        // `let:` is a label, which no statement begins with.
        found == "let" && !at_label(input)
            || (binds && (input.peek2(syn::Ident) || input.peek2(syn::token::Paren)))
    }

    fn pattern(&mut self, input: ParseStream) -> Parse<Pattern> {
        if !input.peek(syn::token::Paren) {
            return Ok(Pattern::Name(self.name(input, "a name")?));
        }
        let (names, place) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
            parser.list(
                content,
                Until::SEPARATOR,
                |parser, input| parser.name(input, "a name"),
                |read, _| Some(read.unwrap_or(Name::MISSING)),
            )
        })?;
        match names.is_empty() {
            true => Err(fault(
                codes::MISSING,
                place,
                "expected names between these brackets",
            )),
            false => Ok(Pattern::Tuple(names)),
        }
    }

    fn binding(&mut self, input: ParseStream) -> Parse<(Option<TensorType>, Expr)> {
        let ty = match self.take(input, ":") {
            Some(_) => Some(self.tensor_type(input)?),
            None => None,
        };
        self.expect(input, "=")?;
        Ok((ty, self.expression(input)?))
    }

    /// Takes the semicolon. When it is missing, what follows is the next statement or the result, unless another
    /// semicolon ends it first: then what was read is only the beginning of a value.
    fn statement_end(&mut self, input: ParseStream, statement: &mut Statement) {
        if self.take(input, ";").is_some() || statement.value.is_missing() {
            return;
        }
        let fault = self.unexpected(input, "`;`");
        let place = fault.place;
        self.record(fault);
        let ahead = input.fork();
        skip_value(&ahead);
        if at(&ahead, ";") {
            skip_statement(input);
            statement.value = Expr::missing(place);
        }
    }
}

/// Passes over the rest of a value, up to its semicolon, the next statement or the end.
fn skip_value(input: ParseStream) {
    while !input.is_empty() && !at(input, ";") && !at_word(input, "let") {
        skip_one(input);
    }
}

fn skip_statement(input: ParseStream) {
    skip_value(input);
    if at(input, ";") {
        skip_one(input);
    }
}
