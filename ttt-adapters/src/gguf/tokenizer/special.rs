//! Tokens with a meaning of their own, and which of them are added to a text.

use serde_json::Value as Json;

use super::{Tokens, pair, text};
use crate::gguf::value::Value;

/// Names of tokens in `tokenizer_config.json`, of which the first that is there counts, and their keys. The third is
/// misspelt in the format.
const ROLES: [(&[&str], &str); 6] = [
    (&["bos_token", "cls_token"], "tokenizer.ggml.bos_token_id"),
    (&["eos_token", "sep_token"], "tokenizer.ggml.eos_token_id"),
    (&["sep_token"], "tokenizer.ggml.seperator_token_id"),
    (&["unk_token"], "tokenizer.ggml.unknown_token_id"),
    (&["pad_token"], "tokenizer.ggml.padding_token_id"),
    (&["mask_token"], "tokenizer.ggml.mask_token_id"),
];

/// The numbers of special tokens, and whether one is put before and after every text.
pub(super) fn metadata(tokenizer: &Json, config: &Json, tokens: &Tokens) -> Vec<(String, Value)> {
    let mut metadata = Vec::new();
    for (names, key) in ROLES {
        let mut found = names.iter().filter_map(|name| token(&config[*name]));
        if let Some(id) = found.next().and_then(|token| tokens.id(token)) {
            metadata.push(pair(key, Value::U32(id)));
        }
    }
    let (begins, ends) = surrounded(tokenizer);
    let said = |name: &str| config[name].as_bool();
    metadata.push(pair(
        "tokenizer.ggml.add_bos_token",
        Value::Bool(said("add_bos_token").unwrap_or(begins)),
    ));
    metadata.push(pair(
        "tokenizer.ggml.add_eos_token",
        Value::Bool(said("add_eos_token").unwrap_or(ends)),
    ));
    metadata
}

/// A token's text, which stands alone or with how it is matched.
fn token(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

/// Whether the post-processor puts a token before and after a text.
fn surrounded(tokenizer: &Json) -> (bool, bool) {
    let whole = &tokenizer["post_processor"];
    let processors = match whole["processors"].as_array() {
        Some(processors) => processors.iter().collect(),
        None => vec![whole],
    };
    let mut surrounded = (false, false);
    for processor in processors {
        match text(&processor["type"]) {
            "BertProcessing" | "RobertaProcessing" => surrounded = (true, true),
            "TemplateProcessing" => {
                let pieces = processor["single"]
                    .as_array()
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let is_special =
                    |piece: Option<&Json>| piece.is_some_and(|piece| !piece["SpecialToken"].is_null());
                surrounded = (is_special(pieces.first()), is_special(pieces.last()));
            }
            _ => {}
        }
    }
    surrounded
}
