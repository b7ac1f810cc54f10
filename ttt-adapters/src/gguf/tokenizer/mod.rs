//! Hugging Face's tokenizers as GGUF's metadata.
//!
//! Keys: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>; conventions: llama.cpp's converters.

mod bpe;
mod special;
mod word_piece;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::value::{Array, Value};
use crate::error::{Error, Problem, codes};
use crate::file;

/// The key of the tokens' texts.
pub(super) const TOKENS: &str = "tokenizer.ggml.tokens";
const TOKEN_TYPES: &str = "tokenizer.ggml.token_type";
const SCORES: &str = "tokenizer.ggml.scores";

/// llama.cpp's numbers for what tokens are for.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

/// The metadata of the tokenizer in a directory of Hugging Face: its kind, tokens, merges, special tokens and chat
/// template. None when there is no `tokenizer.json`.
///
/// Byte-level BPE, as GPT-2's and LLaMA 3's, and WordPiece, as BERT's, are converted; another one is an error.
pub fn tokenizer_metadata(directory: &Path) -> Result<Vec<(String, Value)>, Error> {
    let path = directory.join("tokenizer.json");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let tokenizer = file::read_json(&path)?;
    let config_path = directory.join("tokenizer_config.json");
    let config = match config_path.is_file() {
        true => file::read_json(&config_path)?,
        false => Json::Null,
    };
    let mut metadata = tokenizer_metadata_of(&tokenizer, &config).map_err(|error| error.in_file(&path))?;
    metadata.extend(chat_template(directory, &config)?);
    Ok(metadata)
}

/// The same from the contents of a `tokenizer.json` and a `tokenizer_config.json`, without a chat template.
pub fn tokenizer_metadata_of(tokenizer: &Json, config: &Json) -> Result<Vec<(String, Value)>, Error> {
    let tokens = Tokens::of(tokenizer).map_err(|problem| *problem)?;
    let metadata = match text(&tokenizer["model"]["type"]) {
        "BPE" => bpe::metadata(tokenizer, &tokens),
        "WordPiece" => word_piece::metadata(tokenizer, &tokens),
        other => Err(unsupported(
            "the kind of the tokenizer",
            other,
            "BPE or WordPiece",
        )),
    };
    let mut metadata = metadata.map_err(|problem| *problem)?;
    metadata.extend(special::metadata(tokenizer, config, &tokens));
    Ok(metadata)
}

/// Fills up the tokens of metadata to as many as the model has, as llama.cpp's converters do; it is an error when there
/// are more. Metadata without tokens is left alone.
pub(super) fn pad_tokens(metadata: &mut [(String, Value)], count: usize) -> Result<(), Error> {
    for (key, value) in metadata {
        match (key.as_str(), value) {
            (TOKENS, Value::Array(Array::String(tokens))) => {
                if tokens.len() > count {
                    return Err(too_many(tokens.len(), count).into());
                }
                tokens.extend((tokens.len()..count).map(padding));
            }
            (TOKEN_TYPES, Value::Array(Array::I32(types))) => types.resize(count, UNUSED),
            (SCORES, Value::Array(Array::F32(scores))) => scores.resize(count, 0.0),
            _ => {}
        }
    }
    Ok(())
}

fn too_many(found: usize, count: usize) -> Problem {
    Problem::new(
        codes::GGUF_TOKENIZER,
        "the tokenizer has more tokens than the model",
    )
    .key(TOKENS)
    .found(found)
    .expected(format!("at most {count}, as the model has"))
    .help("use the tokenizer that belongs to the model")
}

/// The name of a token that stands for nothing.
fn padding(index: usize) -> String {
    format!("[PAD{index}]")
}

/// The tokens by their numbers, and those that were added to the model's own.
struct Tokens {
    texts: Vec<String>,
    types: Vec<i32>,
}

impl Tokens {
    /// Texts and types from a `tokenizer.json`; a number that no token has is unused.
    fn of(tokenizer: &Json) -> Result<Tokens, Box<Problem>> {
        let mut by_id: BTreeMap<u64, (String, i32)> = BTreeMap::new();
        let vocab = tokenizer["model"]["vocab"].as_object();
        for (token, id) in vocab.into_iter().flatten() {
            by_id.insert(number(token, id)?, (token.clone(), NORMAL));
        }
        for added in tokenizer["added_tokens"].as_array().into_iter().flatten() {
            let token = text(&added["content"]);
            let kind = match added["special"].as_bool() {
                Some(true) => CONTROL,
                _ => USER_DEFINED,
            };
            by_id.insert(number(token, &added["id"])?, (token.to_string(), kind));
        }
        let most = by_id.len() as u64 * 2 + 1024;
        let last = by_id.last_key_value().map_or(0, |(id, _)| *id);
        if last > most {
            return Err(unsupported(
                "the largest number of a token",
                &last.to_string(),
                &format!("at most {most}"),
            ));
        }
        let mut tokens = Tokens {
            texts: Vec::new(),
            types: Vec::new(),
        };
        for (id, (token, kind)) in by_id {
            while (tokens.texts.len() as u64) < id {
                tokens.push(padding(tokens.texts.len()), UNUSED);
            }
            tokens.push(token, kind);
        }
        Ok(tokens)
    }

    fn push(&mut self, text: String, kind: i32) {
        self.texts.push(text);
        self.types.push(kind);
    }

    fn id(&self, token: &str) -> Option<u32> {
        let index = self.texts.iter().position(|known| known == token)?;
        u32::try_from(index).ok()
    }

    /// The keys that every kind of tokenizer has.
    fn metadata(&self, model: &str, texts: Vec<String>) -> Vec<(String, Value)> {
        vec![
            pair("tokenizer.ggml.model", Value::String(model.to_string())),
            pair(TOKENS, Value::Array(Array::String(texts))),
            pair(TOKEN_TYPES, Value::Array(Array::I32(self.types.clone()))),
        ]
    }
}

/// The template that turns messages into a text, which may stand in either of two files.
fn chat_template(directory: &Path, config: &Json) -> Result<Vec<(String, Value)>, Error> {
    const KEY: &str = "tokenizer.chat_template";
    let beside = directory.join("chat_template.jinja");
    if beside.is_file() {
        return Ok(vec![pair(KEY, Value::String(file::read_text(&beside)?))]);
    }
    let named = |template: &Json| {
        let key = match text(&template["name"]) {
            "default" => KEY.to_string(),
            name => format!("{KEY}.{name}"),
        };
        (key, Value::String(text(&template["template"]).to_string()))
    };
    Ok(match &config["chat_template"] {
        Json::String(template) => vec![pair(KEY, Value::String(template.clone()))],
        Json::Array(templates) => templates.iter().map(named).collect(),
        _ => Vec::new(),
    })
}

fn pair(key: &str, value: Value) -> (String, Value) {
    (key.to_string(), value)
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(token: &str, id: &Json) -> Result<u64, Box<Problem>> {
    id.as_u64().ok_or_else(|| {
        unsupported(
            &format!("the number of {token:?}"),
            &id.to_string(),
            "a whole number",
        )
    })
}

fn unsupported(what: &str, found: &str, expected: &str) -> Box<Problem> {
    Problem::new(
        codes::GGUF_TOKENIZER,
        format!("GGUF has no tokenizer like this: {what}"),
    )
    .found(if found.is_empty() { "nothing" } else { found })
    .expected(expected)
    .help("write the model without its tokenizer, or give the tokenizer's metadata yourself")
    .into()
}
