//! Expressions, by precedence.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::{at, at_label, at_word, fault, skip_all};
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{Arg, BinaryOp, Expr, ExprKind, IndexItem, UnaryOp};

/// The operators of two sides, loosest first; those of one row group from the left.
const OPERATORS: [&[(&str, BinaryOp)]; 5] = [
    &[("||", BinaryOp::Or)],
    &[("&&", BinaryOp::And)],
    &[
        ("==", BinaryOp::Equal),
        ("!=", BinaryOp::NotEqual),
        ("<=", BinaryOp::LessEqual),
        ("<", BinaryOp::Less),
        (">=", BinaryOp::GreaterEqual),
        (">", BinaryOp::Greater),
    ],
    &[("+", BinaryOp::Add), ("-", BinaryOp::Subtract)],
    &[
        ("*", BinaryOp::Multiply),
        ("/", BinaryOp::Divide),
        ("%", BinaryOp::Remainder),
    ],
];

const COMPARISONS: usize = 2;

/// How many operators, indices and `if`s an expression may have, with all that stands in it.
const OPERATOR_LIMIT: usize = 256;

impl Parser {
    /// Any expression.
    pub(crate) fn expression(&mut self, input: ParseStream) -> Parse<Expr> {
        let outermost = self.operators.is_none();
        let value = self.binary(input, 0);
        if outermost {
            self.operators = None;
        }
        value
    }

    /// Counts an operator: who reads an expression calls itself for each.
    fn operator(&mut self, place: Place) -> Parse<()> {
        let count = self.operators.get_or_insert(0);
        *count += 1;
        if *count <= OPERATOR_LIMIT {
            return Ok(());
        }
        let message = format!("this expression has more than {OPERATOR_LIMIT} operators");
        let mut fault = fault(codes::TOO_DEEP, place, message);
        fault.help("give its pieces names, with `let`");
        Err(fault)
    }

