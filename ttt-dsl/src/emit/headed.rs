//! A model together with one of its heads.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::forward::{self, Forward};
use super::head::{head_name, headed_name};
use super::{Emitter, block, ident};
use crate::program::{CheckedForward, CheckedHead, CheckedInput, CheckedModel, HeadInput};

/// What emission of one such pair reads.
pub(super) struct Headed<'a> {
    pub emitter: &'a Emitter<'a>,
    pub model: &'a CheckedModel,
    pub head: &'a CheckedHead,
    /// The head's own forward, emitted.
    pub head_forward: &'a Forward<'a>,
    /// The struct of the head's outputs, when there are several.
    pub output: Option<&'a Ident>,
}

impl Headed<'_> {
    pub fn items(&self) -> TokenStream {
        let text = &self.head.body.name;
        let name = ident::plain(&headed_name(&self.model.body.name, text));
        let base = self.emitter.type_name(&self.model.body.name);
        let part = ident::plain(&head_name(&self.model.body.name, text));
        let field = ident::plain(text);
        let docs = format!(" [`{base}`] with the head `{text}`.");
        let head_docs = format!(" The head `{text}`.");
        let method = match (&self.model.body.forward, &self.head.body.forward) {
            (Some(base), Some(forward)) => self.method(base, forward),
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
    fn method(&self, base: &CheckedForward, forward: &CheckedForward) -> TokenStream {
        let (cx, outputs) = (ident::local("cx"), ident::local("outputs"));
        let parameters = base.inputs.iter().map(forward::parameter);
        let reused = self.reused();
        let fills = self.fills(base, &reused);
        let base_args = base.inputs.iter().enumerate().map(|(index, input)| {
            let name = ident::plain(&input.name);
            match (reused.contains(&index), input.default) {
                (true, Some(_)) => quote! { Some(#name.clone()) },
                (true, None) => quote! { #name.clone() },
                (false, _) => quote! { #name },
            }
        });
        let head_args = self.head.inputs.iter().zip(&forward.inputs);
        let head_args = head_args.map(|(source, input)| head_argument(base, *source, input));
        let base_argument = self.head_forward.uses_base.get().then(|| quote! { &self.base, });
        let field = ident::plain(&self.head.body.name);
        let result = forward::result_type(&forward.outputs, self.output);
        let docs = format!(
            " The inputs of [`{}`], the outputs of the head.",
            self.model.body.name
        );
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            ///
            /// When an input is not of its declared shape.
            pub fn forward(&self, #cx: &mut Context, #(#parameters),*) -> #result {
                #fills
                let #outputs = self.base.forward(#cx, #(#base_args),*);
                self.#field.forward(#cx, #base_argument #(#head_args),*)
            }
        }
    }

    /// The base's inputs that the head takes too.
    fn reused(&self) -> Vec<usize> {
        let inputs = self.head.inputs.iter().filter_map(|input| match input {
            HeadInput::Input(index) => Some(*index),
            HeadInput::Output(_) => None,
        });
        inputs.collect()
    }

    /// Inputs that were left out are filled before the head takes them.
    fn fills(&self, base: &CheckedForward, reused: &[usize]) -> TokenStream {
        let body = &self.model.body;
        let mut scope = block::local_scope(&[]);
        for (name, kind) in block::statics(&body.params, &[]) {
            let access = ident::plain(&name);
            scope.insert(&name, &kind, quote! { self.base.config.#access });
        }
        Forward::new(self.emitter, body, &body.name, None, scope).fills(base, reused)
    }
}

/// One argument of the head's forward. The base's outputs are held by the local variable `outputs`.
fn head_argument(base: &CheckedForward, source: HeadInput, input: &CheckedInput) -> TokenStream {
    let given = match source {
        HeadInput::Input(index) => {
            let name = base.inputs.get(index).map(|input| ident::plain(&input.name));
            quote! { #name }
        }
        HeadInput::Output(index) => base_output(base, index),
    };
    match input.default {
        Some(_) => quote! { Some(#given) },
        None => given,
    }
}

fn base_output(base: &CheckedForward, index: usize) -> TokenStream {
    let outputs = ident::local("outputs");
    let Some(output) = base.outputs.get(index).filter(|_| base.outputs.len() > 1) else {
        return quote! { #outputs };
    };
    let (field, text) = (ident::plain(&output.name), &output.name);
    match output.condition {
        Some(_) => quote! { expansion::given(#outputs.#field, #text) },
        None => quote! { #outputs.#field },
    }
}
