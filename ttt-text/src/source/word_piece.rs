//! `vocab.txt`: the WordPiece vocabulary of BERT, one token a line.

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;
use tokenizers::Tokenizer as Core;
use tokenizers::models::bpe::Vocab;
use tokenizers::models::wordpiece::WordPiece;
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::file;

use super::assemble::{Steps, Token, around, assemble};
use super::companions::Companions;
use super::{Source, check, roles};
use crate::error::guarded;
use crate::special::{ROLES, Special};
use crate::tokenizer::Tokenizer;

/// The names that BERT's special tokens have unless a file says otherwise.
pub const NAMES: [(&str, &str); 5] = [
    ("unk", "[UNK]"),
    ("pad", "[PAD]"),
    ("cls", "[CLS]"),
    ("sep", "[SEP]"),
    ("mask", "[MASK]"),
];

/// What is done to a text before its words are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Normalizer {
    /// Capital letters become small ones.
    pub lowercase: bool,
    /// Accents go; with `lowercase` when it is not said.
    pub strip_accents: Option<bool>,
    /// Chinese characters are words of their own.
    pub chinese: bool,
}

/// Reads a file of this format, and the files beside it.
pub fn read(path: &Path) -> Result<Tokenizer, Error> {
    let text = file::read_text(path)?;
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let vocabulary = check::list(lines).map_err(|error| error.in_file(path))?;
    let companions = Companions::read(path.parent().unwrap_or(Path::new(".")))?;
    let mut notes = Vec::new();
    let normalizer = Normalizer {
        lowercase: match companions.switch("do_lower_case") {
            Some(lowercase) => lowercase,
            None => assume_lowercase(&vocabulary, &mut notes),
        },
        strip_accents: companions.switch("strip_accents"),
        chinese: companions.switch("tokenize_chinese_chars").unwrap_or(true),
    };
    let mut special = Special::default();
    for role in ROLES {
        let usual = NAMES
            .iter()
            .find(|(usual, _)| *usual == role)
            .map(|(_, name)| *name);
        if let Some(&id) = companions
            .role(role)
            .or(usual)
            .and_then(|token| vocabulary.get(token))
        {
            special.set(role, id);
        }
    }
    let core = build(vocabulary, &special, normalizer).map_err(|error| error.in_file(path))?;
    let files = std::iter::once(path.to_path_buf())
        .chain(companions.files)
        .collect();
    Tokenizer::new(
        core,
        special,
        companions.template,
        Source {
            format: "vocab.txt",
            files,
            notes,
        },
    )
}

/// Whether capital letters become small ones, where no file says it: when the vocabulary has none outside the brackets of
/// special tokens, it could not say them.
pub fn assume_lowercase(vocabulary: &Vocab, notes: &mut Vec<String>) -> bool {
    let bracketed = |token: &str| token.starts_with('[') && token.ends_with(']');
    let is_capital = |character: char| !character.to_lowercase().eq([character]);
    let has_capitals = |token: &&String| !bracketed(token) && token.chars().any(is_capital);
    match vocabulary.keys().filter(has_capitals).min() {
        Some(token) => {
            notes.push(format!(
                "no file says whether capital letters matter; they do, as there is a token {token:?}"
            ));
            false
        }
        None => {
            notes.push(
                "no file says whether capital letters matter; they do not, as no token has any".to_string(),
            );
            true
        }
    }
}

/// BERT's tokenizer with this vocabulary.
pub fn build(vocabulary: Vocab, special: &Special, normalizer: Normalizer) -> Result<Core, Error> {
    let names: HashMap<u32, String> = vocabulary
        .iter()
        .map(|(token, &id)| (id, token.clone()))
        .collect();
    let need = |role: &str| -> Result<Token, Error> {
        let named = special
            .role(role)
            .and_then(|id| Some((id, names.get(&id)?.clone())));
        named.ok_or_else(|| {
            Problem::new(codes::TOKENIZER, format!("the vocabulary has no `{role}` token"))
                .expected("[UNK], [CLS] and [SEP], or other names in special_tokens_map.json")
                .into()
        })
    };
    let (_, unk) = need("unk")?;
    let (cls, sep) = (need("cls")?, need("sep")?);
    let model = guarded(codes::TOKENIZER, "this is not a vocabulary", || {
        WordPiece::builder().vocab(vocabulary).unk_token(unk).build()
    })?;
    let steps = Steps {
        normalizer: json!({
            "type": "BertNormalizer",
            "clean_text": true,
            "handle_chinese_chars": normalizer.chinese,
            "strip_accents": normalizer.strip_accents,
            "lowercase": normalizer.lowercase,
        }),
        pre_tokenizer: json!({ "type": "BertPreTokenizer" }),
        post_processor: around(Some(&cls), Some(&sep), None),
        decoder: json!({ "type": "WordPiece", "prefix": "##", "cleanup": true }),
    };
    let mut core = assemble(model, steps)?;
    for (_, id) in special.roles() {
        if let Some(name) = names.get(&id) {
            roles::mark(&mut core, name)?;
        }
    }
    Ok(core)
}
