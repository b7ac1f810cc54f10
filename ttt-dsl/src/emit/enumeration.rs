//! Enumerations.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Emitter, doc, ident};
use crate::spec::EnumDecl;

impl Emitter<'_> {
    /// The path of an enumeration: the user's own, or the runtime's.
    pub(super) fn enumeration(&self, name: &str) -> TokenStream {
        let own = self
            .program
            .spec
            .enums
            .iter()
            .any(|decl| decl.name.as_str() == name);
        let name = ident::plain(name);
        if own {
            quote! { #name }
        } else {
            quote! { enums::#name }
        }
    }

    /// A user's enumeration, with the same functions as the runtime's.
    pub(super) fn enum_item(&self, decl: &EnumDecl) -> TokenStream {
        let name = ident::placed(decl.name.as_str(), decl.name.place, self.places);
        let text = decl.name.as_str();
        let docs = doc::or(&decl.doc, &format!("The enumeration `{text}`."));
        let texts: Vec<&str> = decl
            .variants
            .iter()
            .map(|variant| variant.name.as_str())
            .collect();
        let variants: Vec<_> = decl
            .variants
            .iter()
            .map(|variant| {
                ident::placed(
                    &ident::camel(variant.name.as_str()),
                    variant.name.place,
                    self.places,
                )
            })
            .collect();
        let variant_docs = texts.iter().map(|text| doc::or("", &format!("`{text}`")));
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum #name { #(#variant_docs #variants),* }

            impl #name {
                /// The variants' names in the schema, in order.
                pub const NAMES: &'static [&'static str] = &[#(#texts),*];

                /// The variant's name in the schema.
                pub fn as_str(self) -> &'static str {
                    match self { #(#name::#variants => #texts),* }
                }
            }

            impl ::core::fmt::Display for #name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl ::core::str::FromStr for #name {
                type Err = enums::UnknownVariant;

                fn from_str(text: &str) -> Result<#name, enums::UnknownVariant> {
                    match text {
                        #(#texts => Ok(#name::#variants),)*
                        _ => Err(enums::UnknownVariant {
                            enumeration: #text,
                            found: text.to_string(),
                            expected: #name::NAMES,
                        }),
                    }
                }
            }
        }
    }
}
