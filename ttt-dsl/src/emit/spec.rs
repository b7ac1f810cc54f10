//! The schema itself, as data in the expansion.

use proc_macro2::TokenStream;
use quote::quote;

use super::Emitter;
use crate::print;

impl Emitter<'_> {
    /// The schema as a constant, and the ways to it from every model.
    pub(super) fn spec_items(&self) -> TokenStream {
        if self.program.models.is_empty() {
            return TokenStream::new();
        }
        let text = print::rust(&self.program.spec);
        let models = self.program.models.iter().map(|model| {
            let name = self.type_name(&model.body.name);
            quote! {
                impl #name {
                    /// The schema that declares this model.
                    pub fn spec() -> &'static expansion::Spec {
                        &Self::program().spec
                    }

                    /// The schema, checked.
                    pub fn program() -> &'static ::std::sync::Arc<expansion::Program> {
                        PROGRAM.get()
                    }
                }
            }
        });
        quote! {
            /// The schema as text.
            const SPEC: &str = #text;

            /// Checked at its first use.
            static PROGRAM: expansion::ProgramCell = expansion::ProgramCell::new(SPEC);

            #(#models)*
        }
    }
}
