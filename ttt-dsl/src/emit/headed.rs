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
            (Some(base), Some(forward)) => [self.method(base, forward), self.loss(forward)],
            _ => Default::default(),
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
                #(#method)*
            }
        }
    }

    /// The base's inputs and the head's own in, the head's outputs out.
    fn method(&self, base: &CheckedForward, forward: &CheckedForward) -> TokenStream {
        let (cx, outputs) = (ident::local("cx"), ident::local("outputs"));
        let folded = self.head.folded_forward(base);
        let parameters = folded.inputs.iter().chain(self.head.given_inputs());
        let parameters = parameters.map(forward::parameter);
        let reused = self.reused();
        let fills = self.fills(&folded, &reused);
        let leading = self.leading(base);
        let base_args = base.inputs.iter().enumerate();
        let base_args = base_args.map(|(index, input)| self.base_argument(input, reused.contains(&index)));
        let head_args = self.head.inputs.iter().zip(&forward.inputs);
        let head_args = head_args.map(|(source, input)| self.head_argument(base, *source, input));
        let base_argument = self.head_forward.uses_base.get().then(|| quote! { &self.base, });
        let field = ident::plain(&self.head.body.name);
        let result = forward::result_type(&forward.outputs, self.output);
        let docs = format!(
            " The inputs of [`{}`]{}, the outputs of the head.",
            self.model.body.name,
            match self.head.given_inputs().next() {
                Some(_) => " and of the head",
                None => "",
            }
        );
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            ///
            /// When an input is not of its declared shape.
            pub fn forward(&self, #cx: &mut Context, #(#parameters),*) -> #result {
                #fills
                #leading
                let #outputs = self.base.forward(#cx, #(#base_args),*);
                self.#field.forward(#cx, #base_argument #(#head_args),*)
            }
        }
    }

    /// The base's inputs that the head takes too.
    fn reused(&self) -> Vec<usize> {
        let inputs = self.head.inputs.iter().filter_map(|input| match input {
            HeadInput::Input(index) => Some(*index),
            HeadInput::Output(_) | HeadInput::Given => None,
        });
        inputs.collect()
    }

    /// `let leading = expansion::leading(&input_ids);`: the two sizes that are folded into one.
    fn leading(&self, base: &CheckedForward) -> Option<TokenStream> {
        self.head.fold.as_ref()?;
        let input = base.inputs.iter().find(|input| input.default.is_none())?;
        let (leading, name) = (ident::local("leading"), ident::plain(&input.name));
        Some(quote! { let #leading = expansion::leading(&#name); })
    }

    /// One argument of the base's forward.
    fn base_argument(&self, input: &CheckedInput, is_reused: bool) -> TokenStream {
        let name = ident::plain(&input.name);
        let given = match is_reused {
            true => quote! { #name.clone() },
            false => quote! { #name },
        };
        let is_folded = self.head.fold.is_some();
        match (is_reused, input.default, is_folded) {
            (true, Some(_), true) => quote! { Some(expansion::fold(#given)) },
            (true, Some(_), false) => quote! { Some(#given) },
            (false, Some(_), true) => quote! { #given.map(expansion::fold) },
            (_, None, true) => quote! { expansion::fold(#given) },
            (_, _, false) => given,
        }
    }

    /// One argument of the head's forward. The base's outputs are held by the local variable `outputs`.
    fn head_argument(&self, base: &CheckedForward, source: HeadInput, input: &CheckedInput) -> TokenStream {
        let given = match source {
            // What its caller left out, the head's forward fills.
            HeadInput::Given => {
                let name = ident::plain(&input.name);
                return quote! { #name };
            }
            HeadInput::Input(index) => {
                let name = base.inputs.get(index).map(|input| ident::plain(&input.name));
                quote! { #name }
            }
            HeadInput::Output(index) => {
                let output = base_output(base, index);
                match self.head.fold {
                    Some(_) => {
                        let leading = ident::local("leading");
                        quote! { expansion::unfold(#output, #leading) }
                    }
                    None => output,
                }
            }
        };
        match input.default {
            Some(_) => quote! { Some(#given) },
            None => given,
        }
    }

    /// The sum of the head's losses.
    fn loss(&self, forward: &CheckedForward) -> TokenStream {
        let read: Vec<&str> = self
            .head
            .losses
            .iter()
            .flat_map(|loss| &loss.tensors)
            .map(String::as_str)
            .collect();
        if read.is_empty() {
            return TokenStream::new();
        }
        let (cx, outputs) = (ident::local("cx"), ident::local("outputs"));
        let taken = forward
            .outputs
            .iter()
            .filter(|output| read.contains(&output.name.as_str()));
        let taken = taken.map(|output| {
            let (name, field) = (&output.name, ident::plain(&output.name));
            match self.output {
                Some(_) => quote! { (#name, #outputs.#field.clone().into()) },
                None => quote! { (#name, #outputs.clone().into()) },
            }
        });
        let result = forward::result_type(&forward.outputs, self.output);
        let names = self.head.losses.iter().map(|loss| format!("`{}`", loss.name));
        let docs = format!(" {}", names.collect::<Vec<_>>().join(" + "));
        let (model, head) = (&self.model.body.name, &self.head.body.name);
        let base = self.emitter.type_name(model);
        quote! {
            #[doc = #docs]
            ///
            /// # Errors
            ///
            /// When a label is missing, unknown or does not fit the outputs.
            pub fn loss<N: Into<String>>(
                &self,
                #cx: &Context,
                #outputs: &#result,
                labels: impl IntoIterator<Item = (N, expansion::AnyTensor)>,
            ) -> Result<Tensor<1>, expansion::LossError> {
                let head = expansion::HeadLoss {
                    program: #base::program(),
                    model: #model,
                    head: #head,
                    values: &self.base.config().values(),
                };
                head.of(#cx, [#(#taken),*], labels)
            }
        }
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
