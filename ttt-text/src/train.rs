//! Training tokenizers.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer, Vocab};
use tokenizers::models::unigram::{Unigram, UnigramTrainer};
use tokenizers::models::wordlevel::WordLevel;
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer as Core};
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::file;

use crate::error::{decoded, guarded};
use crate::source::{Source, Steps, around, assemble};
use crate::special::{ROLES, Special};
use crate::tokenizer::Tokenizer;

/// What kind of tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Byte-level BPE, as GPT-2's and LLaMA 3's: says every text.
    Bpe,
    /// WordPiece, as BERT's: words split at spaces and punctuation, in small letters unless it is asked otherwise.
    WordPiece,
    /// A unigram language model, as SentencePiece's and T5's.
    Unigram,
    /// One token per character.
    Char,
}

/// How to train.
#[derive(Clone, Debug, Serialize)]
pub struct Options {
    /// What kind of tokenizer.
    pub kind: Kind,
    /// How many tokens there are to be at most, the special ones included.
    pub vocab_size: usize,
    /// How often a pair must occur to become a token; not of use for `Unigram`.
    pub min_frequency: u64,
    /// Whether capital letters become small ones; for `WordPiece` only.
    pub lowercase: bool,
    /// The special tokens, each with the roles it has: `("<|endoftext|>", ["bos", "eos"])`. They get the first ids.
    pub special: Vec<(String, Vec<String>)>,
}

impl Options {
    /// With the special tokens that tokenizers of this kind have.
    pub fn new(kind: Kind, vocab_size: usize) -> Options {
        let special: &[(&str, &[&str])] = match kind {
            Kind::Bpe => &[("<|endoftext|>", &["bos", "eos"])],
            Kind::WordPiece => &[
                ("[PAD]", &["pad"]),
                ("[UNK]", &["unk"]),
                ("[CLS]", &["cls"]),
                ("[SEP]", &["sep"]),
                ("[MASK]", &["mask"]),
            ],
            Kind::Unigram => &[
                ("<pad>", &["pad"]),
                ("<unk>", &["unk"]),
                ("<s>", &["bos"]),
                ("</s>", &["eos"]),
            ],
            Kind::Char => &[("<unk>", &["unk"])],
        };
        let roles = |roles: &&[&str]| roles.iter().map(|role| role.to_string()).collect();
        Options {
            kind,
            vocab_size,
            min_frequency: 2,
            lowercase: kind == Kind::WordPiece,
            special: special
                .iter()
                .map(|(token, names)| (token.to_string(), roles(names)))
                .collect(),
        }
    }
}

/// How much text is looked at at once, in bytes.
const CHUNK: usize = 1 << 16;

/// Trains on text files.
pub fn train_files(paths: &[PathBuf], options: &Options) -> Result<Tokenizer, Error> {
    let texts = paths
        .iter()
        .map(|path| file::read_text(path))
        .collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    train(&texts, options)
}

/// Trains on texts.
pub fn train(texts: &[&str], options: &Options) -> Result<Tokenizer, Error> {
    if texts.iter().all(|text| text.trim().is_empty()) {
        return Err(Problem::new(codes::TRAINING, "there is no text to train on").into());
    }
    let special = special(options)?;
    let core = match options.kind {
        Kind::Char => characters(texts, options)?,
        kind => {
            let least = options.special.len() + if kind == Kind::Bpe { 256 } else { 1 };
            if options.vocab_size < least {
                return Err(too_small(options.vocab_size, least));
            }
            trained(texts, options, &special)?
        }
    };
    let source = Source {
        format: "trained",
        files: Vec::new(),
        notes: Vec::new(),
    };
    Tokenizer::new(core, special, None, source)
}

/// The roles of the special tokens, whose ids are their places.
fn special(options: &Options) -> Result<Special, Error> {
    let mut special = Special::default();
    for (id, (token, roles)) in (0..).zip(&options.special) {
        for role in roles {
            if !ROLES.contains(&role.as_str()) {
                return Err(Problem::new(
                    codes::TRAINING,
                    format!("the token {token:?} cannot have this role"),
                )
                .found(role)
                .expected(format!("one of {}", ROLES.join(", ")))
                .into());
            }
            special.set(role, id);
        }
    }
    Ok(special)
}

/// Chunks of whole lines, so that no word is cut.
fn chunks<'a>(texts: &'a [&str]) -> impl Iterator<Item = String> + Send + 'a {
    texts.iter().flat_map(|text| {
        let mut rest = *text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let from = rest.floor_char_boundary(CHUNK);
            let end = rest[from..].find('\n').map_or(rest.len(), |at| from + at + 1);
            let (chunk, after) = rest.split_at(end);
            rest = after;
            Some(chunk.to_string())
        })
    })
}

fn trained(texts: &[&str], options: &Options, special: &Special) -> Result<Core, Error> {
    let added: Vec<AddedToken> = options
        .special
        .iter()
        .map(|(token, _)| AddedToken::from(token.clone(), true))
        .collect();
    let (mut core, mut trainer) = untrained(options, special, &added)?;
    guarded(codes::TRAINING, "training failed", || {
        core.train(&mut trainer, chunks(texts))?;
        core.add_special_tokens(added).map(|_| ())
    })?;
    let size = core.get_vocab_size(true);
    if size > options.vocab_size {
        return Err(too_small(options.vocab_size, size));
    }
    if options.kind == Kind::WordPiece
        && let (Some(cls), Some(sep)) = (named(options, special.cls), named(options, special.sep))
    {
        core.with_post_processor(Some(decoded::<tokenizers::PostProcessorWrapper>(around(
            Some(&cls),
            Some(&sep),
            None,
        ))?));
    }
    Ok(core)
}

