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
    if tokenizer["normalizer"]["lowercase"].as_bool() == Some(false) {
        return Err(unsupported(
            "capital letters are kept",
            "lowercase = false",
            "a tokenizer that lowers case",
        ));
    }
    let texts = tokens.texts.iter().zip(&tokens.types);
    let texts = texts.map(|(token, kind)| match (*kind, token.strip_prefix(CONTINUATION)) {
        (CONTROL | UNUSED, _) => token.clone(),
        (_, Some(rest)) if !rest.is_empty() => rest.to_string(),
        _ => format!("{WORD}{token}"),
    });
    Ok(tokens.metadata("bert", texts.collect()))
}
