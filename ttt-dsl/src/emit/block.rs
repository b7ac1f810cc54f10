//! Blocks and models: their structs and constructors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::forward::Forward;
use super::number::Scope;
use super::{Emitter, doc, ident};
use crate::program::{CheckedBlock, CheckedLet, CheckedModel};
use crate::spec::{Kind, Param};

impl Emitter<'_> {
    /// A block's struct, constructor and forward.
    pub(super) fn block_items(&self, block: &CheckedBlock) -> TokenStream {
        let name = self.type_name(&block.name);
        let statics = statics(&block.params, &block.lets);
        let forward = Forward::new(self, block, &block.name, None, field_scope(&statics));
        let method = forward.method(None);
        let kept = forward.mentioned(&statics);
        let made = self.constructor_body(block, &kept, &TokenStream::new(), &local_scope(&statics));
        let item = self.struct_item(block, &name, &kept, &TokenStream::new(), "block");
        let params = block.params.iter().map(|param| {
            let (name, ty) = (ident::plain(param.name.as_str()), self.rust_type(&param.kind));
            quote! { #name: #ty }
        });
        let init = ident::local("init");
        quote! {
            #item

            impl #name {
                /// A new block; the params stand in their declared order.
                #[allow(clippy::too_many_arguments)]
                pub fn new(#(#params,)* #init: &Init) -> #name { #made }

                #method
            }
        }
    }

    /// A model's struct, constructor and forward.
    pub(super) fn model_items(&self, model: &CheckedModel) -> TokenStream {
        let block = &model.body;
        let name = self.type_name(&block.name);
        let (config, given) = (
            ident::plain(&super::config::config_name(&block.name)),
            ident::local("config"),
        );
        let lets = statics(&[], &block.lets);
        let mut scope = field_scope(&lets);
        for param in &block.params {
            let access = ident::plain(param.name.as_str());
            scope.insert(param.name.as_str(), &param.kind, quote! { self.config.#access });
        }
        let forward = Forward::new(self, block, &block.name, None, scope);
        let output = forward.output_struct();
        let method = forward.method(output.as_ref().map(|output| &output.name));
        let output = output.map(|output| output.item);
        let kept = forward.mentioned(&lets);
        let scope = local_scope(&statics(&block.params, &block.lets));
        let made = self.constructor_body(block, &kept, &quote! { config: #given.clone(), }, &scope);
        let params = super::config::unpack(model, &scope);
        let config_field = quote! { #[module(skip)] config: #config, };
        let item = self.struct_item(block, &name, &kept, &config_field, "model");
        let init = ident::local("init");
        quote! {
            #item
            #output

            impl #name {
                /// The config is checked by its `init`.
                fn new(#given: &#config, #init: &Init) -> #name { #params #made }

                /// What the model was made from.
                pub fn config(&self) -> &#config {
                    &self.config
                }

                #method
            }
        }
    }

    /// The struct of a block, model or head. `extra` holds fields besides parts and kept statics.
    pub(super) fn struct_item(
        &self,
        block: &CheckedBlock,
        name: &Ident,
        kept: &[(String, Kind)],
        extra: &TokenStream,
        noun: &str,
    ) -> TokenStream {
        let docs = doc::or(&block.doc, &format!("The {noun} `{}`.", block.name));
        let parts = block.parts.iter().map(|part| self.part_field(part));
        let statics = kept.iter().map(|(name, kind)| {
            let (name, ty) = (ident::plain(name), self.rust_type(kind));
            quote! { #[module(skip)] #name: #ty }
        });
        quote! {
            #docs
            #[derive(burn::module::Module, Debug)]
            pub struct #name {
                #(#parts,)*
                #(#statics,)*
                #extra
            }
        }
    }

    /// `let`s, the struct with its parts, and the release of tied tensors. Params are local variables.
    pub(super) fn constructor_body(
        &self,
        block: &CheckedBlock,
        kept: &[(String, Kind)],
        extra: &TokenStream,
        scope: &Scope,
    ) -> TokenStream {
        let parts: Vec<_> = block
            .parts
            .iter()
            .map(|part| self.new_part(part, scope))
            .collect();
        let this = ident::local("this");
        let releases = self.release_ties(block, &this, scope);
        let lets = self.lets(&block.lets, scope);
        let statics = kept.iter().map(|(name, _)| ident::plain(name));
        let made = quote! { Self { #(#parts,)* #(#statics,)* #extra } };
        if releases.is_empty() {
            quote! { #lets #made }
        } else {
            quote! { #lets let mut #this = #made; #releases #this }
        }
    }

    /// `let`s of static values.
    pub(super) fn lets(&self, lets: &[CheckedLet], scope: &Scope) -> TokenStream {
        let lets = lets.iter().map(|CheckedLet { name, kind, value }| {
            let (name, ty) = (ident::plain(name), self.rust_type(kind));
            let value = self.expression(value, kind, scope);
            quote! { let #name: #ty = #value; }
        });
        quote! { #(#lets)* }
    }

    /// The Rust type of a static value.
    pub(super) fn rust_type(&self, kind: &Kind) -> TokenStream {
        match kind {
            Kind::Dim => quote! { usize },
            Kind::Int => quote! { i64 },
            Kind::Float => quote! { f64 },
            Kind::Bool => quote! { bool },
            Kind::Enum(name) => self.enumeration(name.as_str()),
            // Block arguments are resolved before a program exists.
            Kind::Block => quote! { () },
        }
    }

    /// The name of a type of the expansion, where the schema declares it.
    pub(super) fn type_name(&self, name: &str) -> Ident {
        let spec = &self.program.spec;
        let blocks = spec.blocks.iter().map(|block| &block.name);
        let models = spec.models.iter().map(|model| &model.name);
        match blocks.chain(models).find(|declared| declared.as_str() == name) {
            Some(declared) => ident::placed(name, declared.place, self.places),
            None => ident::plain(name),
        }
    }
}

/// The static names of a body with their kinds.
pub(super) fn statics(params: &[Param], lets: &[CheckedLet]) -> Vec<(String, Kind)> {
    let params = params
        .iter()
        .map(|param| (param.name.text.clone(), param.kind.clone()));
    let lets = lets
        .iter()
        .map(|CheckedLet { name, kind, .. }| (name.clone(), kind.clone()));
    params.chain(lets).collect()
}

/// A forward's scope, in which static names are fields.
pub(super) fn field_scope(statics: &[(String, Kind)]) -> Scope {
    let mut scope = Scope::default();
    for (name, kind) in statics {
        let access = ident::plain(name);
        scope.insert(name, kind, quote! { self.#access });
    }
    scope
}

/// A constructor's scope, in which static names are local variables.
pub(super) fn local_scope(statics: &[(String, Kind)]) -> Scope {
    let mut scope = Scope::default();
    for (name, kind) in statics {
        let access = ident::plain(name);
        scope.insert(name, kind, quote! { #access });
    }
    scope
}
