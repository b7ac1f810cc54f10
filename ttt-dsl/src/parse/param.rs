//! Params and their kinds.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::word;
use super::{Parse, Parser};
use crate::place::Place;
use crate::spec::{Expr, Kind, Name, Param};

impl Parser {
    /// `(dim, eps: Float = 1e-5)`
    pub(crate) fn params_in_brackets(&mut self, input: ParseStream) -> Parse<Vec<Param>> {
        let (params, _) = self.group(
            input,
            Delimiter::Parenthesis,
            "params in `(…)`",
            |parser, content| parser.params(content),
        )?;
        Ok(params)
    }

    /// Params between commas, to the end.
    pub(crate) fn params(&mut self, input: ParseStream) -> Vec<Param> {
        self.list(input, Until::SEPARATOR, Parser::param, |read, place| {
            Some(missing_param(read, place))
        })
    }

    /// `eps: Float = 1e-5`. A param whose kind or default is faulty is still a param.
    pub(crate) fn param(&mut self, input: ParseStream) -> Parse<Param> {
        let doc = self.doc(input);
        let name = self.name(input, "the name of a param")?;
        let (kind, default) = self.kind_and_default(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_to_comma(input, Until::SEPARATOR);
            missing_kind(place)
        });
        Ok(Param {
            doc,
            name,
            kind,
            default,
        })
    }

    /// `Float = 1e-5`, `4 * dim`, `Float`: how the TOML spelling writes what follows a param's name.
    pub(crate) fn param_value(&mut self, input: ParseStream) -> Parse<(Kind, Option<Expr>)> {
        let alone = input.peek(syn::Ident) && input.cursor().ident().is_some_and(|(_, rest)| rest.eof());
        let built_in = word(input).is_some_and(|word| built_in_kind(&word).is_some());
        let assigned = input.peek(syn::Ident) && input.peek2(syn::Token![=]) && !input.peek2(syn::Token![==]);
        let says_kind = assigned || (alone && built_in);
        if !says_kind {
            return Ok((Kind::Dim, Some(self.expression(input)?)));
        }
        let kind = self.kind(input)?;
        Ok((kind, self.default(input)?))
    }

    fn kind_and_default(&mut self, input: ParseStream) -> Parse<(Kind, Option<Expr>)> {
        let kind = match self.take(input, ":") {
            Some(_) => self.kind(input)?,
            None => Kind::Dim,
        };
        Ok((kind, self.default(input)?))
    }

    fn kind(&mut self, input: ParseStream) -> Parse<Kind> {
        let name = self.name(
            input,
            "a kind: `Dim`, `Int`, `Float`, `Bool`, `Block` or an enum's name",
        )?;
        Ok(built_in_kind(name.as_str()).unwrap_or(Kind::Enum(name)))
    }

    fn default(&mut self, input: ParseStream) -> Parse<Option<Expr>> {
        match self.take(input, "=") {
            Some(_) => Ok(Some(self.expression(input)?)),
            None => Ok(None),
        }
    }
}

/// The kind and default of a param of which these could not be read.
pub(crate) fn missing_kind(place: Place) -> (Kind, Option<Expr>) {
    (Kind::Enum(Name::MISSING), Some(Expr::missing(place)))
}

/// A param of which at most the name could be read.
pub(crate) fn missing_param(read: Option<Param>, place: Place) -> Param {
    let (kind, default) = missing_kind(place);
    Param {
        doc: String::new(),
        name: read.map_or(Name::MISSING, |param| param.name),
        kind,
        default,
    }
}

fn built_in_kind(word: &str) -> Option<Kind> {
    Some(match word {
        "Dim" => Kind::Dim,
        "Int" => Kind::Int,
        "Float" => Kind::Float,
        "Bool" => Kind::Bool,
        "Block" => Kind::Block,
        _ => return None,
    })
}
