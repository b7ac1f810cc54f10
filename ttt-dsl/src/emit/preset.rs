//! The module `preset` of a macro call with one model: `preset::medium()`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{config, doc, ident};
use crate::place::Places;
use crate::spec::Preset;

/// The module around `preset` whose whole content is exported.
pub(super) fn module() -> Ident {
    ident::plain("presets")
}

/// One function per preset, which the config has too. `preset` is the one item of a module that is exported as `*`:
/// several macro calls may stand side by side, and only where somebody says `preset` is it asked whose.
pub(super) fn item<'p>(
    model: &str,
    presets: impl IntoIterator<Item = &'p Preset>,
    places: &Places,
) -> TokenStream {
    let (module, config) = (module(), ident::plain(&config::config_name(model)));
    let functions = presets.into_iter().map(|preset| {
        let docs = doc::or(&preset.doc, &format!("The preset `{}`.", preset.name));
        let name = ident::placed(preset.name.as_str(), preset.name.place, places);
        quote! {
            #docs
            pub fn #name() -> #config { #config::#name() }
        }
    });
    let functions: Vec<TokenStream> = functions.collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let docs = format!(" The presets of `{model}`.");
    quote! {
        #[doc(hidden)]
        pub mod #module {
            #[doc = #docs]
            pub mod preset {
                use super::super::#config;
                #(#functions)*
            }
        }
    }
}
