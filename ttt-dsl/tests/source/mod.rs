//! The schemas of the model families.

use proc_macro2::TokenStream;
use syn::Item;

/// The tokens inside the `model!` of a file of the crate `ttt-models`.
pub fn model(file: &str) -> TokenStream {
    let path = format!("{}/../models/src/{file}.rs", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let file = syn::parse_file(&text).unwrap();
    let call = file.items.into_iter().find_map(|item| match item {
        Item::Macro(call) if call.mac.path.segments.last().unwrap().ident == "model" => Some(call.mac.tokens),
        _ => None,
    });
    call.unwrap()
}
