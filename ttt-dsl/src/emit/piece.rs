//! Rust expressions with what is needed to put them into larger ones.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::spec::BinaryOp;

/// How tightly an expression binds; the larger, the tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// `if`, `as`: in parentheses wherever it is an operand.
    Loose,
    /// `{ … }`: likewise, but not on the right, where nothing can mistake it for a statement.
    Block,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`, `<`
    Compare,
    /// `+`, `-`
    Sum,
    /// `*`, `/`, `%`
    Product,
    /// `-`, `!`
    Prefix,
    /// A name, a literal, a call.
    Atom,
}

/// A Rust expression.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    tokens: TokenStream,
    level: Level,
}

impl Piece {
    pub fn atom(tokens: TokenStream) -> Piece {
        Piece::new(tokens, Level::Atom)
    }

    pub fn new(tokens: TokenStream, level: Level) -> Piece {
        Piece { tokens, level }
    }

    /// In parentheses unless it binds at least as tightly as `least`.
    pub fn operand(&self, least: Level) -> TokenStream {
        let tokens = &self.tokens;
        if self.level < least {
            quote! { (#tokens) }
        } else {
            tokens.clone()
        }
    }

    /// As the receiver of a method.
    pub fn receiver(&self) -> TokenStream {
        self.operand(Level::Atom)
    }

    /// `self as target`
    pub fn cast(&self, target: TokenStream) -> Piece {
        let operand = self.operand(Level::Atom);
        Piece::new(quote! { #operand as #target }, Level::Loose)
    }

    pub fn binary(op: BinaryOp, lhs: &Piece, rhs: &Piece) -> Piece {
        let (token, level) = operator(op);
        // Comparisons do not chain, so both of their sides bind more tightly.
        let left = if level == Level::Compare {
            Level::Sum
        } else {
            level
        };
        let right = if rhs.level == Level::Block {
            Level::Block
        } else {
            tighter(level)
        };
        let (left, right) = (lhs.operand(left), rhs.operand(right));
        Piece::new(quote! { #left #token #right }, level)
    }
}

impl ToTokens for Piece {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

fn operator(op: BinaryOp) -> (TokenStream, Level) {
    match op {
        BinaryOp::Add => (quote! { + }, Level::Sum),
        BinaryOp::Subtract => (quote! { - }, Level::Sum),
        BinaryOp::Multiply => (quote! { * }, Level::Product),
        BinaryOp::Divide => (quote! { / }, Level::Product),
        BinaryOp::Remainder => (quote! { % }, Level::Product),
        BinaryOp::Equal => (quote! { == }, Level::Compare),
        BinaryOp::NotEqual => (quote! { != }, Level::Compare),
        BinaryOp::Less => (quote! { < }, Level::Compare),
        BinaryOp::LessEqual => (quote! { <= }, Level::Compare),
        BinaryOp::Greater => (quote! { > }, Level::Compare),
        BinaryOp::GreaterEqual => (quote! { >= }, Level::Compare),
        BinaryOp::And => (quote! { && }, Level::And),
        BinaryOp::Or => (quote! { || }, Level::Or),
    }
}

fn tighter(level: Level) -> Level {
    match level {
        Level::Loose | Level::Block => Level::Or,
        Level::Or => Level::And,
        Level::And => Level::Compare,
        Level::Compare => Level::Sum,
        Level::Sum => Level::Product,
        Level::Product => Level::Prefix,
        Level::Prefix | Level::Atom => Level::Atom,
    }
}
