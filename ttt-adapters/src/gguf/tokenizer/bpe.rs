//! Byte-level BPE.

use serde_json::Value as Json;

use super::{Tokens, pair, text, unsupported};
use crate::error::Problem;
use crate::gguf::pre;
use crate::gguf::value::{Array, Value};

/// What `Digits` does where it takes digits one by one.
const SINGLE_DIGITS: &str = r"\p{N}";

/// The kind, tokens and merges.
pub(super) fn metadata(tokenizer: &Json, tokens: &Tokens) -> Result<Vec<(String, Value)>, Box<Problem>> {
    let model = &tokenizer["model"];
    if model["byte_fallback"].as_bool() == Some(true) {
        return Err(unsupported("byte fallback", "true", "byte-level BPE"));
    }
    let pieces = pre_tokenizers(tokenizer);
    let whole_words = model["ignore_merges"].as_bool() == Some(true);
    let split = split_name(&pieces, whole_words)?;
    let mut metadata = tokens.metadata("gpt2", tokens.texts.clone());
    metadata.push(pair("tokenizer.ggml.pre", Value::String(split.to_string())));
    metadata.push(pair(
        "tokenizer.ggml.merges",
        Value::Array(Array::String(merges(model)?)),
    ));
    let adds_space = pieces
        .iter()
        .any(|piece| piece["add_prefix_space"].as_bool() == Some(true));
    metadata.push(pair("tokenizer.ggml.add_space_prefix", Value::Bool(adds_space)));
    Ok(metadata)
}

/// The pre-tokenizers in their order.
fn pre_tokenizers(tokenizer: &Json) -> Vec<&Json> {
    let whole = &tokenizer["pre_tokenizer"];
    match whole["pretokenizers"].as_array() {
        Some(pieces) => pieces.iter().collect(),
        None => vec![whole],
    }
}

fn split_name(pieces: &[&Json], whole_words: bool) -> Result<&'static str, Box<Problem>> {
    let mut patterns = Vec::new();
    let mut is_byte_level = false;
    for piece in pieces {
        match text(&piece["type"]) {
            "ByteLevel" => {
                is_byte_level = true;
                if piece["use_regex"].as_bool() != Some(false) {
                    patterns.push(pre::GPT2);
                }
            }
            "Digits" if piece["individual_digits"].as_bool() == Some(true) => patterns.push(SINGLE_DIGITS),
            "Split" => patterns.push(text(&piece["pattern"]["Regex"])),
            other => {
                return Err(unsupported(
                    "the pre-tokenizer",
                    other,
                    "ByteLevel, Digits one by one, or Split",
                ));
            }
        }
    }
    if !is_byte_level {
        return Err(unsupported("the pre-tokenizer", "", "ByteLevel"));
    }
    let known =
        pre::of_patterns(&patterns, whole_words).or_else(|| pre::of_patterns(&patterns, !whole_words));
    known.and_then(|pre| pre.names.first().copied()).ok_or_else(|| {
        unsupported(
            "how it cuts up texts",
            &patterns.join("   "),
            "patterns that llama.cpp has a name for",
        )
    })
}

/// The merges as pairs in one text. A space within one would end it, so it is written as llama.cpp does.
fn merges(model: &Json) -> Result<Vec<String>, Box<Problem>> {
    let merges = model["merges"].as_array().into_iter().flatten();
    let joined = merges.map(|merge| match (merge, merge[0].as_str(), merge[1].as_str()) {
        (Json::String(pair), ..) => Ok(pair.clone()),
        (_, Some(left), Some(right)) => Ok(format!(
            "{} {}",
            left.replace(' ', "\u{120}"),
            right.replace(' ', "\u{120}")
        )),
        (other, ..) => Err(unsupported("a merge", &other.to_string(), "a pair of texts")),
    });
    joined.collect()
}
