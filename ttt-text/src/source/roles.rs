//! Which of a vocabulary's tokens are special, and what for.

use tokenizers::{AddedToken, ModelWrapper, Tokenizer};
use ttt_adapters::error::{Error, codes};

use super::companions::Companions;
use crate::error::guarded;
use crate::special::{ROLES, Special};

/// The names that roles go by where no file says them.
const USUAL: [(&str, &[&str]); 7] = [
    ("bos", &["<s>", "<|begin_of_text|>", "<bos>"]),
    ("eos", &["</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"]),
    ("unk", &["[UNK]", "<unk>"]),
    ("pad", &["[PAD]", "<pad>"]),
    ("cls", &["[CLS]"]),
    ("sep", &["[SEP]"]),
    ("mask", &["[MASK]", "<mask>"]),
];

/// The special tokens by role, as the files beside the vocabulary name them. They become special if they are not.
pub fn assign(
    core: &mut Tokenizer,
    companions: &Companions,
    notes: &mut Vec<String>,
) -> Result<Special, Error> {
    let mut special = Special::default();
    for role in ROLES {
        let Some(token) = companions.role(role) else {
            continue;
        };
        match core.token_to_id(token) {
            Some(id) => special.set(role, id),
            None => {
                notes.push(format!(
                    "`{role}_token` is {token:?}, which is not in the vocabulary; it is left out"
                ));
                continue;
            }
        }
        mark(core, token)?;
    }
    if special == Special::default() {
        assume(core, &mut special, notes);
    }
    if special.unk.is_none() {
        special.unk = unknown_of(core);
    }
    Ok(special)
}

/// Makes a token of the vocabulary special.
pub fn mark(core: &mut Tokenizer, token: &str) -> Result<(), Error> {
    let added = core.get_added_vocabulary();
    if added.is_special_token(token) {
        return Ok(());
    }
    guarded(codes::TOKENIZER, "a special token cannot be added", || {
        core.add_special_tokens([AddedToken::from(token, true)])
            .map(|_| ())
    })
}

/// Gives roles to the special tokens that have a usual name.
fn assume(core: &Tokenizer, special: &mut Special, notes: &mut Vec<String>) {
    for (role, names) in USUAL {
        let found = names
            .iter()
            .find(|name| core.get_added_vocabulary().is_special_token(name));
        if let Some((name, id)) = found.and_then(|name| Some((name, core.token_to_id(name)?))) {
            special.set(role, id);
            notes.push(format!(
                "no file says what the special tokens are for; {name} is taken as `{role}`"
            ));
        }
    }
}

fn unknown_of(core: &Tokenizer) -> Option<u32> {
    match core.get_model() {
        ModelWrapper::BPE(model) => core.token_to_id(model.unk_token.as_ref()?),
        ModelWrapper::WordPiece(model) => core.token_to_id(&model.unk_token),
        ModelWrapper::WordLevel(model) => core.token_to_id(&model.unk_token),
        ModelWrapper::Unigram(_) => None,
    }
}
