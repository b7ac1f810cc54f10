//! Documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

/// The schema's own documentation, or what can be said without it: a crate that denies missing documentation may use
/// the macro.
pub(super) fn or(doc: &str, otherwise: &str) -> TokenStream {
    let text = if doc.is_empty() { otherwise } else { doc };
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line if line.starts_with(' ') => line.to_string(),
        line => format!(" {line}"),
    });
    quote! { #(#[doc = #lines])* }
}
