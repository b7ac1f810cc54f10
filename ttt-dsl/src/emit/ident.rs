//! Identifiers of the expansion.

use proc_macro2::{Ident, Span};

use crate::place::{Place, Places};

/// An identifier that stands where the schema has it, so that an editor finds one from the other.
pub(super) fn placed(text: &str, place: Place, places: &Places) -> Ident {
    new(text, places.span(place).unwrap_or_else(Span::call_site))
}

/// An identifier of the schema without a place of its own.
pub(super) fn plain(text: &str) -> Ident {
    new(text, Span::call_site())
}

/// A local variable of the expansion, which no variable of the schema can meet.
pub(super) fn local(text: &str) -> Ident {
    new(text, Span::mixed_site())
}

/// `masked_lm` to `MaskedLm`
pub(super) fn camel(text: &str) -> String {
    text.split('_').map(capitalised).collect()
}

/// `Gpt2Block` to `gpt2_block`
pub(super) fn snake(text: &str) -> String {
    let mut snake = String::new();
    for letter in text.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn new(text: &str, span: Span) -> Ident {
    match text.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(text, span),
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, snake};

    #[test]
    fn cases() {
        assert_eq!(camel("masked_lm"), "MaskedLm");
        assert_eq!(camel("relu"), "Relu");
        assert_eq!(snake("Gpt2Block"), "gpt2_block");
    }
}
