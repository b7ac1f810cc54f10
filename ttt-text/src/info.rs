//! What a tokenizer is, in short.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tokenizers::ModelWrapper;

use crate::source::Source;
use crate::special::Special;
use crate::tokenizer::Tokenizer;

/// What a tokenizer is, in short.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// `BPE`, `WordPiece`, `WordLevel` or `Unigram`.
    pub kind: &'static str,
    /// One more than the highest id.
    pub vocab_size: usize,
    /// The special tokens by role.
    pub special: Special,
    /// The same as the vocabulary spells them.
    pub special_tokens: BTreeMap<&'static str, String>,
    /// How many tokens are matched in a text before anything else.
    pub added_tokens: usize,
    /// The steps that change a text first, as `tokenizer.json` names them.
    pub normalizer: Vec<String>,
    /// The steps that split it.
    pub pre_tokenizer: Vec<String>,
    /// The names of the chat template's variants; empty when there is none.
    pub chat_templates: Vec<String>,
    /// Where it came from, and what was assumed.
    pub source: Source,
}

impl Tokenizer {
    /// What the tokenizer is, in short.
    pub fn info(&self) -> Info {
        let core = self.core();
        let special_tokens = self
            .special()
            .roles()
            .filter_map(|(role, id)| Some((role, self.token(id)?)));
        Info {
            kind: match core.get_model() {
                ModelWrapper::BPE(_) => "BPE",
                ModelWrapper::WordPiece(_) => "WordPiece",
                ModelWrapper::WordLevel(_) => "WordLevel",
                ModelWrapper::Unigram(_) => "Unigram",
            },
            vocab_size: self.vocab_size(),
            special: self.special().clone(),
            special_tokens: special_tokens.collect(),
            added_tokens: core.get_added_tokens_decoder().len(),
            normalizer: steps(core.get_normalizer()),
            pre_tokenizer: steps(core.get_pre_tokenizer()),
            chat_templates: self
                .chat_template()
                .map(|template| template.names().map(str::to_string).collect())
                .unwrap_or_default(),
            source: self.source().clone(),
        }
    }
}

/// The types of a step and of those inside it, in order.
fn steps(step: Option<&impl Serialize>) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![serde_json::to_value(step).unwrap_or_default()];
    while let Some(value) = waiting.pop() {
        if let Some(Value::Array(inner)) = value.get("pretokenizers").or(value.get("normalizers")) {
            waiting.extend(inner.iter().rev().cloned());
        } else if let Some(name) = value.get("type").and_then(Value::as_str) {
            names.push(name.to_string());
        }
    }
    names
}
