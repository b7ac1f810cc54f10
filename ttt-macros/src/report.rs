//! Diagnostics as `compile_error!`s and warnings.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use ttt_dsl::diagnostic::{Diagnostic, Report, Severity};
use ttt_dsl::place::Places;

/// Each diagnostic under its token.
pub fn at_tokens(report: &Report, places: &Places) -> TokenStream {
    let diagnostics = report.diagnostics.iter().map(|diagnostic| {
        let span = places.span(diagnostic.place).unwrap_or_else(Span::call_site);
        item(diagnostic.severity, span, &text(diagnostic, places))
    });
    diagnostics.collect()
}

/// One diagnostic. The compiler has no stable way for a macro to warn, but it warns of what is deprecated.
pub fn item(severity: Severity, span: Span, text: &str) -> TokenStream {
    match severity {
        Severity::Error => quote_spanned! { span=> ::core::compile_error! { #text } },
        Severity::Warning => quote_spanned! { span=>
            const _: () = {
                #[deprecated(note = #text)]
                const SCHEMA: () = ();
                SCHEMA
            };
        },
    }
}

/// The message, the code, what else matters, the mend.
fn text(diagnostic: &Diagnostic, places: &Places) -> String {
    let mut text = format!("[{}] {}", diagnostic.code, diagnostic.message);
    for (place, message) in &diagnostic.related {
        match places.span(*place) {
            Some(span) => text.push_str(&format!("\nnote: line {}: {message}", span.start().line)),
            None => text.push_str(&format!("\nnote: {message}")),
        }
    }
    for line in diagnostic.mend().lines() {
        text.push_str(&format!("\nhelp: {line}"));
    }
    text
}
