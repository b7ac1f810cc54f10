//! A format: how it is recognised and opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::instance::{Instance, Scalar, Values};
use ttt_dsl::program::Program;
use ttt_dsl::spec::HeadChoice;

use super::ModelRegistry;
use crate::error::{Error, Problem};
use crate::weights::{Checkpoint, LoadReport};

/// A format. Users register their own with [`super::FormatRegistry::register`].
pub trait FormatAdapter: Send + Sync {
    /// A short name: `hf`.
    fn name(&self) -> &str;

    /// What it is and how it is recognised, in one line.
    fn description(&self) -> &str;

    /// Whether this looks like the format, by what it holds rather than by its name.
    fn recognises(&self, path: &Path) -> bool;

    /// Opens it: a model with params and, where there are some, weights.
    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error>;
}

/// What the caller says beside the path.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The model, where the file does not say or names none that is known.
    pub model: Option<String>,
    /// The head to build, or the base alone; what the file asks for when `None`.
    pub head: Option<HeadChoice>,
    /// Params that win over the file's: `("heads", "12")`.
    pub set: Vec<(String, String)>,
    /// A preset for params that the file does not tell.
    pub preset: Option<String>,
    /// The file with the weights, where it is not beside the schema.
    pub weights: Option<PathBuf>,
    /// Whether a checkpoint without weights is opened all the same, to start from fresh numbers.
    pub fresh: bool,
}

/// A model that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The format's name.
    pub format: String,
    /// The program that the model is of.
    pub program: Arc<Program>,
    /// The model's name.
    pub model: String,
    /// The head's name.
    pub head: Option<String>,
    /// The params, all of them.
    pub values: Values,
    /// The model evaluated with its params.
    pub instance: Instance,
    /// Its tensors, read when asked for.
    pub weights: Option<Checkpoint>,
    /// What became of every tensor.
    pub report: Option<LoadReport>,
    /// The configuration as it was, for saving it again.
    pub config: Option<Value>,
    /// What may be wrong.
    pub warnings: Vec<Problem>,
}

impl Opened {
    /// The longest sequence the model takes: its param `ctx`. `None` for a model without one.
    pub fn ctx(&self) -> Option<usize> {
        match self.values.get("ctx") {
            Some(Scalar::Int(ctx)) => usize::try_from(*ctx).ok(),
            _ => None,
        }
    }
}
