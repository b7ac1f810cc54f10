//! The macros `model!` and `model_file!`: a thin shim over `ttt-dsl`, and over `ttt-adapters` for the
//! checkpoints that a schema names.
//!
//! The runtime wraps them, so that an expansion can name the runtime as `$crate`.

mod checkpoint;
mod completion;
mod file;
mod report;

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use ttt_dsl::check::check;
use ttt_dsl::emit;
use ttt_dsl::parse::{Parsed, parse_tokens};
use ttt_dsl::place::Places;
use ttt_dsl::spec::Spec;

/// A schema in tokens, after the path of the runtime.
#[proc_macro]
pub fn model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (krate, schema) = split_crate(input.into());
    let names = completion::items(&schema, &krate);
    let Parsed {
        spec,
        places,
        mut report,
    } = parse_tokens(schema);
    let expansion = expand(&spec, &places, &krate, &manifest_folder(), &mut report);
    let report = report::at_tokens(&report, &places);
    quote! { #names #report #expansion }.into()
}

/// A schema in a file, after the path of the runtime.
#[proc_macro]
pub fn model_file(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let (krate, path) = split_crate(input.into());
    file::expand(&krate, path).into()
}

/// The standard blocks, for the runtime.
#[proc_macro]
pub fn standard_blocks(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    emit::standard_blocks().into()
}

/// What a schema declares, or as much of it as stands when there are mistakes. Paths of checkpoints start at `base`.
fn expand(
    spec: &Spec,
    places: &Places,
    krate: &TokenStream,
    base: &Path,
    report: &mut ttt_dsl::diagnostic::Report,
) -> TokenStream {
    let checked = check(spec);
    report.append(checked.report);
    emit::check_names(spec, report);
    let Some(program) = checked.program.filter(|_| !report.has_errors()) else {
        return emit::partial(spec, krate, places);
    };
    // A checkpoint that does not fit leaves the schema whole, so what it declares is there all the same.
    let emitted = emit::emit(&program, krate, places);
    let tracking = checkpoint::check(program, base, report);
    quote! { #emitted #tracking }
}

/// The directory of the crate's `Cargo.toml`.
fn manifest_folder() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default()
}

/// The path of the runtime, which is one token when it comes from a macro, and the rest.
fn split_crate(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.into_iter();
    let krate = tokens.next();
    (krate.into_iter().collect(), tokens.collect())
}
