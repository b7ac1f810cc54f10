//! Expressions of a `forward`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::forward::Forward;
use super::ident;
use super::piece::{Level, Piece};
use crate::program::{Branch, Rearrangement, SliceItem, Value, ValueKind, ValueType};
use crate::spec::{BinaryOp, ElementType, Expr, Kind};

impl Forward<'_> {
    /// A value as a Rust expression, evaluated from left to right.
    pub fn value(&self, value: &Value) -> Piece {
        match &value.kind {
            ValueKind::Local { name, last_use } => local(name, *last_use),
            ValueKind::Static(expr) => self.emitter.expression(expr, &Kind::Float, &self.scope),
            ValueKind::Weight { part, tensor } => self.weight(part, tensor),
            ValueKind::Part { part, args } => self.part_call(part, args, value),
            ValueKind::Function {
                name,
                context,
                inputs,
                statics,
            } => self.function_call(name, *context, inputs, statics, &value.ty),
            ValueKind::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, &value.ty),
            ValueKind::Negate(operand) => {
                let operand = self.value(operand).operand(Level::Prefix);
                Piece::new(quote! { -#operand }, Level::Prefix)
            }
            ValueKind::Slice { base, items } => self.slice(base, items, &value.ty),
            ValueKind::Rearrange { base, rearrangement } => self.rearrange(base, rearrangement, &value.ty),
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => self.choice(condition, then, otherwise.as_deref()),
            ValueKind::Tuple(values) => {
                let values = values.iter().map(|value| self.value(value));
                Piece::atom(quote! { (#(#values),*) })
            }
        }
    }

    /// Arithmetic: operators where both ranks are the same, the runtime's functions where one side is stretched.
    fn binary(&self, op: BinaryOp, lhs: &Value, rhs: &Value, ty: &ValueType) -> Piece {
        let element = ty.element().unwrap_or(ElementType::Float);
        match (&lhs.kind, &rhs.kind) {
            (ValueKind::Static(number), _) => {
                self.number_first(op, number, &self.side(rhs, element), element)
            }
            (_, ValueKind::Static(number)) => {
                Piece::binary(op, &self.side(lhs, element), &self.scalar(number, element))
            }
            _ if lhs.ty.rank() == rhs.ty.rank() => {
                Piece::binary(op, &self.side(lhs, element), &self.side(rhs, element))
            }
            _ => {
                let function = ident::plain(match op {
                    BinaryOp::Subtract => "subtract",
                    BinaryOp::Multiply => "multiply",
                    BinaryOp::Divide => "divide",
                    _ => "add",
                });
                let ranks = [&lhs.ty, &rhs.ty, ty].map(rank);
                let (lhs, rhs) = (self.side(lhs, element), self.side(rhs, element));
                Piece::atom(quote! { op::#function::<#(#ranks,)* _>(#lhs, #rhs) })
            }
        }
    }

    /// `1.0 - x`
    fn number_first(&self, op: BinaryOp, number: &Expr, x: &Piece, element: ElementType) -> Piece {
        let number = self.scalar(number, element);
        let call = match op {
            BinaryOp::Subtract => quote! { op::scalar_subtract(#number, #x) },
            BinaryOp::Divide => quote! { op::scalar_divide(#number, #x) },
            // Sums and products are the same from either side.
            _ => return Piece::binary(op, x, &number),
        };
        Piece::atom(call)
    }

    /// A tensor of the result's element type.
    fn side(&self, value: &Value, element: ElementType) -> Piece {
        let piece = self.value(value);
        match (value.ty.element(), element) {
            (Some(ElementType::Int), ElementType::Float) => {
                let receiver = piece.receiver();
                Piece::atom(quote! { #receiver.float() })
            }
            _ => piece,
        }
    }

    fn scalar(&self, number: &Expr, element: ElementType) -> Piece {
        let kind = if element == ElementType::Int {
            Kind::Int
        } else {
            Kind::Float
        };
        self.emitter.expression(number, &kind, &self.scope)
    }

    fn slice(&self, base: &Value, items: &[SliceItem], ty: &ValueType) -> Piece {
        let bound = |bound: &Option<Expr>| match bound {
            Some(bound) => {
                let bound = self.emitter.expression(bound, &Kind::Int, &self.scope);
                quote! { Some(#bound) }
            }
            None => quote! { None },
        };
        let items = items.iter().map(|item| match item {
            SliceItem::Whole => quote! { op::Slice::Whole },
            SliceItem::Range { start, end } => {
                let (start, end) = (bound(start), bound(end));
                quote! { op::Slice::Range { start: #start, end: #end } }
            }
            SliceItem::At(index) => {
                let index = self.emitter.expression(index, &Kind::Int, &self.scope);
                quote! { op::Slice::At(#index) }
            }
        });
        let (from, to) = (rank(&base.ty), rank(ty));
        let base = self.value(base);
        Piece::atom(quote! { op::slice::<#from, #to, _>(#base, &[#(#items),*]) })
    }

    fn rearrange(&self, base: &Value, rearrangement: &Rearrangement, ty: &ValueType) -> Piece {
        let side = |groups: &[Vec<String>]| {
            let groups = groups.iter().map(|axes| quote! { &[#(#axes),*] });
            quote! { [#(#groups),*] }
        };
        let (input, output) = (side(&rearrangement.input), side(&rearrangement.output));
        let sizes = rearrangement.sizes.iter().map(|(axis, size)| {
            let size = self.emitter.expression(size, &Kind::Dim, &self.scope);
            quote! { (#axis, #size) }
        });
        let (from, to) = (rank(&base.ty), rank(ty));
        let base = self.value(base);
        let sizes = quote! { &[#(#sizes),*] };
        Piece::atom(quote! { op::rearrange::<#from, #to, _>(#base, #input, #output, #sizes) })
    }

    /// `if qk_norm { q_norm(x) } else { x }`. Parts that exist under the very condition are taken out of their fields
    /// instead of asking it again. Without `else` the value is an `Option`.
    fn choice(&self, condition: &Expr, then: &Branch, otherwise: Option<&Branch>) -> Piece {
        let parts = self.parts_under(condition, then);
        self.present.borrow_mut().extend(parts.iter().cloned());
        let has_statements = !then.statements.is_empty();
        let then = self.branch(then);
        let outer = self.present.borrow().len() - parts.len();
        self.present.borrow_mut().truncate(outer);
        let otherwise = otherwise.map(|otherwise| self.branch(otherwise));

        let locals: Vec<_> = parts.iter().map(|part| ident::local(part)).collect();
        let fields: Vec<_> = parts.iter().map(|part| ident::plain(part)).collect();
        let test = match (locals.as_slice(), fields.as_slice()) {
            ([], _) => {
                let condition = self.emitter.condition(condition, &self.scope);
                quote! { #condition }
            }
            ([local], [field]) => quote! { let Some(#local) = &self.#field },
            _ => quote! { let (#(Some(#locals)),*) = (#(&self.#fields),*) },
        };
        let tokens = match (otherwise, locals.as_slice(), fields.as_slice()) {
            (Some(otherwise), ..) => quote! { if #test { #then } else { #otherwise } },
            (None, [local], [field]) => {
                let then = braced(then, has_statements);
                quote! { self.#field.as_ref().map(|#local| #then) }
            }
            (None, ..) => {
                let then = braced(then, has_statements);
                quote! { if #test { Some(#then) } else { None } }
            }
        };
        Piece::new(tokens, Level::Loose)
    }

    fn branch(&self, branch: &Branch) -> TokenStream {
        let statements = self.statements(&branch.statements);
        let result = self.value(&branch.result);
        quote! { #statements #result }
    }

    /// Own parts that a branch calls and that exist under this condition.
    fn parts_under(&self, condition: &Expr, branch: &Branch) -> Vec<String> {
        let mut called = Vec::new();
        visit_branch(branch, &mut |value| match &value.kind {
            ValueKind::Part { part, .. } | ValueKind::Weight { part, .. } if !called.contains(part) => {
                called.push(part.clone());
            }
            _ => {}
        });
        called.retain(|name| {
            let part = self.block.parts.iter().find(|part| part.name == *name);
            part.is_some_and(|part| part.condition.as_ref() == Some(condition))
                && !self.present.borrow().contains(name)
        });
        called
    }
}

fn braced(inner: TokenStream, braces: bool) -> TokenStream {
    if braces {
        quote! { { #inner } }
    } else {
        inner
    }
}

fn local(name: &str, last_use: bool) -> Piece {
    let name = ident::plain(name);
    if last_use {
        Piece::atom(quote! { #name })
    } else {
        Piece::atom(quote! { #name.clone() })
    }
}

/// A rank as a const argument.
pub(super) fn rank(ty: &ValueType) -> Literal {
    Literal::usize_unsuffixed(ty.rank().unwrap_or_default())
}

fn visit_branch(branch: &Branch, visit: &mut dyn FnMut(&Value)) {
    branch
        .statements
        .iter()
        .for_each(|statement| visit_value(&statement.value, visit));
    visit_value(&branch.result, visit);
}

/// Calls `visit` with a value and all values in it.
fn visit_value(value: &Value, visit: &mut dyn FnMut(&Value)) {
    visit(value);
    match &value.kind {
        ValueKind::Local { .. } | ValueKind::Static(_) | ValueKind::Weight { .. } => {}
        ValueKind::Part { args, .. } => args.iter().flatten().for_each(|arg| visit_value(arg, visit)),
        ValueKind::Function { inputs, .. } => inputs.iter().for_each(|input| visit_value(input, visit)),
        ValueKind::Binary { lhs, rhs, .. } => {
            visit_value(lhs, visit);
            visit_value(rhs, visit);
        }
        ValueKind::Negate(operand) => visit_value(operand, visit),
        ValueKind::Slice { base, .. } | ValueKind::Rearrange { base, .. } => visit_value(base, visit),
        ValueKind::If { then, otherwise, .. } => {
            visit_branch(then, visit);
            otherwise
                .iter()
                .for_each(|otherwise| visit_branch(otherwise, visit));
        }
        ValueKind::Tuple(values) => values.iter().for_each(|value| visit_value(value, visit)),
    }
}