    /// Any expression, to the end; a faulty one is recorded and passed over.
    pub(crate) fn expression_or_missing(&mut self, input: ParseStream) -> Expr {
        self.expression(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_all(input);
            Expr::missing(place)
        })
    }

    /// The arguments of a call, with their brackets; positional ones first.
    pub(crate) fn arguments(&mut self, input: ParseStream) -> Parse<(Vec<Arg>, Place)> {
        self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
            let missing = |read: Option<Arg>, place| {
                Some(Arg {
                    name: read.and_then(|arg| arg.name),
                    value: Expr::missing(place),
                })
            };
            let args = parser.list(content, Until::SEPARATOR, Parser::argument, missing);
            parser.named_last(&args);
            args
        })
    }

    fn argument(&mut self, input: ParseStream) -> Parse<Arg> {
        if !at_label(input) {
            return Ok(Arg {
                name: None,
                value: self.expression(input)?,
            });
        }
        let name = self.name(input, "the name of an argument")?;
        self.expect(input, ":")?;
        // An argument stays one when its value is faulty, so that its param is given.
        let value = self.expression(input).unwrap_or_else(|fault| {
            let place = fault.place;
            self.record(fault);
            skip_to_comma(input, Until::SEPARATOR);
            Expr::missing(place)
        });
        Ok(Arg {
            name: Some(name),
            value,
        })
    }

    fn named_last(&mut self, args: &[Arg]) {
        let named = args
            .iter()
            .position(|arg| arg.name.is_some())
            .unwrap_or(args.len());
        let late = args[named..]
            .iter()
            .find(|arg| arg.name.is_none() && !arg.value.is_missing());
        if let Some(late) = late {
            let mut fault = fault(
                codes::ORDER,
                late.value.place,
                "a positional argument stands after a named one",
            );
            fault.help("name it too, or move it to the front");
            self.record(fault);
        }
    }

    fn binary(&mut self, input: ParseStream, level: usize) -> Parse<Expr> {
        let Some(row) = OPERATORS.get(level) else {
            return self.unary(input);
        };
        let mut lhs = self.binary(input, level + 1)?;
        let mut compared = false;
        while let Some((mark, op)) = row.iter().find(|(mark, _)| at(input, mark)) {
            if compared {
                let place = self.here(input);
                let mut fault = fault(
                    codes::UNEXPECTED,
                    place,
                    format!("a second comparison, `{mark}`, in one chain"),
                );
                fault.help("join comparisons by `&&`: `a < b && b < c`");
                return Err(fault);
            }
            compared = level == COMPARISONS;
            let operator = self.expect(input, mark)?;
            self.operator(operator)?;
            let rhs = self.binary(input, level + 1)?;
            let place = self.join(lhs.place, rhs.place);
            lhs = Expr {
                kind: ExprKind::Binary {
                    op: *op,
                    lhs: Box::new(lhs),
                    rhs: Box::new(rhs),
                },
                place,
            };
        }
        Ok(lhs)
    }

    fn unary(&mut self, input: ParseStream) -> Parse<Expr> {
        if at(input, "-") && Parser::at_number(input) {
            return self.number(input);
        }
        for (mark, op) in [("-", UnaryOp::Negate), ("!", UnaryOp::Not)] {
            if let Some(start) = self.take(input, mark) {
                self.operator(start)?;
                let operand = self.unary(input)?;
                let place = self.join(start, operand.place);
                return Ok(Expr {
                    kind: ExprKind::Unary {
                        op,
                        operand: Box::new(operand),
                    },
                    place,
                });
            }
        }
        self.indexed(input)
    }

    fn indexed(&mut self, input: ParseStream) -> Parse<Expr> {
        let mut base = self.primary(input)?;
        while input.peek(syn::token::Bracket) {
            let (items, end) = self.group(input, Delimiter::Bracket, "`[`", |parser, content| {
                let missing = |_, place| Some(IndexItem::At(Expr::missing(place)));
                parser.list(content, Until::SEPARATOR, Parser::index_item, missing)
            })?;
            self.operator(end)?;
            let place = self.join(base.place, end);
            base = Expr {
                kind: ExprKind::Index {
                    base: Box::new(base),
                    items,
                },
                place,
            };
        }
        Ok(base)
    }

    fn index_item(&mut self, input: ParseStream) -> Parse<IndexItem> {
        if self.take(input, "..").is_some() {
            return Ok(IndexItem::Rest);
        }
        let bound =
            |input: ParseStream| !input.is_empty() && !at(input, ":") && !at(input, "::") && !at(input, ",");
        let start = if bound(input) {
            Some(self.expression(input)?)
        } else {
            None
        };
        if at(input, "::") {
            let place = self.here(input);
            let mut fault = fault(codes::UNEXPECTED, place, "an index has no step");
            fault.help("a range is written `start:end`, and `:` takes all");
            return Err(fault);
        }
        if self.take(input, ":").is_some() {
            let end = if bound(input) {
                Some(self.expression(input)?)
            } else {
                None
            };
            return Ok(IndexItem::Range { start, end });
        }
        match start {
            Some(index) => Ok(IndexItem::At(index)),
            None => Err(self.unexpected(input, "an index")),
        }
    }

    fn primary(&mut self, input: ParseStream) -> Parse<Expr> {
        if Parser::at_number(input) {
            return self.number(input);
        }
        if input.peek(syn::LitStr) {
            let (text, place) = self.quoted(input)?;
            return Ok(Expr {
                kind: ExprKind::Text(text),
                place,
            });
        }
        if input.peek(syn::token::Paren) {
            return self.tuple(input);
        }
        if input.peek(syn::token::Bracket) {
            let (items, place) = self.expressions(input, Delimiter::Bracket)?;
            if items.iter().any(Expr::is_missing) {
                return Ok(Expr::missing(place));
            }
            return Ok(Expr {
                kind: ExprKind::List(items),
                place,
            });
        }
        for value in [true, false] {
            if let Some(place) = self.take_word(input, if value { "true" } else { "false" }) {
                return Ok(Expr {
                    kind: ExprKind::Bool(value),
                    place,
                });
            }
        }
        match at_word(input, "if") {
            true => self.conditional(input),
            false => self.named(input),
        }
    }

    /// `x`, `f(x)`, `wte.weight`
    fn named(&mut self, input: ParseStream) -> Parse<Expr> {
        if !input.peek(syn::Ident) {
            return Err(self.unexpected(input, "an expression"));
        }
        let name = self.name(input, "an expression")?;
        let start = name.place;
        if input.peek(syn::token::Paren) {
            let (args, end) = self.arguments(input)?;
            let place = self.join(start, end);
            return Ok(Expr {
                kind: ExprKind::Call { callee: name, args },
                place,
            });
        }
        if self.take(input, ".").is_none() {
            return Ok(Expr {
                kind: ExprKind::Name(name),
                place: start,
            });
        }
        let tensor = self.name(input, "the name of a leaf's tensor")?;
        let place = self.join(start, tensor.place);
        Ok(Expr {
            kind: ExprKind::Field { part: name, tensor },
            place,
        })
    }

    /// `(a, b)`; one expression without a comma is itself.
    fn tuple(&mut self, input: ParseStream) -> Parse<Expr> {
        let comma = input
            .cursor()
            .group(Delimiter::Parenthesis)
            .is_some_and(|(content, _, _)| ends_in_comma(content));
        let (mut items, place) = self.expressions(input, Delimiter::Parenthesis)?;
        if items.iter().any(Expr::is_missing) {
            return Ok(Expr::missing(place));
        }
        if items.is_empty() {
            return Err(fault(
                codes::MISSING,
                place,
                "expected an expression between these brackets",
            ));
        }
        if items.len() == 1 && !comma {
            return Ok(items.remove(0));
        }
        Ok(Expr {
            kind: ExprKind::Tuple(items),
            place,
        })
    }

    fn expressions(&mut self, input: ParseStream, delimiter: Delimiter) -> Parse<(Vec<Expr>, Place)> {
        self.group(input, delimiter, "`(`", |parser, content| {
            parser.list(content, Until::SEPARATOR, Parser::expression, |_, place| {
                Some(Expr::missing(place))
            })
        })
    }

    fn conditional(&mut self, input: ParseStream) -> Parse<Expr> {
        let start = self.expect_word(input, "if")?;
        self.operator(start)?;
        let condition = Box::new(self.expression(input)?);
        let (then, mut end) = self.branch(input)?;
        let mut otherwise = None;
        let continued = input.peek2(syn::token::Brace) || input.peek2(syn::Token![if]);
        if continued && self.take_meant(input, "else").is_some() {
            let value = match at_word(input, "if") {
                true => self.conditional(input)?,
                false => self.branch(input)?.0,
            };
            end = value.place;
            otherwise = Some(Box::new(value));
        }
        let place = self.join(start, end);
        Ok(Expr {
            kind: ExprKind::If {
                condition,
                then: Box::new(then),
                otherwise,
            },
            place,
        })
    }

    fn branch(&mut self, input: ParseStream) -> Parse<(Expr, Place)> {
        let (value, place) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            let (statements, result) = parser.statements(content);
            if statements.is_empty() {
                return result;
            }
            let place = result.place;
            Expr {
                kind: ExprKind::Block {
                    statements,
                    result: Box::new(result),
                },
                place,
            }
        })?;
        Ok((value, place))
    }
}

fn ends_in_comma(mut cursor: syn::buffer::Cursor) -> bool {
    let mut comma = false;
    while let Some((tree, rest)) = cursor.token_tree() {
        comma = matches!(&tree, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ',');
        cursor = rest;
    }
    comma
}
