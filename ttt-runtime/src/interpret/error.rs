//! What can go wrong when a model is built or run.

use std::fmt;

use ttt_dsl::diagnostic::Report;
use ttt_dsl::instance::{EvaluateError, InstanceError};

use crate::tensor::{MAX_RANK, WrongTensor};

/// Why a schema and numbers do not make a module.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The schema is wrong; the report says where and how to mend it.
    #[error("the schema has mistakes: {}", Summary(.0))]
    Schema(Report),
    /// The schema declares several models, and none was named.
    #[error("the schema has the models {}: say which one", .0.join(", "))]
    WhichModel(Vec<String>),
    /// The numbers do not fit the schema.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A leaf's Rust code was not registered.
    #[error("{part}: the leaf `{leaf}` is written in Rust: register it with `ModuleFactory::register_leaf`")]
    UnknownLeaf {
        /// Where it is used.
        part: String,
        /// The leaf's name.
        leaf: String,
    },
    /// A param of a standard leaf is not what the leaf takes.
    #[error("{part}: `{param}` of the leaf `{leaf}` is {found}, expected {expected}")]
    LeafParam {
        /// Where the leaf is used.
        part: String,
        /// The leaf's name.
        leaf: String,
        /// The param.
        param: String,
        /// What it takes.
        expected: &'static str,
        /// What it was given.
        found: String,
    },
    /// A tensor has more dimensions than the runtime computes with.
    #[error("{path}: a tensor of {rank} dimensions, at most {MAX_RANK} are supported")]
    TooManyDimensions {
        /// The tensor's path.
        path: String,
        /// Its number of dimensions.
        rank: usize,
    },
    /// The program and the instance are not of one schema.
    #[error("{part}: the instance is not of this program: {what}")]
    Mismatch {
        /// The part.
        part: String,
        /// What does not fit.
        what: String,
    },
}

/// The first few messages of a report in one line.
struct Summary<'a>(&'a Report);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.diagnostics.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", diagnostic.message)?;
        }
        Ok(())
    }
}

/// Why a model cannot run on its inputs.
///
/// `part` is the path of the part that was called, empty for the model itself.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RunError {
    /// The model has no such input.
    #[error("`{input}` is not an input of the model: it takes {}", expected.join(", "))]
    UnknownInput {
        /// What was given.
        input: String,
        /// The model's inputs, with their types.
        expected: Vec<String>,
    },
    /// An input without a default was left out.
    #[error("the input `{input}` is missing: expected {expected}")]
    MissingInput {
        /// The input.
        input: String,
        /// Its type.
        expected: String,
    },
    /// An input of another element type or number of dimensions.
    #[error("{}`{input}` is {found}, expected {expected}", Part(part))]
    WrongType {
        /// The part.
        part: String,
        /// The input.
        input: String,
        /// Its declared type.
        expected: String,
        /// The given tensor's element type and sizes.
        found: String,
    },
    /// A dimension of another size.
    #[error(
        "{}dimension {axis} (`{dim}`) of `{input}` is {found}, expected {expected}{}",
        Part(part),
        Because(because)
    )]
    WrongSize {
        /// The part.
        part: String,
        /// The input.
        input: String,
        /// The index of the dimension.
        axis: usize,
        /// The dimension as declared.
        dim: String,
        /// The size it must have.
        expected: usize,
        /// The size it has.
        found: usize,
        /// The input that bound the dimension, when another one did.
        because: Option<String>,
    },
    /// An index that its table does not have.
    #[error("{part}: {id} at {at:?} of `{input}` is not an entry: expected 0 to {}", entries.saturating_sub(1))]
    IdOutOfRange {
        /// The embedding.
        part: String,
        /// What was looked up.
        input: String,
        /// The index.
        id: i64,
        /// Where it stands.
        at: Vec<usize>,
        /// The number of entries of the table.
        entries: usize,
    },
    /// A tensor of the context that does not fit the inputs.
    #[error("{}the context's {what} is {found:?}, expected {expected:?}", Part(part))]
    Context {
        /// The part.
        part: String,
        /// Which one.
        what: &'static str,
        /// The sizes it must have.
        expected: Vec<usize>,
        /// The sizes it has.
        found: Vec<usize>,
    },
    /// More tokens than the cache was made for.
    #[error(
        "{}the cache has room for {capacity} tokens: {cached} are in it and {new} more come",
        Part(part)
    )]
    CacheFull {
        /// The part.
        part: String,
        /// For how many tokens it was made.
        capacity: usize,
        /// How many it holds.
        cached: usize,
        /// How many come.
        new: usize,
    },
    /// An index of a slice beyond its dimension.
    #[error("{}index {index} of a dimension of size {size}", Part(part))]
    IndexOutOfRange {
        /// The part.
        part: String,
        /// The index.
        index: i64,
        /// The dimension's size.
        size: usize,
    },
    /// Sizes that an operation cannot bring together.
    #[error("{}`{operation}` cannot take {}", Part(part), shapes.join(" and "))]
    Incompatible {
        /// The part.
        part: String,
        /// The operation.
        operation: String,
        /// What it was given.
        shapes: Vec<String>,
    },
    /// A tensor has more dimensions than the runtime computes with.
    #[error(
        "{}a tensor of {rank} dimensions, from 1 to {MAX_RANK} are supported",
        Part(part)
    )]
    TooManyDimensions {
        /// The part.
        part: String,
        /// The number of dimensions.
        rank: usize,
    },
    /// A tensor that is not what the schema says.
    #[error("{}{wrong}", Part(part))]
    WrongTensor {
        /// The part.
        part: String,
        /// What was expected and found.
        wrong: WrongTensor,
    },
    /// A static expression without a value.
    #[error("{}{error}", Part(part))]
    Static {
        /// The part.
        part: String,
        /// Why.
        error: EvaluateError,
    },
    /// A leaf of the user's failed.
    #[error("{part}: {message}")]
    Leaf {
        /// The part.
        part: String,
        /// What it said.
        message: String,
    },
    /// The model was built from a program that no check has made.
    #[error("{}the program is inconsistent: {what}", Part(part))]
    Program {
        /// The part.
        part: String,
        /// What is missing.
        what: String,
    },
}

/// `h.0.attn: `, or nothing for the model itself.
struct Part<'a>(&'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, "{}: ", self.0)
        }
    }
}

/// ` as in `input_ids``, or nothing.
struct Because<'a>(&'a Option<String>);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(input) => write!(f, " as in `{input}`"),
            None => Ok(()),
        }
    }
}
