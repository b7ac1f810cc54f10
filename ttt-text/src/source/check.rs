//! What must hold in a vocabulary. The `tokenizers` crate takes it for granted, and panics or hangs where it does not.

use std::collections::HashMap;

use serde_json::Value;
use tokenizers::models::bpe::Vocab;
use ttt_adapters::error::{Error, Problem, codes};

/// The highest id that is believed; the largest vocabularies known have 2^18 tokens.
const HIGHEST: u64 = (1 << 24) - 1;

/// A vocabulary from a JSON object of tokens and ids. No two tokens have one id.
pub fn vocabulary(object: &serde_json::Map<String, Value>) -> Result<Vocab, Error> {
    let mut vocabulary = Vocab::with_capacity(object.len());
    let mut owners = HashMap::with_capacity(object.len());
    for (token, id) in object {
        let known = id
            .as_u64()
            .filter(|&id| id <= HIGHEST)
            .and_then(|id| u32::try_from(id).ok());
        let Some(id) = known else {
            return Err(Problem::new(
                codes::TOKEN_IDS,
                format!("the token {token:?} has an impossible id"),
            )
            .found(id)
            .expected(format!("a whole number up to {HIGHEST}"))
            .into());
        };
        if let Some(other) = owners.insert(id, token) {
            return Err(duplicate(other, token, id));
        }
        vocabulary.insert(token.clone(), id);
    }
    Ok(vocabulary)
}

/// A vocabulary from tokens whose ids are their places in a list. No token stands twice.
pub fn list<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Result<Vocab, Error> {
    let mut vocabulary = Vocab::new();
    for (id, token) in (0..).zip(tokens) {
        if let Some(other) = vocabulary.insert(token.to_string(), id) {
            return Err(
                Problem::new(codes::TOKEN_IDS, format!("the token {token:?} stands twice"))
                    .found(format!("ids {other} and {id}"))
                    .help("remove one of them; the model was trained with one id only")
                    .into(),
            );
        }
    }
    Ok(vocabulary)
}

/// That every merge joins two tokens of the vocabulary to a third.
pub fn merges(vocabulary: &Vocab, merges: &[(String, String)], continuing_prefix: &str) -> Result<(), Error> {
    for (place, (left, right)) in merges.iter().enumerate() {
        let joined = right
            .strip_prefix(continuing_prefix)
            .map(|right| format!("{left}{right}"));
        let missing = match &joined {
            None => Some(right),
            Some(joined) => [left, right, joined]
                .into_iter()
                .find(|token| !vocabulary.contains_key(*token)),
        };
        if let Some(missing) = missing {
            return Err(Problem::new(
                codes::MERGES,
                format!("merge {place} needs a token that is not there"),
            )
            .found(format!("{left:?} with {right:?}"))
            .expected(format!("{missing:?} in the vocabulary"))
            .help("vocabulary and merges are not of one tokenizer")
            .into());
        }
    }
    Ok(())
}

/// A merge from its line in `merges.txt` or GGUF.
pub fn merge(line: &str, place: usize) -> Result<(String, String), Error> {
    // The first byte may itself be a space in vocabularies that do not encode bytes.
    let after = line.char_indices().nth(1).map_or(line.len(), |(at, _)| at);
    match line[after..].split_once(' ') {
        Some((left, right)) if !right.is_empty() => {
            Ok((format!("{}{left}", &line[..after]), right.to_string()))
        }
        _ => Err(
            Problem::new(codes::MERGES, format!("merge {place} is not two tokens"))
                .found(format!("{line:?}"))
                .expected("two tokens with a space between them")
                .into(),
        ),
    }
}

fn duplicate(first: &str, second: &str, id: u32) -> Error {
    Problem::new(codes::TOKEN_IDS, "two tokens have the same id")
        .found(format!("{first:?} and {second:?} with {id}"))
        .into()
}
