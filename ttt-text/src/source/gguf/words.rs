//! WordPiece: `tokenizer.ggml.model = "bert"`.

use tokenizers::Tokenizer;
use ttt_adapters::error::Error;
use ttt_adapters::gguf::{File, Value};

use super::tokens::{Kind, Tokens};
use crate::source::check;
use crate::source::word_piece::{self, Normalizer};
use crate::special::Special;

/// BERT's tokenizer. llama.cpp marks the beginnings of words with `▁`; BERT marks what goes on, with `##`.
pub fn build(
    file: &File,
    tokens: &Tokens<'_>,
    special: &mut Special,
    notes: &mut Vec<String>,
) -> Result<Tokenizer, Error> {
    let names: Vec<String> = tokens.iter().map(|(name, kind)| spelled(name, kind)).collect();
    let vocabulary = check::list(names.iter().map(String::as_str))?;
    for (role, name) in word_piece::NAMES {
        if let (None, Some(&id)) = (special.role(role), vocabulary.get(name)) {
            special.set(role, id);
            notes.push(format!(
                "the metadata does not say which token is `{role}`; {name} is taken"
            ));
        }
    }
    let switch = |key: &str| {
        file.get(
            &format!("tokenizer.ggml.normalizer.{key}"),
            "a truth value",
            Value::as_bool,
        )
    };
    let normalizer = Normalizer {
        lowercase: match switch("lowercase")? {
            Some(lowercase) => lowercase,
            None => word_piece::assume_lowercase(&vocabulary, notes),
        },
        strip_accents: switch("strip_accents")?,
        chinese: true,
    };
    word_piece::build(vocabulary, special, normalizer)
}

fn spelled(name: &str, kind: Kind) -> String {
    match (kind, name.strip_prefix('▁')) {
        (Kind::Control | Kind::Unknown | Kind::User, _) => name.to_string(),
        (_, Some(word)) => word.to_string(),
        (_, None) => format!("##{name}"),
    }
}
