//! The schema as text again: both spellings, and every piece by itself for messages.
//!
//! What is printed reads back as the same schema, if the schema could have been read: names are names, numbers are finite.

mod expression;
mod number;
mod page;
mod part;
mod rust;
mod table;
mod toml;
mod transform;
mod types;

pub use number::grouped;
pub(crate) use part::part as part_text;
pub use rust::rust;
pub(crate) use table::{options as options_text, sources as sources_text, target as target_text};
pub use toml::toml;

/// A text in double quotes, as Rust writes it.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Pieces between commas.
fn joined<T: ToString>(pieces: &[T]) -> String {
    pieces.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

/// ` if c`, or nothing.
fn condition(condition: Option<&crate::spec::Expr>) -> String {
    condition
        .map(|condition| format!(" if {condition}"))
        .unwrap_or_default()
}
