//! Parts: their types, their fields, how they are made.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::number::Scope;
use super::{Emitter, doc, ident};
use crate::program::{Callee, CheckedBlock, CheckedPart};
use crate::spec::{Kind, Param, Tie};

impl Emitter<'_> {
    /// The field of a part.
    pub(super) fn part_field(&self, part: &CheckedPart) -> TokenStream {
        let name = self.part_name(part);
        let docs = doc::or(&part.doc, &format!("The part `{}`.", part.name));
        let mut ty = self.callee_path(&part.callee);
        if part.count.is_some() {
            ty = quote! { Vec<#ty> };
        }
        if part.condition.is_some() {
            ty = quote! { Option<#ty> };
        }
        quote! { #docs pub #name: #ty }
    }

    /// A new part, as the field of a struct literal. The caller's static names are local variables.
    pub(super) fn new_part(&self, part: &CheckedPart, scope: &Scope) -> TokenStream {
        let name = self.part_name(part);
        let made = match (&part.count, &part.index) {
            (None, _) => self.new_callee(part, scope),
            (Some(count), index) => {
                let mut scope = scope.clone();
                let index = index.as_deref().map(ident::plain);
                if let Some(index) = &index {
                    scope.insert(&index.to_string(), &Kind::Dim, quote! { #index });
                }
                let count = self.expression(count, &Kind::Dim, &scope);
                let made = self.new_callee(part, &scope);
                let index = index.map_or_else(|| quote! { _ }, |index| quote! { #index });
                quote! { (0..#count).map(|#index| #made).collect() }
            }
        };
        let made = match &part.condition {
            Some(condition) => {
                let condition = self.condition(condition, scope).receiver();
                quote! { #condition.then(|| #made) }
            }
            None => made,
        };
        quote! { #name: #made }
    }

    /// Takes the storage of tied tensors away, in a new block held by `this`.
    pub(super) fn release_ties(&self, block: &CheckedBlock, this: &Ident, scope: &Scope) -> TokenStream {
        let releases = block.ties.iter().filter_map(|tie| {
            let (part, tensor) = tied(tie)?;
            let (part, release) = (ident::plain(part), ident::plain(&format!("release_{tensor}")));
            let release = quote! { #this.#part.#release(); };
            Some(match &tie.condition {
                Some(condition) => {
                    let condition = self.condition(condition, scope);
                    quote! { if #condition { #release } }
                }
                None => release,
            })
        });
        quote! { #(#releases)* }
    }

    /// The Rust type of a leaf or block.
    pub(super) fn callee_path(&self, callee: &Callee) -> TokenStream {
        match callee {
            Callee::Leaf(name) => self.leaf_path(name),
            Callee::Block(name) => {
                let standard = self.program.block(name).is_some_and(|block| block.standard);
                let name = self.type_name(name);
                if standard {
                    quote! { block::#name }
                } else {
                    quote! { #name }
                }
            }
        }
    }

    fn leaf_path(&self, name: &str) -> TokenStream {
        let own = self
            .program
            .spec
            .leaves
            .iter()
            .any(|leaf| leaf.name.as_str() == name);
        let name = ident::plain(name);
        if own {
            quote! { #name }
        } else {
            quote! { leaf::#name }
        }
    }

    fn new_callee(&self, part: &CheckedPart, scope: &Scope) -> TokenStream {
        let path = self.callee_path(&part.callee);
        let init = ident::local("init");
        let kinds = self.callee_params(&part.callee).iter().map(|param| &param.kind);
        let args = part.args.iter().zip(kinds);
        let args = args.map(|((_, value), kind)| self.expression(value, kind, scope));
        quote! { #path::new(#(#args,)* #init) }
    }

    fn callee_params(&self, callee: &Callee) -> &[Param] {
        match callee {
            Callee::Leaf(name) => self.program.leaf(name).map_or(&[], |leaf| &leaf.params),
            Callee::Block(name) => self.program.block(name).map_or(&[], |block| &block.params),
        }
    }

    pub(super) fn part_name(&self, part: &CheckedPart) -> Ident {
        ident::placed(&part.name, part.place, self.places)
    }
}

/// The part and the tensor without storage of its own.
pub(super) fn tied(tie: &Tie) -> Option<(&str, &str)> {
    match tie.tied.segments.as_slice() {
        [part, tensor] => Some((part.name.as_str(), tensor.name.as_str())),
        _ => None,
    }
}
