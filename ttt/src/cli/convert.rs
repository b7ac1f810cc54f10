//! `ttt convert`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Source;

/// `ttt convert`
#[derive(Debug, Args)]
pub struct Convert {
    #[command(flatten)]
    pub source: Source,
    /// Where it goes: a .gguf file, or a directory, which is written as Hugging Face's libraries do.
    #[arg(value_name = "DEST")]
    pub destination: PathBuf,
    /// How a .gguf file stores its matrices [default: f16].
    #[arg(long, value_enum)]
    pub encoding: Option<EncodingChoice>,
    /// Writes no tokenizer.
    #[arg(long)]
    pub no_tokenizer: bool,
}

/// How matrices are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncodingChoice {
    /// 32 bits.
    F32,
    /// 16 bits.
    F16,
    /// 16 bits, with the range of 32.
    Bf16,
    /// 8 bits, in blocks of 32 with one scale.
    #[value(name = "q8_0")]
    Q8_0,
    /// 4 bits, in blocks of 32 with one scale.
    #[value(name = "q4_0")]
    Q4_0,
    /// 4 bits, in blocks of 32 with a scale and a minimum.
    #[value(name = "q4_1")]
    Q4_1,
}
