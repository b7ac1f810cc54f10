//! The grammar of `ttt bench`.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};

use super::{Format, Precision, Source};

/// `ttt bench`
#[derive(Debug, Args)]
pub struct Bench {
    #[command(flatten)]
    pub source: Source,
    /// Measures this alone; may be given several times [default: all that the model does].
    #[arg(long, value_enum, value_name = "WHAT")]
    pub only: Vec<Measurement>,
    /// Tokens of the prompt that is read, and of an encoder's texts [default: 512 and 128, or the model's context].
    #[arg(long, value_name = "N")]
    pub prompt_tokens: Option<NonZeroUsize>,
    /// Tokens that are generated [default: 64, or as many as the context leaves room for].
    #[arg(long, value_name = "N")]
    pub new_tokens: Option<NonZeroUsize>,
    /// Tokens that are there before the first generated one [default: 32].
    #[arg(long, value_name = "N")]
    pub depth: Option<NonZeroUsize>,
    /// Sequences at once, but for the cold start.
    #[arg(long, value_name = "N", default_value = "1")]
    pub batch: NonZeroUsize,
    /// How often each is measured, after once unmeasured; the median counts.
    #[arg(long, value_name = "N", default_value = "5")]
    pub repeat: NonZeroUsize,
    /// Threads [default: RAYON_NUM_THREADS, or one for each core].
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// The precision of weights.
    #[arg(long, value_enum, default_value_t)]
    pub dtype: Precision,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Measurement {
    /// Reading a prompt up to its first new token.
    Prefill,
    /// Generating tokens one by one.
    Decode,
    /// One pass of a model that does not generate.
    Forward,
    /// Opening, loading and a first pass over 16 tokens: of a process of its own, or alone of this one.
    Cold,
}
