//! WordPiece.

use serde_json::Value as Json;

use super::{CONTROL, Tokens, UNUSED, text, unsupported};
use crate::error::Problem;
use crate::gguf::value::Value;

/// What begins a token that begins a word, in GGUF.
const WORD: char = '\u{2581}';

/// What begins a token that continues a word, in BERT's vocabularies.
const CONTINUATION: &str = "##";

/// The kind and the tokens. llama.cpp marks the tokens that begin a word instead of those that continue one.
pub(super) fn metadata(tokenizer: &Json, tokens: &Tokens) -> Result<Vec<(String, Value)>, Box<Problem>> {
    let prefix = text(&tokenizer["model"]["continuing_subword_prefix"]);
    if prefix != CONTINUATION {
        return Err(unsupported("what continues a word", prefix, CONTINUATION));
    }
    let texts = tokens.texts.iter().zip(&tokens.types);
    let texts = texts.map(|(token, kind)| match (*kind, token.strip_prefix(CONTINUATION)) {
        (CONTROL | UNUSED, _) => token.clone(),
        (_, Some(rest)) if !rest.is_empty() => rest.to_string(),
        _ => format!("{WORD}{token}"),
    });
    let mut metadata = tokens.metadata("bert", texts.collect());
    // What is not said here, readers assume: small letters without accents.
    for switch in ["lowercase", "strip_accents"] {
        if let Some(is_on) = tokenizer["normalizer"][switch].as_bool() {
            metadata.push((format!("tokenizer.ggml.normalizer.{switch}"), Value::Bool(is_on)));
        }
    }
    Ok(metadata)
}
