//! Byte-level BPE.

use serde_json::Value as Json;

use super::{Tokens, pair, text, unsupported};
use crate::error::Problem;
use crate::gguf::value::{Array, Value};

/// How texts are cut up before merging, by the names that llama.cpp has for it: whether single digits are cut off first,
/// and the regular expression, where it is not GPT-2's own.
const SPLITS: [(&str, bool, &str); 5] = [
    ("gpt-2", false, ""),
    ("smollm", true, ""),
    (
        "llama-bpe",
        false,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        "qwen2",
        false,
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    (
        "gpt-4o",
        false,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
];

/// The kind, tokens and merges.
pub(super) fn metadata(tokenizer: &Json, tokens: &Tokens) -> Result<Vec<(String, Value)>, Box<Problem>> {
    let model = &tokenizer["model"];
    if model["byte_fallback"].as_bool() == Some(true) {
        return Err(unsupported("byte fallback", "true", "byte-level BPE"));
    }
    let pieces = pre_tokenizers(tokenizer);
    let split = split_name(&pieces)?;
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

fn split_name(pieces: &[&Json]) -> Result<&'static str, Box<Problem>> {
    let mut digits = false;
    let mut pattern = "";
    let mut is_byte_level = false;
    for piece in pieces {
        match text(&piece["type"]) {
            "ByteLevel" => is_byte_level = true,
            "Digits" => digits = piece["individual_digits"].as_bool() == Some(true),
            "Split" => pattern = text(&piece["pattern"]["Regex"]),
            other => {
                return Err(unsupported(
                    "the pre-tokenizer",
                    other,
                    "ByteLevel, Digits or Split",
                ));
            }
        }
    }
    if !is_byte_level {
        return Err(unsupported("the pre-tokenizer", "", "ByteLevel"));
    }
    let known = SPLITS
        .iter()
        .find(|(_, with_digits, known)| *with_digits == digits && *known == pattern);
    known.map(|(name, ..)| *name).ok_or_else(|| {
        let names: Vec<&str> = SPLITS.iter().map(|(name, ..)| *name).collect();
        unsupported(
            "how it cuts up texts",
            pattern,
            &format!("that of {}", names.join(", ")),
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