/// The model and the steps around it, and what trains them.
fn untrained(
    options: &Options,
    special: &Special,
    added: &[AddedToken],
) -> Result<(Core, TrainerWrapper), Error> {
    let unknown = named(options, special.unk).map(|(_, token)| token);
    let mut steps = Steps::default();
    let (model, trainer): (tokenizers::ModelWrapper, TrainerWrapper) = match options.kind {
        Kind::Bpe => {
            let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
            (steps.pre_tokenizer, steps.decoder) = (byte_level.clone(), byte_level);
            let trainer = BpeTrainer::builder()
                .show_progress(false)
                .vocab_size(options.vocab_size)
                .min_frequency(options.min_frequency)
                .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
                .special_tokens(added.to_vec())
                .build();
            (BPE::default().into(), trainer.into())
        }
        Kind::WordPiece => {
            steps.normalizer = json!({
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                "lowercase": options.lowercase,
            });
            steps.pre_tokenizer = json!({ "type": "BertPreTokenizer" });
            steps.decoder = json!({ "type": "WordPiece", "prefix": "##", "cleanup": true });
            let unknown = unknown.ok_or_else(no_unknown)?;
            let model = guarded(codes::TRAINING, "training failed", || {
                WordPiece::builder().unk_token(unknown).build()
            })?;
            let trainer = WordPieceTrainer::builder()
                .show_progress(false)
                .vocab_size(options.vocab_size)
                .min_frequency(options.min_frequency)
                .special_tokens(added.to_vec())
                .build();
            (model.into(), trainer.into())
        }
        Kind::Unigram | Kind::Char => {
            let metaspace =
                json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true });
            (steps.pre_tokenizer, steps.decoder) = (metaspace.clone(), metaspace);
            let size = u32::try_from(options.vocab_size).unwrap_or(u32::MAX);
            let trainer = guarded(codes::TRAINING, "training failed", || {
                let mut builder = UnigramTrainer::builder();
                builder
                    .show_progress(false)
                    .vocab_size(size)
                    .special_tokens(added.to_vec())
                    .unk_token(unknown);
                Ok(builder.build()?)
            })?;
            (Unigram::default().into(), trainer.into())
        }
    };
    Ok((assemble(model, steps)?, trainer))
}

/// A vocabulary of the most frequent characters. A word level over single characters, so that any library reads it.
fn characters(texts: &[&str], options: &Options) -> Result<Core, Error> {
    let mut counts: HashMap<char, u64> = HashMap::new();
    for character in texts.iter().flat_map(|text| text.chars()) {
        *counts.entry(character).or_default() += 1;
    }
    let room = options.vocab_size.saturating_sub(options.special.len());
    if room == 0 {
        return Err(too_small(options.vocab_size, options.special.len() + 1));
    }
    let mut characters: Vec<(char, u64)> = counts.into_iter().collect();
    characters.sort_by_key(|&(character, count)| (std::cmp::Reverse(count), character));
    characters.truncate(room);
    characters.sort_unstable();
    let special = options.special.iter().map(|(token, _)| token.clone());
    let tokens = special.chain(characters.into_iter().map(|(character, _)| character.to_string()));
    let vocabulary: Vocab = tokens.zip(0..).collect();
    let unknown = options
        .special
        .iter()
        .find(|(_, roles)| roles.iter().any(|role| role == "unk"));
    let (unknown, _) = unknown.ok_or_else(no_unknown)?;
    let model = guarded(codes::TRAINING, "training failed", || {
        WordLevel::builder()
            .vocab(vocabulary)
            .unk_token(unknown.clone())
            .build()
    })?;
    let steps = Steps {
        pre_tokenizer: json!({
            "type": "Split", "pattern": { "Regex": r"[\s\S]" }, "behavior": "Isolated", "invert": false,
        }),
        decoder: json!({ "type": "Fuse" }),
        normalizer: Value::Null,
        post_processor: Value::Null,
    };
    let mut core = assemble(model, steps)?;
    let added = options
        .special
        .iter()
        .map(|(token, _)| AddedToken::from(token.clone(), true));
    guarded(codes::TRAINING, "training failed", || {
        core.add_special_tokens(added).map(|_| ())
    })?;
    Ok(core)
}

fn named(options: &Options, id: Option<u32>) -> Option<(u32, String)> {
    let (token, _) = options.special.get(usize::try_from(id?).ok()?)?;
    Some((id?, token.clone()))
}

fn no_unknown() -> Problem {
    Problem::new(
        codes::TRAINING,
        "this kind needs a token for what the vocabulary cannot say",
    )
    .expected("a special token with the role `unk`")
}

fn too_small(found: usize, least: usize) -> Error {
    Problem::new(codes::TRAINING, "the vocabulary is too small")
        .found(found)
        .expected(format!(
            "at least {least}: the special tokens, and every byte or character of the text"
        ))
        .into()
}
