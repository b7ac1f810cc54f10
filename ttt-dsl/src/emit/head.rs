//! Heads: the parts on top of a model, and the model together with them.

use proc_macro2::TokenStream;
use quote::quote;

use super::forward::{self, Forward};
use super::{Emitter, block, config, ident};
use crate::program::{CheckedForward, CheckedHead, CheckedModel, HeadInput};

/// `Gpt2LmHead`: the parts of a head.
pub(super) fn head_name(model: &str, head: &str) -> String {
    format!("{model}{}Head", ident::camel(head))
}

/// `Gpt2Lm`: a model with a head.
pub(super) fn headed_name(model: &str, head: &str) -> String {
    format!("{model}{}", ident::camel(head))
}

impl Emitter<'_> {
    /// The head's own struct, and that of the model with it.
    pub(super) fn head_items(&self, model: &CheckedModel, head: &CheckedHead) -> TokenStream {
        let text = &head.body.name;
        let headed = headed_name(&model.body.name, text);
        let name = ident::plain(&head_name(&model.body.name, text));
        let mut statics = block::statics(&model.body.params, &model.body.lets);
        statics.extend(block::statics(&[], &head.body.lets));
        let forward = Forward::new(
            self,
            &head.body,
            &headed,
            Some(model),
            block::field_scope(&statics),
        );
        let output = forward.output_struct();
        let method = forward.method(output.as_ref().map(|output| &output.name));
        let kept = forward.mentioned(&statics);
        let scope = block::local_scope(&statics);
        let base_lets = self.lets(&model.body.lets, &scope);
        let made = self.constructor_body(&head.body, &kept, &TokenStream::new(), &scope);
        kept.iter().for_each(|(name, _)| scope.mention(name));
        let params = config::unpack(model, &scope);
        let item = self.struct_item(&head.body, &name, &kept, &TokenStream::new(), "head");
        let config = ident::plain(&config::config_name(&model.body.name));
        let (given, init) = (ident::local("config"), ident::local("init"));
        let whole = self.headed_items(model, head, &forward, output.as_ref().map(|output| &output.name));
        let output = output.map(|output| output.item);
        quote! {
            #item
            #output

            impl #name {
                /// The config is checked by its `init`.
                fn new(#given: &#config, #init: &Init) -> #name { #params #base_lets #made }

                #method
            }

            #whole
        }
    }

    fn headed_items(
        &self,
        model: &CheckedModel,
        head: &CheckedHead,
        head_forward: &Forward,
        output: Option<&proc_macro2::Ident>,
    ) -> TokenStream {
        let text = &head.body.name;
        let name = ident::plain(&headed_name(&model.body.name, text));
        let base = self.type_name(&model.body.name);
        let part = ident::plain(&head_name(&model.body.name, text));
        let field = ident::plain(text);
        let docs = format!(" [`{base}`] with the head `{text}`.");
        let head_docs = format!(" The head `{text}`.");
        let method = match (&model.body.forward, &head.body.forward) {
            (Some(base), Some(forward)) => {
                self.headed_forward(model, head, base, forward, head_forward, output)
            }
            _ => TokenStream::new(),
        };
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub struct #name {
                /// The model itself.
                pub base: #base,
                #[doc = #head_docs]
                pub #field: #part,
            }

            expansion::headed_module!(#name { base, #field });

            impl #name {
                #method
            }
        }
    }

    /// The base's inputs in, the head's outputs out.
    fn headed_forward(
        &self,
        model: &CheckedModel,
        head: &CheckedHead,
        base: &CheckedForward,
        forward: &CheckedForward,
        head_forward: &Forward,
        output: Option<&proc_macro2::Ident>,
    ) -> TokenStream {
        let (cx, given) = (ident::local("cx"), ident::local("outputs"));
        let parameters = base.inputs.iter().map(forward::parameter);
        let reused: Vec<usize> = head
            .inputs
            .iter()
            .filter_map(|input| match input {
                HeadInput::Input(index) => Some(*index),
                HeadInput::Output(_) => None,
            })
            .collect();
        let base_args = base.inputs.iter().enumerate().map(|(index, input)| {
            let name = ident::plain(&input.name);
            if reused.contains(&index) {
                quote! { #name.clone() }
            } else {
                quote! { #name }
            }
        });
        let result = forward::result_type(&forward.outputs, output);
        let head_args = head
            .inputs
            .iter()
            .zip(&forward.inputs)
            .map(|(input, own)| match input {
                HeadInput::Input(index) => {
                    let name = base.inputs.get(*index).map(|input| ident::plain(&input.name));
                    quote! { #name }
                }
                HeadInput::Output(index) => base_output(base, *index, own.default.is_some()),
            });
        let base_argument = head_forward.uses_base.get().then(|| quote! { &self.base, });
        let field = ident::plain(&head.body.name);
        let docs = format!(" The inputs of [`{}`], the outputs of the head.", model.body.name);
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            ///
            /// When an input is not of its declared shape.
            pub fn forward(&self, #cx: &mut Context, #(#parameters),*) -> #result {
                let #given = self.base.forward(#cx, #(#base_args),*);
                self.#field.forward(#cx, #base_argument #(#head_args),*)
            }
        }
    }
}

/// One of the base's outputs, held by the local variable `outputs`.
fn base_output(base: &CheckedForward, index: usize, optional: bool) -> TokenStream {
    let given = ident::local("outputs");
    let Some(output) = base.outputs.get(index).filter(|_| base.outputs.len() > 1) else {
        return quote! { #given };
    };
    let (field, text) = (ident::plain(&output.name), &output.name);
    match (&output.condition, optional) {
        (Some(_), false) => quote! { expansion::given(#given.#field, #text) },
        (None, true) => quote! { Some(#given.#field) },
        _ => quote! { #given.#field },
    }
}
