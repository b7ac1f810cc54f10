//! Hugging Face's directories: `config.json` and weights in safetensors, or else in PyTorch's own files.

mod save;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::spec::HeadChoice;

use crate::error::{Error, Problem, codes};
use crate::file;
use crate::registry::{Configured, FormatAdapter, ModelEntry, ModelRegistry, OpenOptions, Opened, answering};
use crate::safetensors::{Fit, best_fit};
use crate::source::{TensorSource, open_source};

pub use save::{SaveRequest, save};

/// The name of the tables for this format.
pub const FORMAT: &str = "hf";

pub(crate) const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// A file beside the weights that is read when it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Its name in the directory.
    pub name: &'static str,
    /// Whether it holds the tokenizer or its chat template.
    pub is_tokenizer: bool,
}

const fn other(name: &'static str) -> Companion {
    Companion {
        name,
        is_tokenizer: false,
    }
}

const fn tokenizer(name: &'static str) -> Companion {
    Companion {
        name,
        is_tokenizer: true,
    }
}

/// Every companion of a checkpoint.
pub const COMPANIONS: &[Companion] = &[
    other("config.json"),
    other("generation_config.json"),
    tokenizer("tokenizer.json"),
    tokenizer("tokenizer_config.json"),
    tokenizer("special_tokens_map.json"),
    tokenizer("added_tokens.json"),
    tokenizer("tokenizer.model"),
    tokenizer("spiece.model"),
    tokenizer("vocab.json"),
    tokenizer("vocab.txt"),
    tokenizer("merges.txt"),
    tokenizer("chat_template.json"),
    tokenizer("chat_template.jinja"),
    other("modules.json"),
    other("sentence_bert_config.json"),
    other("config_sentence_transformers.json"),
    other("1_Pooling/config.json"),
];

/// Where the weights are; the first that is there is read.
pub(crate) const WEIGHTS_FILES: [&str; 4] = [
    WEIGHTS,
    INDEX,
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct HuggingFace;

impl FormatAdapter for HuggingFace {
    fn name(&self) -> &str {
        FORMAT
    }

    fn description(&self) -> &str {
        "a Hugging Face directory: config.json with model.safetensors or pytorch_model.bin"
    }

    fn recognises(&self, path: &Path) -> bool {
        let is_config = path.is_file() && path.file_name().is_some_and(|name| name == CONFIG);
        is_config || path.join(CONFIG).is_file() || weights_file(path).is_some()
    }

    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        let directory = if path.is_file() {
            path.parent().unwrap_or(Path::new(""))
        } else {
            path
        };
        open(directory, options, models)
    }
}

/// Opens a directory.
pub fn open(directory: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
    let config_path = directory.join(CONFIG);
    let config = read_config_file(&config_path)?;
    let source = weights_source(directory, options)?;
    let (entry, fit) =
        model_of(&config, source.as_deref(), options, models).map_err(|error| error.in_file(&config_path))?;
    let configured = Configured {
        format: FORMAT,
        path: &config_path,
        config,
        entry,
        fitting_head: fit.as_ref().map(|fit| fit.head.clone()),
        warnings: fit.iter().map(unnamed_model).collect(),
    };
    configured.open(source, options)
}

pub(crate) fn read_config_file(path: &Path) -> Result<Value, Error> {
    if !path.exists() {
        return Err(Problem::new(codes::NOT_FOUND, format!("there is no {CONFIG}"))
            .file(path)
            .expected("the configuration that belongs to the weights")
            .help("download it too; or open the weights file itself, which asks for what its shapes do not tell")
            .into());
    }
    let config = file::read_json(path)?;
    if !config.is_object() {
        return Err(
            Problem::new(codes::CONFIG_KIND, "the configuration is not an object")
                .file(path)
                .help("it should look like {\"model_type\": …}: download it again")
                .into(),
        );
    }
    Ok(config)
}

/// The model that the caller names, or that answers to the configuration's `model_type`. Old configurations have none;
/// then it is the model whose tensors these are.
fn model_of<'a>(
    config: &Value,
    source: Option<&dyn TensorSource>,
    options: &OpenOptions,
    models: &'a ModelRegistry,
) -> Result<(ModelEntry<'a>, Option<Fit<'a>>), Error> {
    if let Some(name) = &options.model {
        return Ok((models.named(name)?, None));
    }
    match (config.get("model_type"), source) {
        (Some(Value::String(model_type)), _) => Ok((answering(FORMAT, model_type, models)?, None)),
        (None, Some(source)) => {
            let fit =
                best_fit(source, options, models).map_err(|error| no_model_type(None, models, error))?;
            Ok((fit.entry, Some(fit)))
        }
        (found, _) => Err(no_model_type(found, models, Error { problems: Vec::new() })),
    }
}

fn no_model_type(found: Option<&Value>, models: &ModelRegistry, mut further: Error) -> Error {
    let problem = Problem::new(
        codes::UNKNOWN_MODEL,
        "the configuration does not say which model it is",
    )
    .key("model_type")
    .found(found.unwrap_or(&Value::Null))
    .expected(format!("one of {}", models.types(FORMAT).join(", ")))
    .help("add it, or name the model");
    further.problems.insert(0, problem);
    further
}

/// Said when the tensors had to tell what the configuration does not.
fn unnamed_model(fit: &Fit<'_>) -> Problem {
    let model = &fit.entry.model.body.name;
    let head = match &fit.head {
        HeadChoice::Base => String::new(),
        HeadChoice::Head(head) => format!(" with the head `{head}`"),
    };
    Problem::new(
        codes::UNKNOWN_MODEL,
        format!("the configuration does not say which model it is; the tensors are those of `{model}`{head}"),
    )
    .key("model_type")
    .help("add it, or name the model and the head, if this is not what you mean")
}

fn weights_source(directory: &Path, options: &OpenOptions) -> Result<Option<Arc<dyn TensorSource>>, Error> {
    match options.weights.clone().or_else(|| weights_file(directory)) {
        Some(path) => open_source(&path).map(Some),
        None if options.fresh => Ok(None),
        None => Err(no_weights(directory).into()),
    }
}

/// The file that the weights are read from, of those that are there.
pub(crate) fn weights_file(directory: &Path) -> Option<PathBuf> {
    let mut candidates = WEIGHTS_FILES.iter().map(|name| directory.join(name));
    candidates.find(|path| path.is_file())
}

pub(crate) fn no_weights(directory: &Path) -> Problem {
    let problem = Problem::new(codes::NO_WEIGHTS, "there are no weights")
        .file(directory)
        .expected(format!("one of {}", WEIGHTS_FILES.join(", ")));
    match other_weights(directory) {
        Some(name) => problem.found(&name).help(format!(
            "if they are in {name}, name it as the file with the weights"
        )),
        None => problem.help("download them too, or ask for a model with fresh numbers"),
    }
}

/// A file that looks like weights under a name of its own.
fn other_weights(directory: &Path) -> Option<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            [".safetensors", ".bin", ".pt", ".pth"]
                .iter()
                .any(|ending| name.ends_with(ending))
        })
        .collect();
    names.sort();
    names.into_iter().next()
}
