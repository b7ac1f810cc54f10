//! Static expressions as Rust: sizes are `usize`, whole numbers `i64`, real ones `f64`.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Emitter;
use super::piece::{Level, Piece};
use crate::spec::{Arg, BinaryOp, Expr, ExprKind, Kind, Name, UnaryOp};

/// The static names that an expression may mention, how Rust reaches each, and which were mentioned.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: HashMap<String, (Kind, TokenStream)>,
    /// Shared with the scopes made from this one.
    mentioned: Rc<RefCell<BTreeSet<String>>>,
}

impl Scope {
    /// Makes a name known.
    pub fn insert(&mut self, name: &str, kind: &Kind, access: TokenStream) {
        self.names.insert(name.to_string(), (kind.clone(), access));
    }

    /// Whether an expression mentioned this name.
    pub fn is_mentioned(&self, name: &str) -> bool {
        self.mentioned.borrow().contains(name)
    }

    /// Notes that something reads this name.
    pub fn mention(&self, name: &str) {
        self.mentioned.borrow_mut().insert(name.to_string());
    }

    fn contains(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    fn kind(&self, name: &str) -> Option<&Kind> {
        self.names.get(name).map(|(kind, _)| kind)
    }
}

/// The Rust type of a number, in order of widening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Size,
    Whole,
    Real,
}

impl Number {
    fn of(kind: &Kind) -> Number {
        match kind {
            Kind::Float => Number::Real,
            Kind::Int => Number::Whole,
            _ => Number::Size,
        }
    }

    fn rust(self) -> TokenStream {
        match self {
            Number::Size => quote! { usize },
            Number::Whole => quote! { i64 },
            Number::Real => quote! { f64 },
        }
    }

    fn literal(self, value: i64) -> TokenStream {
        match self {
            Number::Real => real(value as f64),
            _ => whole(value),
        }
    }
}

