//! What can go wrong between text and result.

use crate::generate::GenerateError;
use crate::interpret::RunError;

/// Why a task gives no result.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The tokenizer or the chat template failed.
    #[error(transparent)]
    Text(#[from] ttt_text::Error),
    /// The model did not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// No token comes.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The model does not give what the task needs.
    #[error(
        "{model} gives {}, and this task needs `{output}` of {rank} dimensions\nhelp: open it with the head that gives it; a `--head` that is not there lists those that are",
        list(found)
    )]
    NoOutput {
        /// The model.
        model: String,
        /// What the task needs.
        output: String,
        /// Its number of dimensions.
        rank: usize,
        /// What the model gives besides.
        found: Vec<String>,
    },
    /// The tokenizer has no token for a role that the task needs.
    #[error("the tokenizer has no {role} token\nhelp: {help}")]
    NoToken {
        /// The role: `mask`.
        role: &'static str,
        /// How to mend it.
        help: &'static str,
    },
    /// The input is not one that the task can work on.
    #[error("{found}\nhelp: {help}")]
    Input {
        /// What is wrong.
        found: String,
        /// How to mend it.
        help: String,
    },
    /// A file beside the checkpoint cannot be used.
    #[error("{}: {found}\nexpected: {expected}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A tensor's numbers cannot be read.
    #[error("the model's numbers cannot be read: {0}")]
    Numbers(String),
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "nothing else".to_string()
    } else {
        names.join(", ")
    }
}

impl PipelineError {
    pub(super) fn input(found: impl Into<String>, help: impl Into<String>) -> PipelineError {
        PipelineError::Input {
            found: found.into(),
            help: help.into(),
        }
    }
}
