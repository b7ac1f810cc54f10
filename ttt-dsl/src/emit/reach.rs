//! How a forward reaches parts and their tensors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::forward::Forward;
use super::piece::{Level, Piece};
use super::{ident, part};
use crate::place::Place;
use crate::program::{Callee, CheckedPart};
use crate::spec::{Kind, LeafWeight, Path, SegmentIndex, Tie};

impl Forward<'_> {
    /// A part of this body, or of the base.
    pub fn part(&self, name: &str) -> Option<&CheckedPart> {
        let own = self.own_part(name);
        let base = || self.base?.body.parts.iter().find(|part| part.name == name);
        own.or_else(base)
    }

    fn own_part(&self, name: &str) -> Option<&CheckedPart> {
        self.block.parts.iter().find(|part| part.name == name)
    }

    /// The part, taken out of its `Option`. An editor finds it from `place`.
    pub fn receiver(&self, part: &CheckedPart, place: Place) -> TokenStream {
        if self.present.borrow().contains(&part.name) {
            let local = ident::local(&part.name);
            return quote! { #local };
        }
        let owner = match self.own_part(&part.name) {
            Some(_) => quote! { self },
            None => {
                self.uses_base.set(true);
                let base = ident::local("base");
                quote! { #base }
            }
        };
        field_of(
            &owner,
            part,
            ident::placed(&part.name, place, self.emitter.places),
        )
    }

    /// A leaf's tensor as a value; that of its owner when it is tied.
    pub fn weight(&self, name: &str, tensor: &str) -> Piece {
        let Some(part) = self.part(name) else {
            return self.value_of_missing(name);
        };
        let receiver = self.receiver(part, Place::NOWHERE);
        let own = self.tensor_of(&receiver, &part.callee, tensor);
        let Some(weight) = self.leaf_weight(&part.callee, tensor) else {
            return Piece::atom(own);
        };
        // A matrix may be in blocks, and a formula takes numbers.
        let numbers = |value: TokenStream| match weight.tieable {
            true => {
                let ty = super::forward::tensor(&weight.ty);
                Piece::atom(quote! { <#ty>::from(#value) })
            }
            false => Piece::atom(value),
        };
        let tie = self
            .block
            .ties
            .iter()
            .find(|tie| part::tied(tie) == Some((name, tensor)));
        match tie {
            None => numbers(own),
            Some(Tie {
                condition: None,
                owner,
                ..
            }) => numbers(self.owner(owner)),
            Some(Tie {
                condition: Some(condition),
                owner,
                ..
            }) => {
                let condition = self.emitter.condition(condition, &self.scope);
                let (owner, own) = (numbers(self.owner(owner)), numbers(own));
                Piece::new(quote! { if #condition { #owner } else { #own } }, Level::Loose)
            }
        }
    }

    /// The value of a tie's owner, which is a part of this body or of the head's base.
    pub fn owner(&self, path: &Path) -> TokenStream {
        let [steps @ .., tensor] = path.segments.as_slice() else {
            return TokenStream::new();
        };
        let mut receiver = None;
        let mut callee: Option<&Callee> = None;
        for step in steps {
            let name = step.name.as_str();
            let part = match callee {
                None => self.part(name),
                Some(Callee::Block(block)) => {
                    let block = self.emitter.program.block(block);
                    block.and_then(|block| block.parts.iter().find(|part| part.name == name))
                }
                Some(Callee::Leaf(_)) => None,
            };
            let Some(part) = part else {
                return TokenStream::new();
            };
            let mut reached = match receiver {
                None => self.receiver(part, Place::NOWHERE),
                Some(outer) => field_of(&outer, part, ident::plain(&part.name)),
            };
            if let Some(index) = &step.index {
                let index = self.index(index);
                reached = quote! { #reached[#index] };
            }
            receiver = Some(reached);
            callee = Some(&part.callee);
        }
        match (receiver, callee) {
            (Some(receiver), Some(callee)) => self.tensor_of(&receiver, callee, tensor.name.as_str()),
            _ => TokenStream::new(),
        }
    }

    fn index(&self, index: &SegmentIndex) -> TokenStream {
        let piece = match index {
            SegmentIndex::Expr(expr) => self.emitter.expression(expr, &Kind::Dim, &self.scope),
            SegmentIndex::Name(name) => {
                let name = ident::plain(name.as_str());
                Piece::atom(quote! { #name })
            }
        };
        quote! { #piece }
    }

    /// `self.wte.weight()`, `self.scale.value.val()`
    fn tensor_of(&self, receiver: &TokenStream, callee: &Callee, tensor: &str) -> TokenStream {
        let name = ident::plain(tensor);
        match self.leaf_weight(callee, tensor) {
            Some(LeafWeight { tieable: true, .. }) => quote! { #receiver.#name() },
            Some(LeafWeight {
                condition: Some(_), ..
            }) => quote! { #receiver.#name.as_ref().map(|tensor| tensor.val()) },
            _ => quote! { #receiver.#name.val() },
        }
    }

    fn leaf_weight(&self, callee: &Callee, tensor: &str) -> Option<&LeafWeight> {
        let Callee::Leaf(leaf) = callee else {
            return None;
        };
        let leaf = self.emitter.program.leaf(leaf)?;
        leaf.weights.iter().find(|weight| weight.name.as_str() == tensor)
    }

    /// The name itself, so that the compiler says that there is no such thing. The checker lets no such program pass.
    pub fn value_of_missing(&self, name: &str) -> Piece {
        let name = ident::plain(name);
        Piece::atom(quote! { #name })
    }
}

/// `self.q_norm`, taken out of its `Option` when there is one.
fn field_of(owner: &TokenStream, part: &CheckedPart, field: Ident) -> TokenStream {
    let text = &part.name;
    match part.condition {
        Some(_) => quote! { expansion::present(&#owner.#field, #text) },
        None => quote! { #owner.#field },
    }
}
