//! The checkpoints that a schema names, compared with it while it is compiled.

use std::path::Path;
use std::sync::Arc;

use proc_macro2::TokenStream;
use quote::quote;
use ttt_adapters::checkpoint::{Checked, MISSING, OFFLINE, Settings, check as compare};
use ttt_dsl::diagnostic::Report;
use ttt_dsl::program::Program;

/// Compares the checkpoints with the schema. What is given makes the compiler run the macro again when one of the
/// environment variables or of the small files has changed; what is too large to be included, a build script watches.
pub fn check(program: Program, base: &Path, report: &mut Report) -> TokenStream {
    if program.models.iter().all(|model| model.checkpoints.is_empty()) {
        return TokenStream::new();
    }
    let Checked {
        report: found,
        tracked,
    } = compare(&Arc::new(program), &Settings::of_environment(base));
    report.append(found);
    let files = tracked.iter().map(|file| {
        let path = file.to_string_lossy();
        quote! { const _: &[u8] = ::core::include_bytes!(#path); }
    });
    quote! {
        const _: [::core::option::Option<&str>; 2] = [::core::option_env!(#OFFLINE), ::core::option_env!(#MISSING)];
        #(#files)*
    }
}
