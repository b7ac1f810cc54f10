//! A tokenizer from a model and the steps around it, written as `tokenizer.json` has them.

use serde_json::{Value, json};
use tokenizers::{
    AddedToken, DecoderWrapper, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    Tokenizer,
};
use ttt_adapters::error::{Error, codes};

use crate::error::{decoded, guarded};

/// A token with its id.
pub type Token = (u32, String);

/// The steps around a model. `null` stands for none.
#[derive(Debug, Default)]
pub struct Steps {
    /// Changes the text.
    pub normalizer: Value,
    /// Splits it.
    pub pre_tokenizer: Value,
    /// Adds special tokens.
    pub post_processor: Value,
    /// Makes text of tokens.
    pub decoder: Value,
}

/// A tokenizer with this model and these steps.
pub fn assemble(model: impl Into<ModelWrapper>, steps: Steps) -> Result<Tokenizer, Error> {
    let mut core = Tokenizer::new(model);
    let normalizer: Option<NormalizerWrapper> = decoded(steps.normalizer)?;
    guarded(codes::TOKENIZER, "the normalizer cannot be used", || {
        core.with_normalizer(normalizer).map(|_| ())
    })?;
    core.with_pre_tokenizer(decoded::<Option<PreTokenizerWrapper>>(steps.pre_tokenizer)?);
    core.with_post_processor(decoded::<Option<PostProcessorWrapper>>(steps.post_processor)?);
    core.with_decoder(decoded::<Option<DecoderWrapper>>(steps.decoder)?);
    Ok(core)
}

/// Matches these tokens in a text before anything else. They must be in the vocabulary, or come next.
pub fn add(core: &mut Tokenizer, tokens: Vec<AddedToken>) -> Result<(), Error> {
    guarded(codes::TOKENIZER, "tokens cannot be added", || {
        core.add_tokens(tokens).map(|_| ())
    })
}

/// A post-processor that puts `first` before and `last` after a text; in a pair, `second` is before the second text, which
/// has type id 1.
pub fn around(first: Option<&Token>, last: Option<&Token>, second: Option<&Token>) -> Value {
    let special =
        |token: &Token, type_id: u32| json!({ "SpecialToken": { "id": token.1, "type_id": type_id } });
    let sequence = |name: &str, type_id: u32| json!({ "Sequence": { "id": name, "type_id": type_id } });
    let text = |before: Option<&Token>, name: &str, type_id: u32| -> Vec<Value> {
        let before = before.map(|token| special(token, type_id));
        let after = last.map(|token| special(token, type_id));
        before
            .into_iter()
            .chain([sequence(name, type_id)])
            .chain(after)
            .collect()
    };
    let entries = [first, last, second].into_iter().flatten();
    let entries =
        entries.map(|(id, name)| (name.clone(), json!({ "id": name, "ids": [id], "tokens": [name] })));
    json!({
        "type": "TemplateProcessing",
        "single": text(first, "A", 0),
        "pair": ([text(first, "A", 0), text(second, "B", 1)].concat()),
        "special_tokens": entries.collect::<serde_json::Map<_, _>>(),
    })
}