impl Emitter<'_> {
    /// A static expression as a value of the Rust type for `kind`.
    pub(super) fn expression(&self, expr: &Expr, kind: &Kind, scope: &Scope) -> Piece {
        match kind {
            Kind::Bool => self.condition(expr, scope),
            Kind::Enum(enumeration) => self.variant(expr, enumeration, scope),
            _ => number(expr, Number::of(kind), self, scope),
        }
    }

    /// A static condition as a `bool`.
    pub(super) fn condition(&self, expr: &Expr, scope: &Scope) -> Piece {
        match &expr.kind {
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => {
                let operand = self.condition(operand, scope).operand(Level::Prefix);
                Piece::new(quote! { !#operand }, Level::Prefix)
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                lhs,
                rhs,
            } => Piece::binary(*op, &self.condition(lhs, scope), &self.condition(rhs, scope)),
            ExprKind::Binary { op, lhs, rhs } => self.comparison(*op, lhs, rhs, scope),
            ExprKind::Name(name) => access(name, scope),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.choice(condition, then, otherwise.as_deref(), scope, |branch| {
                self.condition(branch, scope)
            }),
            ExprKind::Bool(value) => Piece::atom(quote! { #value }),
            _ => number(expr, Number::Real, self, scope),
        }
    }

    fn comparison(&self, op: BinaryOp, lhs: &Expr, rhs: &Expr, scope: &Scope) -> Piece {
        let kinds = [lhs, rhs].map(|side| kind_of(side, scope));
        let sides = match kinds {
            [Some(Kind::Enum(name)), _] | [_, Some(Kind::Enum(name))] => {
                [lhs, rhs].map(|side| self.variant(side, &name, scope))
            }
            [Some(Kind::Bool), _] | [_, Some(Kind::Bool)] => {
                [lhs, rhs].map(|side| self.condition(side, scope))
            }
            _ => {
                let wide = natural(lhs, scope).max(natural(rhs, scope));
                [lhs, rhs].map(|side| number(side, wide, self, scope))
            }
        };
        Piece::binary(op, &sides[0], &sides[1])
    }

    /// A variant, or a param that holds one.
    fn variant(&self, expr: &Expr, enumeration: &Name, scope: &Scope) -> Piece {
        match &expr.kind {
            ExprKind::Name(name) if !scope.contains(name.as_str()) => {
                let path = self.enumeration(enumeration.as_str());
                let variant =
                    super::ident::placed(&super::ident::camel(name.as_str()), name.place, self.places);
                Piece::atom(quote! { #path::#variant })
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.choice(condition, then, otherwise.as_deref(), scope, |branch| {
                self.variant(branch, enumeration, scope)
            }),
            ExprKind::Name(name) => access(name, scope),
            _ => self.condition(expr, scope),
        }
    }

    fn choice(
        &self,
        condition: &Expr,
        then: &Expr,
        otherwise: Option<&Expr>,
        scope: &Scope,
        branch: impl Fn(&Expr) -> Piece,
    ) -> Piece {
        let condition = self.condition(condition, scope);
        let (then, otherwise) = (branch(then), otherwise.map(branch).into_iter());
        Piece::new(
            quote! { if #condition { #then } #(else { #otherwise })* },
            Level::Loose,
        )
    }
}

/// An expression of the natural number type, widened or narrowed to the wanted one as a whole.
fn number(expr: &Expr, wanted: Number, emitter: &Emitter, scope: &Scope) -> Piece {
    let own = natural(expr, scope);
    let literal = matches!(expr.kind, ExprKind::Int(_));
    match (own, wanted) {
        (Number::Size | Number::Whole, Number::Real) if !literal => {
            arithmetic(expr, own, emitter, scope).cast(wanted.rust())
        }
        (Number::Whole, Number::Size) => arithmetic(expr, own, emitter, scope).cast(wanted.rust()),
        _ => arithmetic(expr, wanted, emitter, scope),
    }
}

fn arithmetic(expr: &Expr, number_type: Number, emitter: &Emitter, scope: &Scope) -> Piece {
    let inner = |side: &Expr| number(side, number_type, emitter, scope);
    match &expr.kind {
        ExprKind::Int(value) => Piece::atom(number_type.literal(*value)),
        ExprKind::Float(value) => Piece::atom(real(*value)),
        ExprKind::Name(name) => match scope.kind(name.as_str()).map(Number::of) {
            Some(own) if own != number_type => access(name, scope).cast(number_type.rust()),
            _ => access(name, scope),
        },
        ExprKind::Unary { operand, .. } => {
            let operand = inner(operand).operand(Level::Prefix);
            Piece::new(quote! { -#operand }, Level::Prefix)
        }
        ExprKind::Binary { op, lhs, rhs } => Piece::binary(*op, &inner(lhs), &inner(rhs)),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => emitter.choice(condition, then, otherwise.as_deref(), scope, inner),
        ExprKind::Call { callee, args } => call(callee.as_str(), args, number_type, emitter, scope),
        _ => emitter.condition(expr, scope),
    }
}

/// The static functions, by their names in Rust. Those that round work on sizes, as they do in [`crate::instance`].
fn call(function: &str, args: &[Arg], number_type: Number, emitter: &Emitter, scope: &Scope) -> Piece {
    let (method, own) = match function {
        "ceil_div" => (quote! { div_ceil }, Number::Size),
        "round_up" => (quote! { next_multiple_of }, Number::Size),
        "sqrt" => (quote! { sqrt }, Number::Real),
        "ln" => (quote! { ln }, Number::Real),
        "pow" => (quote! { powf }, Number::Real),
        "max" => (quote! { max }, number_type),
        _ => (quote! { min }, number_type),
    };
    let rust = own.rust();
    let args = args.iter().map(|arg| number(&arg.value, own, emitter, scope));
    let call = Piece::atom(quote! { #rust::#method(#(#args),*) });
    if own == number_type {
        call
    } else {
        call.cast(number_type.rust())
    }
}

/// The narrowest type that holds an expression and everything on the way to it. Differences may be negative on the way.
fn natural(expr: &Expr, scope: &Scope) -> Number {
    match &expr.kind {
        ExprKind::Float(_) => Number::Real,
        ExprKind::Int(value) if *value < 0 => Number::Whole,
        ExprKind::Name(name) => scope.kind(name.as_str()).map_or(Number::Size, Number::of),
        ExprKind::Unary { operand, .. } => natural(operand, scope).max(Number::Whole),
        ExprKind::Binary {
            op: BinaryOp::Subtract,
            lhs,
            rhs,
        } => natural(lhs, scope).max(natural(rhs, scope)).max(Number::Whole),
        ExprKind::Binary { lhs, rhs, .. } => natural(lhs, scope).max(natural(rhs, scope)),
        ExprKind::If { then, otherwise, .. } => {
            let otherwise = otherwise
                .as_ref()
                .map_or(Number::Size, |otherwise| natural(otherwise, scope));
            natural(then, scope).max(otherwise)
        }
        ExprKind::Call { callee, args } => match callee.as_str() {
            "sqrt" | "ln" | "pow" => Number::Real,
            "ceil_div" | "round_up" => Number::Size,
            _ => args
                .iter()
                .map(|arg| natural(&arg.value, scope))
                .max()
                .unwrap_or(Number::Size),
        },
        _ => Number::Size,
    }
}

/// The kind of what is compared, where it is no number.
fn kind_of(expr: &Expr, scope: &Scope) -> Option<Kind> {
    match &expr.kind {
        ExprKind::Name(name) => scope
            .kind(name.as_str())
            .filter(|kind| matches!(kind, Kind::Bool | Kind::Enum(_)))
            .cloned(),
        ExprKind::Bool(_) => Some(Kind::Bool),
        ExprKind::Unary { op: UnaryOp::Not, .. } => Some(Kind::Bool),
        ExprKind::Binary { op, .. } if is_truth(*op) => Some(Kind::Bool),
        ExprKind::If { then, .. } => kind_of(then, scope),
        _ => None,
    }
}

fn is_truth(op: BinaryOp) -> bool {
    !matches!(
        op,
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder
    )
}

fn access(name: &Name, scope: &Scope) -> Piece {
    scope.mention(name.as_str());
    match scope.names.get(name.as_str()) {
        Some((_, access)) => Piece::atom(access.clone()),
        None => {
            let name = super::ident::plain(name.as_str());
            Piece::atom(quote! { #name })
        }
    }
}

/// A whole number without a suffix, so that its type is that of its neighbours.
fn whole(value: i64) -> TokenStream {
    let magnitude = Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 {
        quote! { -#magnitude }
    } else {
        quote! { #magnitude }
    }
}

/// A real number without a suffix, as short as can be.
pub(super) fn real(value: f64) -> TokenStream {
    let magnitude: Literal = match format!("{:?}", value.abs()).parse() {
        Ok(literal) => literal,
        Err(_) => Literal::f64_unsuffixed(value.abs()),
    };
    if value.is_sign_negative() {
        quote! { -#magnitude }
    } else {
        quote! { #magnitude }
    }
}
