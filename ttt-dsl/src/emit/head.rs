//! Heads: the parts on top of a model.

use proc_macro2::TokenStream;
use quote::quote;

use super::forward::Forward;
use super::headed::Headed;
use super::{Emitter, block, config, ident};
use crate::program::{CheckedHead, CheckedModel};

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
        let whole = Headed {
            emitter: self,
            model,
            head,
            head_forward: &forward,
            output: output.as_ref().map(|output| &output.name),
        };
        let whole = whole.items();
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
}
