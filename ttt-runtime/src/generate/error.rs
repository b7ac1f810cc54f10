//! What can go wrong while tokens are generated.

use std::path::PathBuf;

use crate::interpret::RunError;

/// Why no token comes.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The model did not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The model has no output that scores the next token.
    #[error("the model gives {}, not the scores `logits` [batch, sequence, vocabulary] of a next token\nhelp: open it with a head such as `lm`", list(.0))]
    NoScores(Vec<String>),
    /// A prompt without a token.
    #[error("prompt {} has no token\nhelp: a model continues at least one: give a text", .0 + 1)]
    EmptyPrompt(usize),
    /// A prompt is longer than the model's context.
    #[error("prompt {} has {tokens} tokens, and the model takes sequences of {ctx}\nhelp: shorten it", index + 1)]
    LongPrompt {
        /// Which prompt, from 0.
        index: usize,
        /// Its length.
        tokens: usize,
        /// The longest sequence.
        ctx: usize,
    },
    /// A setting outside its range.
    #[error("`{name}` is {found}, expected {expected}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What it was.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Scores that are no numbers.
    #[error(
        "the scores of the next token are not finite: the weights are damaged, or the precision is too low for them"
    )]
    NotFinite,
    /// A file of settings that cannot be used.
    #[error("{}: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and how to mend it.
        what: String,
    },
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
