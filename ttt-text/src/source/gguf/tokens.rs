//! The list of tokens, and what kind each is.

use tokenizers::models::bpe::Vocab;
use tokenizers::{AddedToken, Tokenizer};
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::gguf::{File, Value};

use crate::source::assemble::add;
use crate::source::check;

/// What a token is. The numbers are SentencePiece's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A piece of text, and every kind that is not below.
    Normal,
    /// Stands for what the vocabulary cannot say.
    Unknown,
    /// Special: never in plain text.
    Control,
    /// Matched in a text before anything else.
    User,
    /// One byte, spelled `<0x0A>`.
    Byte,
}

impl Kind {
    fn of(number: i64) -> Kind {
        match number {
            2 => Kind::Unknown,
            3 => Kind::Control,
            4 => Kind::User,
            6 => Kind::Byte,
            _ => Kind::Normal,
        }
    }
}

/// The tokens by id.
#[derive(Debug)]
pub struct Tokens<'a> {
    names: &'a [String],
    kinds: Vec<Kind>,
    /// The higher, the earlier a token is merged; empty for tokenizers without.
    pub scores: &'a [f32],
}

impl<'a> Tokens<'a> {
    /// Reads the lists, which must be equally long.
    pub fn read(file: &'a File) -> Result<Tokens<'a>, Error> {
        let names = file.require("tokenizer.ggml.tokens", "a list of strings", Value::as_strings)?;
        let kinds = file.get(
            "tokenizer.ggml.token_type",
            "a list of whole numbers",
            Value::as_integers,
        )?;
        let scores = file
            .get("tokenizer.ggml.scores", "a list of f32", Value::as_floats)?
            .unwrap_or_default();
        let kinds: Vec<Kind> = match kinds {
            Some(numbers) => numbers.into_iter().map(Kind::of).collect(),
            None => vec![Kind::Normal; names.len()],
        };
        for (key, length) in [("token_type", kinds.len()), ("scores", scores.len())] {
            if length != names.len() && !(key == "scores" && length == 0) {
                return Err(
                    Problem::new(codes::TOKENIZER, "lists of the tokenizer are not equally long")
                        .file(file.path())
                        .key(format!("tokenizer.ggml.{key}"))
                        .found(format!("{length} values"))
                        .expected(format!("{}, one per token", names.len()))
                        .into(),
                );
            }
        }
        Ok(Tokens { names, kinds, scores })
    }

    /// The token with this id.
    pub fn name(&self, id: u32) -> Option<&'a str> {
        self.names.get(usize::try_from(id).ok()?).map(String::as_str)
    }

    /// The tokens in order, each with its kind.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Kind)> + '_ {
        self.names
            .iter()
            .map(String::as_str)
            .zip(self.kinds.iter().copied())
    }

    /// Every token with its id.
    pub fn vocabulary(&self) -> Result<Vocab, Error> {
        check::list(self.names.iter().map(String::as_str))
    }

    /// Tells a tokenizer which of its tokens are matched in a text before anything else.
    pub fn mark(&self, core: &mut Tokenizer) -> Result<(), Error> {
        let added = self.iter().filter_map(|(name, kind)| match kind {
            Kind::Control | Kind::Unknown => Some(AddedToken::from(name, true).normalized(false)),
            Kind::User => Some(AddedToken::from(name, false).normalized(false)),
            Kind::Normal | Kind::Byte => None,
        });
        add(core, added.collect())
    }
}
