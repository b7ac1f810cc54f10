//! Numbers, texts and the literals of foreign configurations.

use syn::Lit;
use syn::parse::ParseStream;

use super::token::{fault, skip_one};
use super::{Parse, Parser};
use crate::diagnostic::{Diagnostic, codes};
use crate::place::Place;
use crate::spec::{Expr, ExprKind, Literal};

impl Parser {
    /// A text in double quotes.
    pub(crate) fn quoted(&mut self, input: ParseStream) -> Parse<(String, Place)> {
        let place = self.here(input);
        if !input.peek(syn::LitStr) {
            return Err(self.unexpected(input, "a text in double quotes"));
        }
        match input.parse::<syn::LitStr>() {
            Ok(text) => Ok((text.value(), place)),
            Err(_) => Err(self.unexpected(input, "a text in double quotes")),
        }
    }

    /// Whether a number, perhaps with its sign, comes next.
    pub(crate) fn at_number(input: ParseStream) -> bool {
        // syn's own look at a number passes over its signs, however many.
        let cursor = input.cursor();
        let unsigned = match cursor.punct() {
            Some((mark, rest)) if mark.as_char() == '-' => rest,
            _ => cursor,
        };
        let literal = unsigned.literal().map(|(literal, _)| literal.to_string());
        literal.is_some_and(|literal| literal.starts_with(|first: char| first.is_ascii_digit()))
    }

    /// A number with its sign, if it has one.
    pub(crate) fn number(&mut self, input: ParseStream) -> Parse<Expr> {
        let sign = self.take(input, "-");
        let place = self.here(input);
        let literal = match input.cursor().literal() {
            Some((literal, _)) => Lit::new(literal),
            None => return Err(self.unexpected(input, "a number")),
        };
        let kind = match &literal {
            Lit::Int(digits) => whole(digits, sign.is_some(), place)?,
            Lit::Float(digits) => real(digits, sign.is_some(), place)?,
            _ => return Err(self.unexpected(input, "a number")),
        };
        skip_one(input);
        let place = sign.map_or(place, |sign| self.join(sign, place));
        Ok(Expr { kind, place })
    }

    /// A value of a foreign configuration.
    pub(crate) fn literal(&mut self, input: ParseStream) -> Parse<Literal> {
        if input.peek(syn::LitStr) {
            return Ok(Literal::Text(self.quoted(input)?.0));
        }
        for value in [true, false] {
            if self
                .take_word(input, if value { "true" } else { "false" })
                .is_some()
            {
                return Ok(Literal::Bool(value));
            }
        }
        if !Parser::at_number(input) {
            return Err(self.unexpected(input, "a text in double quotes, a number, `true` or `false`"));
        }
        Ok(match self.number(input)?.kind {
            ExprKind::Float(value) => Literal::Float(value),
            ExprKind::Int(value) => Literal::Int(value),
            _ => return Err(self.unexpected(input, "a number")),
        })
    }
}

fn whole(digits: &syn::LitInt, negative: bool, place: Place) -> Parse<ExprKind> {
    if !digits.suffix().is_empty() {
        return Err(suffixed(digits.suffix(), place));
    }
    let magnitude = digits.base10_parse::<i128>().ok();
    let value = magnitude.map(|magnitude| if negative { -magnitude } else { magnitude });
    match value.and_then(|value| i64::try_from(value).ok()) {
        Some(value) => Ok(ExprKind::Int(value)),
        None => Err(fault(
            codes::NUMBER,
            place,
            format!("`{digits}` does not fit in 64 bits"),
        )),
    }
}

fn real(digits: &syn::LitFloat, negative: bool, place: Place) -> Parse<ExprKind> {
    if !digits.suffix().is_empty() {
        return Err(suffixed(digits.suffix(), place));
    }
    match digits.base10_parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(ExprKind::Float(if negative { -value } else { value })),
        _ => Err(fault(
            codes::NUMBER,
            place,
            format!("`{digits}` is not a finite number"),
        )),
    }
}

fn suffixed(suffix: &str, place: Place) -> Box<Diagnostic> {
    let mut fault = fault(
        codes::NUMBER,
        place,
        format!("a number takes no suffix `{suffix}`"),
    );
    fault.help("kinds are written once, at the param: `eps: Float`");
    fault
}
