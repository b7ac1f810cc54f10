//! Why a loss cannot be computed.

use ttt_dsl::instance::EvaluateError;

/// Why labels and outputs make no loss.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LossError {
    /// There is no head, or the head declares no loss.
    #[error("{model} declares no loss here: build it with a head that has one")]
    None {
        /// The model, and its head.
        model: String,
    },
    /// Labels that were not given.
    #[error("the loss needs `{labels}`: {expected}")]
    Missing {
        /// The labels' name.
        labels: String,
        /// Their declared type.
        expected: String,
    },
    /// Labels that no loss of the head reads.
    #[error("the loss reads no `{labels}`: it reads {}", expected.join(", "))]
    Unknown {
        /// The labels' name.
        labels: String,
        /// The names that are read.
        expected: Vec<String>,
    },
    /// An output of the head that was not given.
    #[error("the loss needs the output `{output}`: give what the model's forward gives")]
    Output {
        /// The output's name.
        output: String,
    },
    /// Labels, outputs or a mask of another type or other sizes than the loss reads.
    #[error("`{name}` is {found}, expected {expected}")]
    Shape {
        /// What it is.
        name: String,
        /// What the loss reads.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A label that is no class.
    #[error("`{labels}` holds {found}, expected 0 to {} or -100 for what does not count", classes - 1)]
    Class {
        /// The labels' name.
        labels: String,
        /// The label.
        found: i64,
        /// How many classes there are.
        classes: usize,
    },
    /// A static argument without a value.
    #[error(transparent)]
    Static(#[from] EvaluateError),
    /// The program is not one that the checker gave.
    #[error("the program is not consistent: {0}")]
    Program(String),
}
