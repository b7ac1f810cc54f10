//! What is left of a schema with mistakes: its types and the signatures of their functions, without bodies, so that one
//! mistake in the schema is not forty in the code that uses it.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Emitter, config, doc, forward, head, ident, preset, reserved, wrapper};
use crate::diagnostic::Report;
use crate::extend;
use crate::place::Places;
use crate::program::Program;
use crate::spec::{
    Block, Body, DimItem, Head, Input, Kind, Model, Name, Output, Param, Part, Preset, Signature, Spec,
};
use crate::standard;

/// The types of a schema that was parsed but does not pass the checker.
pub fn partial(spec: &Spec, krate: &TokenStream, places: &Places) -> TokenStream {
    // The mistakes of `extends` are in the checker's report.
    let spec = extend::flatten(spec, &mut Report::default());
    let spec = spec.as_ref();
    if reserved::displaces_a_type(spec) {
        return TokenStream::new();
    }
    let program = Program {
        spec: spec.clone(),
        enums: Vec::new(),
        leaves: Vec::new(),
        blocks: Vec::new(),
        models: Vec::new(),
        applied: Vec::new(),
    };
    let emitter = Emitter {
        program: &program,
        places,
    };
    let partial = Partial {
        emitter,
        standard: standard::library(),
    };
    let mut types = Vec::new();
    let mut items = TokenStream::new();
    for decl in spec.enums.iter().filter(|decl| {
        is_whole(
            decl.variants
                .iter()
                .map(|variant| &variant.name)
                .chain([&decl.name]),
        )
    }) {
        types.push(ident::placed(decl.name.as_str(), decl.name.place, places));
        items.extend(partial.emitter.enum_item(decl));
    }
    for block in spec.blocks.iter().filter(|block| is_emitted(block)) {
        types.push(partial.emitter.type_name(block.name.as_str()));
        items.extend(partial.block(block));
    }
    for model in spec.models.iter().filter(|model| !model.name.is_missing()) {
        types.extend(super::model_types(
            &partial.emitter,
            model.name.as_str(),
            &outputs_of(model),
        ));
        items.extend(partial.model(model));
    }
    let presets = match spec.models.as_slice() {
        [model] if !model.name.is_missing() => preset::item(model.name.as_str(), kept_presets(model), places),
        _ => TokenStream::new(),
    };
    wrapper::wrap(&types, &spec.leaves, krate, &items, &presets)
}

/// The presets that become functions.
fn kept_presets(model: &Model) -> impl Iterator<Item = &Preset> {
    model
        .presets
        .iter()
        .filter(|preset| !preset.name.is_missing() && !reserved::is_reserved_preset(&preset.name))
}

struct Partial<'a> {
    emitter: Emitter<'a>,
    standard: &'static Spec,
}

