//! Commands that work on text.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, Precision, Source};

/// A model that a text command runs.
#[derive(Debug, Args)]
pub struct Runner {
    #[command(flatten)]
    pub source: Source,
    /// The precision of weights and arithmetic.
    #[arg(long, value_enum, default_value_t)]
    pub dtype: Precision,
    /// How results are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Texts from the command line or a file.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Texts {
    /// A text; may be given several times.
    #[arg(long = "text", value_name = "TEXT")]
    pub texts: Vec<String>,
    /// A file with a text on each line; `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// How tokens are chosen. What is left out is as the checkpoint's generation_config.json says.
#[derive(Debug, Args)]
#[command(next_help_heading = "Choosing tokens")]
pub struct Choosing {
    /// Takes the likeliest token each time.
    #[arg(long, conflicts_with_all = ["temperature", "top_k", "top_p", "min_p", "seed"])]
    pub greedy: bool,
    /// Draws at random, from scores divided by this; 0 is --greedy.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub temperature: Option<f32>,
    /// Draws from this many of the likeliest tokens; 0 is all.
    #[arg(long, value_name = "K")]
    pub top_k: Option<usize>,
    /// Draws from the likeliest tokens that together reach this probability.
    #[arg(long, value_name = "P")]
    pub top_p: Option<f32>,
    /// Draws from tokens at least this often as likely as the likeliest.
    #[arg(long, value_name = "P")]
    pub min_p: Option<f32>,
    /// Makes tokens that were there less likely; 1 is none.
    #[arg(long, value_name = "R")]
    pub repetition_penalty: Option<f32>,
    /// Taken from the score of tokens that were generated; 0 is none.
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    pub presence_penalty: Option<f32>,
    /// Where random draws begin: the same seed gives the same text [default: another each time].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The most new tokens.
    #[arg(long, value_name = "N")]
    pub max_new_tokens: Option<usize>,
    /// Ends the text where this begins; may be given several times.
    #[arg(long = "stop", value_name = "TEXT")]
    pub stop: Vec<String>,
}

/// `ttt generate`
#[derive(Debug, Args)]
pub struct Generate {
    #[command(flatten)]
    pub runner: Runner,
    /// What is continued; several run as one batch.
    #[arg(long = "prompt", value_name = "TEXT", required_unless_present = "prompt_file")]
    pub prompts: Vec<String>,
    /// A file with one prompt; `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    pub prompt_file: Option<PathBuf>,
    /// Puts the prompt to the model as a message of a conversation, with the checkpoint's chat template.
    #[arg(long)]
    pub chat: bool,
    /// Instructions before the message.
    #[arg(long, value_name = "TEXT", requires = "chat")]
    pub system: Option<String>,
    #[command(flatten)]
    pub choosing: Choosing,
}

/// `ttt chat`
#[derive(Debug, Args)]
pub struct Chat {
    #[command(flatten)]
    pub source: Source,
    /// The precision of weights and arithmetic.
    #[arg(long, value_enum, default_value_t)]
    pub dtype: Precision,
    /// Instructions before the first message.
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    #[command(flatten)]
    pub choosing: Choosing,
}

/// `ttt embed`
#[derive(Debug, Args)]
pub struct Embed {
    #[command(flatten)]
    pub runner: Runner,
    #[command(flatten)]
    pub texts: Texts,
    /// How the vectors of a text's tokens become one [default: as the checkpoint says].
    #[arg(long, value_enum)]
    pub pooling: Option<PoolingChoice>,
    /// Scales vectors to length one, or not [default: as the checkpoint says].
    #[arg(long, value_name = "BOOL")]
    pub normalize: Option<bool>,
}

/// How tokens' vectors become a text's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PoolingChoice {
    /// The mean.
    Mean,
    /// The first token's.
    Cls,
    /// The last token's.
    Last,
}

/// `ttt classify`
#[derive(Debug, Args)]
pub struct Classify {
    #[command(flatten)]
    pub runner: Runner,
    #[command(flatten)]
    pub texts: Texts,
    /// A second text that goes with the first, as in entailment.
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub pair: Option<String>,
    /// How many labels are printed [default: all].
    #[arg(long, value_name = "N")]
    pub top: Option<std::num::NonZeroUsize>,
}

/// `ttt tag`
#[derive(Debug, Args)]
pub struct Tag {
    #[command(flatten)]
    pub runner: Runner,
    #[command(flatten)]
    pub texts: Texts,
    /// How labelled tokens become entities.
    #[arg(long, value_enum, default_value_t)]
    pub aggregation: AggregationChoice,
}

/// How labelled tokens become entities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AggregationChoice {
    /// Each token stands alone.
    None,
    /// Neighbours of one label are joined.
    #[default]
    Simple,
    /// A word has its first token's label.
    First,
    /// A word has the label with the highest mean.
    Average,
    /// A word has its surest token's label.
    Max,
}

/// `ttt fill-mask`
#[derive(Debug, Args)]
pub struct FillMask {
    #[command(flatten)]
    pub runner: Runner,
    #[command(flatten)]
    pub texts: Texts,
    /// How many guesses for each mask.
    #[arg(long, value_name = "N", default_value = "5")]
    pub top: std::num::NonZeroUsize,
}

/// `ttt answer`
#[derive(Debug, Args)]
pub struct Answer {
    #[command(flatten)]
    pub runner: Runner,
    /// The question.
    #[arg(long, value_name = "TEXT")]
    pub question: String,
    /// The text that holds the answer.
    #[arg(long, value_name = "TEXT", required_unless_present = "context_file")]
    pub context: Option<String>,
    /// A file with the text that holds the answer; `-` is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "context")]
    pub context_file: Option<PathBuf>,
    /// How many answers.
    #[arg(long, value_name = "N", default_value = "1")]
    pub top: std::num::NonZeroUsize,
}

/// `ttt next-sentence`
#[derive(Debug, Args)]
pub struct NextSentence {
    #[command(flatten)]
    pub runner: Runner,
    /// The first text.
    #[arg(long, value_name = "TEXT")]
    pub first: String,
    /// The text that may follow it; may be given several times.
    #[arg(long, value_name = "TEXT", required = true)]
    pub second: Vec<String>,
}

/// `ttt score`
#[derive(Debug, Args)]
pub struct Score {
    #[command(flatten)]
    pub runner: Runner,
    /// The text; `-` is the standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How many tokens the model reads at a time [default: as many as it takes, up to 1024].
    #[arg(long, value_name = "N")]
    pub window: Option<usize>,
    /// By how many tokens it moves on [default: half of the window].
    #[arg(long, value_name = "N")]
    pub stride: Option<usize>,
}
