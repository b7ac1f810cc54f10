//! `model_file!`: a schema in a file beside the crate.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;
use ttt_dsl::diagnostic::{Severity, human};
use ttt_dsl::parse::{Parsed, parse_file};

use crate::{expand as expand_spec, manifest_folder, report};

/// Reads the file that a literal names. The expansion includes its bytes, so that the compiler runs the macro again
/// when the file has changed.
pub fn expand(krate: &TokenStream, path: TokenStream) -> TokenStream {
    let literal: LitStr = match syn::parse2(path) {
        Ok(literal) => literal,
        Err(error) => return error.into_compile_error(),
    };
    let file = absolute(&literal.value());
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return unreadable(&literal, &error),
    };
    let Parsed {
        spec,
        places,
        mut report,
    } = parse_file(&file, &text);
    let folder = file.parent().unwrap_or(Path::new(""));
    let expansion = expand_spec(&spec, &places, krate, folder, &mut report);
    let rendered = report.diagnostics.iter().map(|diagnostic| {
        let one = ttt_dsl::diagnostic::Report {
            diagnostics: vec![diagnostic.clone()],
        };
        let text = human::render(&one, &literal.value(), &text, &places, false);
        report::item(diagnostic.severity, literal.span(), &text)
    });
    let tracked = file.to_string_lossy();
    quote! {
        const _: &[u8] = include_bytes!(#tracked);
        #(#rendered)*
        #expansion
    }
}

/// Relative paths start at the crate's manifest.
fn absolute(path: &str) -> PathBuf {
    manifest_folder().join(path)
}

fn unreadable(literal: &LitStr, error: &std::io::Error) -> TokenStream {
    let text = format!(
        "cannot read `{}`: {error}\nhelp: the path starts at the directory of the crate's Cargo.toml",
        literal.value()
    );
    report::item(Severity::Error, literal.span(), &text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quote::quote;
    use syn::{Item, LitStr};

    /// The texts of all `compile_error!`s.
    fn errors(path: &str) -> String {
        let tokens = super::expand(&quote! { ::ttt_runtime }, quote! { #path });
        let file: syn::File = syn::parse2(tokens).unwrap();
        let texts = file.items.into_iter().filter_map(|item| match item {
            Item::Macro(call) => Some(call.mac.parse_body::<LitStr>().unwrap().value()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn mistakes_say_file_line_and_column() {
        insta::assert_snapshot!(errors("tests/broken.toml"));
    }

    #[test]
    fn a_checkpoint_that_does_not_fit_is_an_error_at_the_line() {
        insta::assert_snapshot!(errors("tests/checkpoint.toml"));
    }

    /// The compiler runs the macro again when one of these changes.
    #[test]
    fn what_decides_is_tracked() {
        let path = "tests/checkpoint.toml";
        let tokens = super::expand(&quote! { ::ttt_runtime }, quote! { #path }).to_string();
        for tracked in [
            "tests/checkpoint.toml",
            "base/model.safetensors",
            "TTT_OFFLINE",
            "TTT_MISSING_CHECKPOINT",
        ] {
            assert!(tokens.contains(tracked), "{tracked}");
        }
    }
}
