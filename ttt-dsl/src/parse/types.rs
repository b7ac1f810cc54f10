//! Tensor types and signatures.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::{at_label, fault, word};
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{DimItem, ElementType, Expr, Input, Name, Output, Signature, TensorType};

impl Parser {
    /// `Int[B, T]`
    pub(crate) fn tensor_type(&mut self, input: ParseStream) -> Parse<TensorType> {
        let start = self.here(input);
        let element = match word(input) {
            Some(_) => [ElementType::Int, ElementType::Bool][self.element(input)?],
            None => ElementType::Float,
        };
        let (dims, end) = self.group(
            input,
            Delimiter::Bracket,
            "a type such as `[B, T, dim]`",
            |parser, content| {
                parser.list(content, Until::SEPARATOR, Parser::dim_item, |_, place| {
                    Some(DimItem::Dim(Expr::missing(place)))
                })
            },
        )?;
        Ok(TensorType {
            element,
            dims,
            place: self.join(start, end),
        })
    }

    /// `(x: [B, T, dim], mask: Bool[B, T]) -> [B, T, dim]`
    pub(crate) fn signature(&mut self, input: ParseStream) -> Parse<Signature> {
        let ((context, inputs), start) = self.group(
            input,
            Delimiter::Parenthesis,
            "inputs in `(…)`",
            |parser, content| {
                let context = parser.context(content);
                let inputs = parser.list(content, Until::SEPARATOR, Parser::input, missing_input);
                (context, inputs)
            },
        )?;
        self.expect(input, "->")?;
        let (outputs, end) = self.outputs(input)?;
        Ok(Signature {
            context,
            inputs,
            outputs,
            place: self.join(start, end),
        })
    }

    /// Takes a leading `context`.
    pub(crate) fn context(&mut self, input: ParseStream) -> bool {
        if at_label(input) || self.take_word(input, "context").is_none() {
            return false;
        }
        if !input.is_empty()
            && let Err(fault) = self.expect(input, ",")
        {
            self.record(fault);
        }
        true
    }

    /// `x: [B, T]`, perhaps with a default. An input whose type is faulty is still an input.
    pub(crate) fn input(&mut self, input: ParseStream) -> Parse<Input> {
        let given = input.peek2(syn::Ident) && self.take_meant(input, "given").is_some();
        let name = self.name(input, "the name of an input")?;
        let (ty, default) = self.type_and_default(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_to_comma(input, Until::SEPARATOR);
            (missing_type(place), None)
        });
        Ok(Input {
            given,
            name,
            ty,
            default,
        })
    }

    fn type_and_default(&mut self, input: ParseStream) -> Parse<(TensorType, Option<Expr>)> {
        self.expect(input, ":")?;
        let ty = self.tensor_type(input)?;
        // The checker wants a number, and an input with another default is still an input.
        let default = match self.take(input, "=") {
            Some(_) => Some(self.expression(input)?),
            None => None,
        };
        Ok((ty, default))
    }

    fn element(&mut self, input: ParseStream) -> Parse<usize> {
        self.choice(input, "element type", &["Int", "Bool"])
            .map_err(|mut fault| {
                fault.help(
                    "`Int[…]` and `Bool[…]` hold whole numbers and truth values; floats are written `[…]`",
                );
                fault
            })
    }

    fn dim_item(&mut self, input: ParseStream) -> Parse<DimItem> {
        match self.take(input, "..") {
            Some(_) => Ok(DimItem::Rest),
            None => Ok(DimItem::Dim(self.expression(input)?)),
        }
    }

    fn outputs(&mut self, input: ParseStream) -> Parse<(Vec<Output>, Place)> {
        if !input.peek(syn::token::Paren) {
            let name = match at_label(input) {
                true => Some(self.output_name(input)?),
                false => None,
            };
            let ty = self.tensor_type(input)?;
            let place = ty.place;
            let output = Output {
                name,
                ty,
                condition: None,
            };
            return Ok((vec![output], place));
        }
        let before = self.report.diagnostics.len();
        let (outputs, place) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
            parser.list(content, Until::SEPARATOR, Parser::named_output, missing_output)
        })?;
        match outputs.is_empty() && self.report.diagnostics.len() == before {
            true => Err(fault(
                codes::MISSING,
                place,
                "expected an output between these brackets",
            )),
            false => Ok((outputs, place)),
        }
    }

    fn named_output(&mut self, input: ParseStream) -> Parse<Output> {
        if !at_label(input) {
            let mut fault = self.unexpected(input, "the name of an output");
            fault.help("each of several outputs has a name: `(logits: [B, T, vocab], aux: [B])`");
            return Err(fault);
        }
        let name = Some(self.output_name(input)?);
        let ty = self.tensor_type(input)?;
        Ok(Output {
            name,
            ty,
            condition: self.condition_or_missing(input),
        })
    }

    fn output_name(&mut self, input: ParseStream) -> Parse<Name> {
        let name = self.name(input, "the name of an output")?;
        self.expect(input, ":")?;
        Ok(name)
    }

    /// `if c`, where it is optional.
    pub(crate) fn condition(&mut self, input: ParseStream) -> Parse<Option<Expr>> {
        match self.take_meant(input, "if") {
            Some(_) => Ok(Some(self.expression(input)?)),
            None => Ok(None),
        }
    }

    /// `if c`, where it is optional. What exists under a faulty condition still exists.
    fn condition_or_missing(&mut self, input: ParseStream) -> Option<Expr> {
        self.condition(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_to_comma(input, Until::SEPARATOR);
            Some(Expr::missing(place))
        })
    }
}

/// An input of which at most the name could be read.
fn missing_input(read: Option<Input>, place: Place) -> Option<Input> {
    Some(Input {
        given: read.as_ref().is_some_and(|input| input.given),
        name: read.map_or(Name::MISSING, |input| input.name),
        ty: missing_type(place),
        default: None,
    })
}

/// An output of which at most the name could be read.
fn missing_output(read: Option<Output>, place: Place) -> Option<Output> {
    Some(Output {
        name: read.map_or(Some(Name::MISSING), |output| output.name),
        ty: missing_type(place),
        condition: None,
    })
}

/// The type of an input or output that is known by its name alone.
fn missing_type(place: Place) -> TensorType {
    TensorType {
        element: ElementType::Float,
        dims: vec![DimItem::Dim(Expr::missing(place))],
        place,
    }
}
