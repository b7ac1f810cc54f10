//! What can go wrong on the way from a directory to vectors.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::interpret::RunError;

/// Why a directory gives no sentence embeddings.
#[derive(Debug, Error)]
pub enum EmbedError {
    /// A file is missing or cannot be read.
    #[error("{}: {source}\nhelp: {help}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
        /// How to mend it.
        help: &'static str,
    },
    /// A file does not say what it should.
    #[error("{}: {found}\nexpected: {expected}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A text cannot be tokenized.
    #[error("the tokenizer failed: {0}")]
    Tokenize(String),
    /// The model has no output of one vector per token.
    #[error(
        "the model has no output `last_hidden_state` of the shape [B, T, D]\nhelp: open the checkpoint without a head"
    )]
    NoHiddenState,
    /// The model refused its inputs.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl EmbedError {
    pub(super) fn malformed(path: &Path, found: impl ToString, expected: &'static str) -> EmbedError {
        EmbedError::Malformed {
            path: path.to_path_buf(),
            found: found.to_string(),
            expected,
        }
    }

    pub(super) fn tokenize(error: tokenizers::Error) -> EmbedError {
        EmbedError::Tokenize(error.to_string())
    }
}
