//! `ttt tokenizer …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Format;

/// `ttt tokenizer`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Tokenizer {
    /// What to do.
    #[command(subcommand)]
    pub command: TokenizerCommand,
}

/// What is done with a tokenizer. SRC is a model, a directory, tokenizer.json, vocab.txt, vocab.json, or a GGUF file.
#[derive(Debug, Subcommand)]
pub enum TokenizerCommand {
    /// Says what a tokenizer is: its kind, size, special tokens and steps.
    Info(TokenizerInfo),
    /// Turns text into ids.
    Encode(Encode),
    /// Turns ids into text.
    Decode(Decode),
    /// Makes a tokenizer from texts.
    Train(Train),
}

/// `ttt tokenizer info`
#[derive(Debug, Args)]
pub struct TokenizerInfo {
    /// The tokenizer.
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `ttt tokenizer encode`
#[derive(Debug, Args)]
pub struct Encode {
    /// The tokenizer.
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    #[command(flatten)]
    pub texts: super::Texts,
    /// Leaves out the special tokens that the model expects around a text.
    #[arg(long)]
    pub no_special: bool,
    /// Text prints ids; JSON also tokens and where they stand, in bytes.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `ttt tokenizer decode`
#[derive(Debug, Args)]
pub struct Decode {
    /// The tokenizer.
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    /// The ids, with spaces or commas between.
    #[arg(value_name = "ID", required = true, value_delimiter = ',')]
    pub ids: Vec<u32>,
    /// Leaves special tokens out.
    #[arg(long)]
    pub skip_special: bool,
}

/// `ttt tokenizer train`
#[derive(Debug, Args)]
pub struct Train {
    /// Files with text.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What kind of tokenizer.
    #[arg(long, value_enum)]
    pub kind: KindChoice,
    /// How many tokens at most, the special ones included.
    #[arg(long, value_name = "N", default_value_t = 8000)]
    pub vocab_size: usize,
    /// How often a pair of tokens must occur to become one.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub min_frequency: u64,
    /// The directory that tokenizer.json is written to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// A kind of tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindChoice {
    /// Byte-level BPE, as GPT-2's.
    Bpe,
    /// WordPiece, as BERT's.
    Wordpiece,
    /// A unigram language model, as SentencePiece's.
    Unigram,
    /// One token per character.
    Char,
}
