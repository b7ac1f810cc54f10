//! From a path to a model that runs.

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::registry::{FormatAdapter, FormatRegistry, ModelRegistry, OpenOptions, Opened};
use ttt_dsl::program::Program;
use ttt_dsl::spec::{HeadChoice, Name};
use ttt_runtime::interpret::{BuildError, DynModel, ModuleFactory};
use ttt_runtime::load::{self, load_parameters};
use ttt_runtime::{Init, Module};

use crate::packer::Packer;

/// Opens schemas and checkpoints: with the built-in families and formats, and with those that are added.
pub struct Opener {
    formats: FormatRegistry,
    models: ModelRegistry,
    pub(crate) options: OpenOptions,
}

impl Default for Opener {
    fn default() -> Opener {
        Opener {
            formats: FormatRegistry::default(),
            models: built_in(),
            options: OpenOptions::default(),
        }
    }
}

impl Opener {
    /// The built-in families and formats.
    pub fn new() -> Opener {
        Opener::default()
    }

    /// Adds a format, which is asked before those that were there.
    pub fn format(mut self, adapter: Box<dyn FormatAdapter>) -> Opener {
        self.formats.register(adapter);
        self
    }

    /// Adds the models of a program: `MyModel::program()` of an expanded one.
    pub fn program(mut self, program: Arc<Program>) -> Opener {
        self.models.register(program);
        self
    }

    /// Names the model, where the source declares several or does not say.
    pub fn model(mut self, name: impl Into<String>) -> Opener {
        self.options.model = Some(name.into());
        self
    }

    /// Asks for a head, whatever the source says; `base` is none.
    pub fn head(mut self, name: &str) -> Opener {
        self.options.head = Some(head_choice(name));
        self
    }

    /// Starts from a preset, for params that the source does not tell.
    pub fn preset(mut self, name: impl Into<String>) -> Opener {
        self.options.preset = Some(name.into());
        self
    }

    /// Sets a param over what the source says.
    pub fn set(mut self, param: impl Into<String>, value: impl ToString) -> Opener {
        self.options.set.push((param.into(), value.to_string()));
        self
    }

    /// Takes the tensors from this file.
    pub fn weights(mut self, path: impl AsRef<Path>) -> Opener {
        self.options.weights = Some(path.as_ref().to_path_buf());
        self
    }

    /// Also opens a checkpoint without weights; its parameters start from fresh numbers.
    pub fn fresh(mut self) -> Opener {
        self.options.fresh = true;
        self
    }

    /// Opens a path. No tensor is read yet.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Opened, ttt_adapters::Error> {
        self.formats.open(path.as_ref(), &self.options, &self.models)
    }

    /// Opens a path with this head.
    pub(crate) fn open_with_head(&self, path: &Path, head: &str) -> Result<Opened, ttt_adapters::Error> {
        let options = OpenOptions {
            head: Some(head_choice(head)),
            ..self.options.clone()
        };
        self.formats.open(path, &options, &self.models)
    }

    /// Opens a registered model by its name, without weights: `Gpt2`, or `gpt2`.
    pub fn open_named(&self, name: &str) -> Result<Opened, ttt_adapters::Error> {
        ttt_adapters::registry::open_named(name, &self.options, &self.models)
    }

    /// The formats that are known.
    pub fn formats(&self) -> &FormatRegistry {
        &self.formats
    }

    /// The models that can be named.
    pub fn models(&self) -> &ModelRegistry {
        &self.models
    }
}

fn head_choice(name: &str) -> HeadChoice {
    match name {
        "base" => HeadChoice::Base,
        name => HeadChoice::Head(Name::new(name)),
    }
}

/// Opens a schema or checkpoint with the built-in families and formats.
pub fn open(path: impl AsRef<Path>) -> Result<Opened, ttt_adapters::Error> {
    Opener::new().open(path)
}

/// The built-in families.
pub fn built_in() -> ModelRegistry {
    let mut models = ModelRegistry::new();
    for program in ttt_models::programs() {
        models.register(program);
    }
    models
}

/// Why an opened model does not load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The model cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A tensor cannot be read or does not fit.
    #[error(transparent)]
    Parameters(#[from] load::LoadError<ttt_adapters::Error>),
}

/// Builds an opened model and fills it with its weights. What no checkpoint fills starts from fresh numbers; opening has
/// already refused a checkpoint with gaps.
pub fn load(opened: &Opened, init: &Init) -> Result<DynModel, LoadError> {
    let model = ModuleFactory::new().from_instance(opened.program.clone(), opened.instance.clone(), init)?;
    fill(model, opened, init)
}

/// Fills a module with an opened model's weights: an expanded one that was made with the params of the source, or an
/// interpreted one. Matrices are kept as `init` says and as the schema's `quantize` asks.
pub fn fill<M: Module>(model: M, opened: &Opened, init: &Init) -> Result<M, LoadError> {
    let Some(checkpoint) = &opened.weights else {
        return Ok(model);
    };
    let packer = Packer::new(opened, checkpoint, init);
    let (model, _fresh) = load_parameters(model, init.dtype, &mut |path| packer.read(path))?;
    Ok(model)
}
