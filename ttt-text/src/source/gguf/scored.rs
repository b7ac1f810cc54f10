//! SentencePiece's BPE, with scores in place of merges: `tokenizer.ggml.model = "llama"`.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokenizers::Tokenizer;
use tokenizers::models::bpe::BPE;
use ttt_adapters::error::{Error, Problem, codes};

use super::tokens::{Kind, Tokens};
use crate::error::guarded;
use crate::source::assemble::{Steps, assemble};
use crate::special::Special;

/// Ways to split all tokens, in bytes to look at. LLaMA's vocabulary has 2^21; beyond this a file means harm.
const MOST_WORK: usize = 1 << 28;

/// LLaMA's tokenizer. `space_prefix` says whether a text, or what follows a special token in it, begins with a space.
pub fn build(
    tokens: &Tokens<'_>,
    special: &Special,
    space_prefix: bool,
    post_processor: Value,
) -> Result<Tokenizer, Error> {
    if tokens.scores.is_empty() {
        return Err(
            Problem::new(codes::TOKENIZER, "a tokenizer of this kind needs scores")
                .key("tokenizer.ggml.scores")
                .into(),
        );
    }
    let work: usize = tokens.iter().fold(0, |work, (name, _)| {
        work.saturating_add(name.len().saturating_mul(name.len()))
    });
    if work > MOST_WORK {
        return Err(Problem::new(codes::TOKENIZER, "the tokens are too long")
            .key("tokenizer.ggml.tokens")
            .into());
    }
    let vocabulary = tokens.vocabulary()?;
    let merges = merges(tokens);
    let unknown = special.unk.and_then(|id| tokens.name(id)).map(str::to_string);
    let model = guarded(codes::TOKENIZER, "this is not a vocabulary", || {
        let builder = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .byte_fallback(true)
            .fuse_unk(true);
        match unknown {
            Some(unknown) => builder.unk_token(unknown).build(),
            None => builder.build(),
        }
    })?;
    let spaces = json!({ "type": "Replace", "pattern": { "String": " " }, "content": "▁" });
    let prefix = json!({ "type": "Prepend", "prepend": "▁" });
    let text = json!({ "type": "Replace", "pattern": { "String": "▁" }, "content": " " });
    let mut decoders = vec![text, json!({ "type": "ByteFallback" }), json!({ "type": "Fuse" })];
    if space_prefix {
        decoders.push(json!({ "type": "Strip", "content": " ", "start": 1, "stop": 0 }));
    }
    let steps = Steps {
        normalizer: match space_prefix {
            true => json!({ "type": "Sequence", "normalizers": [prefix, spaces] }),
            false => spaces,
        },
        pre_tokenizer: Value::Null,
        post_processor,
        decoder: json!({ "type": "Sequence", "decoders": decoders }),
    };
    assemble(model, steps)
}

/// Every way to join two tokens to a third, the best score of the third first. Merging in this order is what
/// SentencePiece does, except that it breaks ties between ways to make the same token by their place in the text.
fn merges(tokens: &Tokens<'_>) -> Vec<(String, String)> {
    let pieces = || {
        let normal = tokens
            .iter()
            .zip(0usize..)
            .filter(|((_, kind), _)| *kind == Kind::Normal);
        normal.map(|((name, _), id)| (name, id))
    };
    let ids: HashMap<&str, usize> = pieces().collect();
    let mut merges = Vec::new();
    for (name, id) in pieces() {
        let borders = name.char_indices().skip(1).map(|(at, _)| at);
        for (left, right) in borders.map(|at| name.split_at(at)) {
            if let (Some(&left_id), Some(&right_id)) = (ids.get(left), ids.get(right)) {
                merges.push((tokens.scores[id], left_id, right_id, left, right));
            }
        }
    }
    merges.sort_by(|one, other| {
        other
            .0
            .total_cmp(&one.0)
            .then((one.1, one.2).cmp(&(other.1, other.2)))
    });
    merges
        .into_iter()
        .map(|(_, _, _, left, right)| (left.to_string(), right.to_string()))
        .collect()
}