impl Partial<'_> {
    fn block(&self, block: &Block) -> TokenStream {
        let name = self.emitter.type_name(block.name.as_str());
        let item = self.struct_item(&name, block.name.as_str(), &block.body);
        let params = self.params(&block.params).map(|(name, ty)| quote! { #name: #ty });
        let forward = self.forward(
            block.body.forward.as_ref().map(|forward| &forward.signature),
            None,
        );
        quote! {
            #item
            impl #name {
                /// A new block.
                #[allow(clippy::too_many_arguments)]
                pub fn new(#(#params,)* init: &Init) -> #name { loop {} }
                #forward
            }
        }
    }

    fn model(&self, model: &Model) -> TokenStream {
        let text = model.name.as_str();
        let name = self.emitter.type_name(text);
        let config = ident::plain(&config::config_name(text));
        let item = self.struct_item(&name, text, &model.body);
        let signature = model.body.forward.as_ref().map(|forward| &forward.signature);
        let (output, output_item) = self.output(text, signature);
        let forward = self.forward(signature, output.as_ref());
        let config_items = self.config(model, &name, &config);
        let heads = model.heads.iter().filter(|head| !head.name.is_missing());
        let heads = heads.map(|head| self.head(model, head, &name));
        quote! {
            #config_items
            #item
            #output_item
            impl #name {
                /// What the model was made from.
                pub fn config(&self) -> &#config { loop {} }
                /// The schema that declares this model.
                pub fn spec() -> &'static expansion::Spec { loop {} }
                /// The schema, checked.
                pub fn program() -> &'static ::std::sync::Arc<expansion::Program> { loop {} }
                #forward
            }
            #(#heads)*
        }
    }

    fn config(&self, model: &Model, name: &Ident, config: &Ident) -> TokenStream {
        let own = self.params(&model.params);
        let all = own.chain(model.heads.iter().flat_map(|head| self.params(&head.params)));
        let mut seen = Vec::new();
        let fields: Vec<_> = all
            .filter(|(name, _)| {
                !seen.contains(name) && {
                    seen.push(name.clone());
                    true
                }
            })
            .map(|(name, ty)| quote! { pub #name: #ty })
            .collect();
        let presets = kept_presets(model).map(|preset| {
            let name = ident::placed(preset.name.as_str(), preset.name.place, self.emitter.places);
            quote! { pub fn #name() -> #config { loop {} } }
        });
        let heads = model.heads.iter().filter(|head| !head.name.is_missing()).map(|head| {
            let function = ident::plain(&format!("init_{}", head.name));
            let headed = ident::plain(&head::headed_name(model.name.as_str(), head.name.as_str()));
            quote! { pub fn #function(&self, init: &Init) -> Result<#headed, expansion::ConfigError> { loop {} } }
        });
        quote! {
            #[allow(missing_docs)]
            #[derive(Clone, Debug, PartialEq)]
            pub struct #config { #(#fields),* }
            impl Default for #config {
                fn default() -> #config { loop {} }
            }
            #[allow(missing_docs)]
            impl #config {
                #(#presets)*
                #(#heads)*
                pub fn check(&self) -> Result<(), expansion::ConfigError> { loop {} }
                pub fn init(&self, init: &Init) -> Result<#name, expansion::ConfigError> { loop {} }
                pub fn values(&self) -> expansion::Values { loop {} }
            }
            impl TryFrom<&expansion::Values> for #config {
                type Error = expansion::ConfigError;
                fn try_from(given: &expansion::Values) -> Result<#config, expansion::ConfigError> { loop {} }
            }
            impl expansion::Serialize for #config {
                fn serialize<S: expansion::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { loop {} }
            }
            impl<'de> expansion::Deserialize<'de> for #config {
                fn deserialize<D: expansion::Deserializer<'de>>(deserializer: D) -> Result<#config, D::Error> { loop {} }
            }
        }
    }

    fn head(&self, model: &Model, head: &Head, base: &Ident) -> TokenStream {
        let part = ident::plain(&head::head_name(model.name.as_str(), head.name.as_str()));
        let text = head::headed_name(model.name.as_str(), head.name.as_str());
        let (name, field) = (ident::plain(&text), ident::plain(head.name.as_str()));
        let item = self.struct_item(&part, head.name.as_str(), &head.body);
        let signature = head.body.forward.as_ref().map(|forward| &forward.signature);
        let (output, output_item) = self.output(&text, signature);
        let base_inputs = model
            .body
            .forward
            .as_ref()
            .map(|forward| forward.signature.inputs.as_slice());
        let signature = signature.zip(base_inputs).map(|(signature, inputs)| Signature {
            inputs: caller_inputs(head, inputs, signature),
            ..signature.clone()
        });
        let forward = self.forward(signature.as_ref(), output.as_ref());
        let loss = (!head.losses.is_empty()).then(|| {
            quote! {
                #[allow(missing_docs)]
                pub fn loss<O, N: Into<String>>(
                    &self,
                    cx: &Context,
                    outputs: &O,
                    labels: impl IntoIterator<Item = (N, expansion::AnyTensor)>,
                ) -> Result<Tensor<1>, expansion::LossError> { loop {} }
            }
        });
        quote! {
            #item
            #output_item
            #[allow(missing_docs)]
            #[derive(burn::module::Module, Debug)]
            pub struct #name { pub base: #base, pub #field: #part, #[module(skip)] __never: expansion::Never }
            impl #name { #forward #loss }
        }
    }

    /// The struct with those parts whose types are known, which nothing can make a value of. A part that contains the
    /// struct is left out, as is a second one of the same name.
    fn struct_item(&self, name: &Ident, owner: &str, body: &Body) -> TokenStream {
        let mut seen = HashSet::new();
        let parts = body.parts.iter().filter(|part| {
            seen.insert(part.name.as_str())
                && !self.contains(part.call.callee.as_str(), owner, &mut HashSet::new())
        });
        let fields = parts.filter_map(|part| self.field(part));
        quote! {
            #[allow(missing_docs)]
            #[derive(burn::module::Module, Debug)]
            pub struct #name { #(#fields,)* #[module(skip)] __never: expansion::Never }
        }
    }

    /// Whether a block is, or has somewhere within it, another one.
    fn contains<'a>(&'a self, block: &'a str, other: &str, seen: &mut HashSet<&'a str>) -> bool {
        let blocks = &self.emitter.program.spec.blocks;
        let declared = blocks.iter().find(|declared| declared.name.as_str() == block);
        let Some(declared) = declared.filter(|_| seen.insert(block)) else {
            return false;
        };
        let mut callees = declared.body.parts.iter().map(|part| part.call.callee.as_str());
        block == other || callees.any(|callee| self.contains(callee, other, seen))
    }

    fn field(&self, part: &Part) -> Option<TokenStream> {
        if part.name.is_missing() {
            return None;
        }
        let name = ident::placed(part.name.as_str(), part.name.place, self.emitter.places);
        let mut ty = self.callee(part.call.callee.as_str())?;
        if part.count.is_some() {
            ty = quote! { Vec<#ty> };
        }
        if part.condition.is_some() {
            ty = quote! { Option<#ty> };
        }
        Some(quote! { pub #name: #ty })
    }

    fn callee(&self, name: &str) -> Option<TokenStream> {
        let spec = &self.emitter.program.spec;
        let declares_leaf = |spec: &Spec| spec.leaves.iter().any(|leaf| leaf.name.as_str() == name);
        let declares_block = |spec: &Spec| {
            spec.blocks
                .iter()
                .any(|block| block.name.as_str() == name && is_emitted(block))
        };
        let path = ident::plain(Some(name).filter(|name| !name.is_empty())?);
        if declares_leaf(spec) || declares_block(spec) {
            Some(quote! { #path })
        } else if declares_leaf(self.standard) {
            Some(quote! { leaf::#path })
        } else if declares_block(self.standard) {
            Some(quote! { block::#path })
        } else {
            None
        }
    }

    fn params<'a>(&'a self, params: &'a [Param]) -> impl Iterator<Item = (Ident, TokenStream)> + 'a {
        let known = params
            .iter()
            .filter(|param| !param.name.is_missing() && self.is_known(&param.kind));
        known.map(|param| {
            (
                ident::plain(param.name.as_str()),
                self.emitter.rust_type(&param.kind),
            )
        })
    }

    fn is_known(&self, kind: &Kind) -> bool {
        let Kind::Enum(name) = kind else {
            return *kind != Kind::Block;
        };
        let declared = [&self.emitter.program.spec, self.standard].map(|spec| &spec.enums);
        declared.into_iter().flatten().any(|decl| decl.name == *name)
    }

    fn output(&self, owner: &str, signature: Option<&Signature>) -> (Option<Ident>, TokenStream) {
        let Some(signature) = signature.filter(|signature| signature.outputs.len() > 1) else {
            return (None, TokenStream::new());
        };
        let name = ident::plain(&forward::output_name(owner));
        let fields = signature.outputs.iter().filter_map(|output| {
            let field = output.name.as_ref().filter(|name| !name.is_missing())?;
            let (field, ty) = (ident::plain(field.as_str()), output_type(output)?);
            Some(quote! { pub #field: #ty })
        });
        let item = quote! {
            #[allow(missing_docs)]
            #[derive(Clone, Debug)]
            pub struct #name { #(#fields),* }
        };
        (Some(name), item)
    }

    /// A method that cannot be called, as there is no value to call it on. None where a rank is not known.
    fn forward(&self, signature: Option<&Signature>, output: Option<&Ident>) -> TokenStream {
        self.method(signature, output).unwrap_or_default()
    }

    fn method(&self, signature: Option<&Signature>, output: Option<&Ident>) -> Option<TokenStream> {
        let signature = signature?;
        let mut seen = HashSet::new();
        let inputs: Option<Vec<_>> = signature
            .inputs
            .iter()
            .filter(|input| seen.insert(input.name.as_str()))
            .map(|input| {
                if input.name.is_missing() || input.ty.dims.contains(&DimItem::Rest) {
                    return None;
                }
                let (name, ty) = (ident::plain(input.name.as_str()), forward::tensor(&input.ty));
                Some(if input.default.is_some() {
                    quote! { #name: Option<#ty> }
                } else {
                    quote! { #name: #ty }
                })
            })
            .collect();
        let inputs = inputs?;
        let outputs: Option<Vec<_>> = signature.outputs.iter().map(output_type).collect();
        let outputs = outputs?;
        let result = match (output, outputs.as_slice()) {
            (Some(output), _) => quote! { #output },
            (None, [single]) => single.clone(),
            (None, several) => quote! { (#(#several),*) },
        };
        let docs = doc::or("", "Not there before the schema's mistakes are mended.");
        Some(quote! {
            #docs
            pub fn forward(&self, cx: &mut Context, #(#inputs),*) -> #result { match self.__never {} }
        })
    }
}

/// The names of a model's outputs structs: its own and its heads'.
fn outputs_of(model: &Model) -> Vec<(Option<String>, usize)> {
    let count = |body: &Body| {
        body.forward
            .as_ref()
            .map_or(0, |forward| forward.signature.outputs.len())
    };
    let heads = model.heads.iter().filter(|head| !head.name.is_missing());
    let heads = heads.map(|head| (Some(head.name.text.clone()), count(&head.body)));
    [(None, count(&model.body))].into_iter().chain(heads).collect()
}

/// A block with block arguments has no struct of its own, only its copies have.
fn is_emitted(block: &Block) -> bool {
    !block.name.is_missing() && block.params.iter().all(|param| param.kind != Kind::Block)
}

fn is_whole<'a>(mut names: impl Iterator<Item = &'a Name>) -> bool {
    names.all(|name| !name.is_missing())
}

fn output_type(output: &Output) -> Option<TokenStream> {
    if output.ty.dims.contains(&DimItem::Rest) {
        return None;
    }
    let ty = forward::tensor(&output.ty);
    Some(if output.condition.is_some() {
        quote! { Option<#ty> }
    } else {
        ty
    })
}

/// The model's inputs with the dimension that the head folds, and the head's own.
fn caller_inputs(head: &Head, base: &[Input], own: &Signature) -> Vec<Input> {
    let folded = base.iter().cloned().map(|mut input| {
        if let Some(name) = &head.fold {
            input.ty.insert_fold(name);
        }
        input
    });
    let given = own.inputs.iter().filter(|input| input.given);
    folded.chain(given.cloned()).collect()
}
