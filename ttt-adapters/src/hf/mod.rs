//! Hugging Face's directories: `config.json` and weights in safetensors.

mod save;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::program::CheckedModel;
use ttt_dsl::spec::{ConfigTable, ExprKind, HeadChoice, WeightsTable};

use crate::config::{ConfigContext, ConfigReader};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::name::nearest_help;
use crate::registry::{FormatAdapter, Found, ModelEntry, ModelRegistry, OpenOptions, Opened};
use crate::source::{SafetensorsFile, ShardedSafetensors, TensorSource};
use crate::weights::Names;

pub use save::{SaveRequest, save};

/// The name of the tables for this format.
pub const FORMAT: &str = "hf";

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct HuggingFace;

impl FormatAdapter for HuggingFace {
    fn name(&self) -> &str {
        FORMAT
    }

    fn description(&self) -> &str {
        "a Hugging Face directory: config.json with model.safetensors"
    }

    fn recognises(&self, path: &Path) -> bool {
        let is_config = path.is_file() && path.file_name().is_some_and(|name| name == CONFIG);
        is_config
            || [CONFIG, WEIGHTS, INDEX]
                .iter()
                .any(|file| path.join(file).is_file())
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
    let entry = model_of(&config, options, models).map_err(|error| error.in_file(&config_path))?;
    let (config_table, weights_table) = tables(entry)?;
    let mut found =
        Found::new(FORMAT, &config_path, entry, options).map_err(|error| error.in_file(&config_path))?;
    let source = weights_source(directory, options)?;
    let names = source.as_ref().map(|source| {
        let names = source.tensors().keys().map(String::as_str);
        Names::new(names, weights_table)
    });
    let needed = needed(entry.model, options.head.as_ref());
    let present = |tensor: &str| names.as_ref().is_some_and(|names| names.has(tensor));
    let reader = ConfigReader {
        program: entry.program,
        model: entry.model,
        table: config_table,
    };
    let context = ConfigContext {
        given: Some(&found.values),
        present: names.is_some().then_some(&present),
        needed: &needed,
        head_given: options.head.is_some(),
    };
    let reading = reader
        .read(&config, context)
        .map_err(|error| error.in_file(&config_path))?;
    drop(names);
    let asked = reading.head.unwrap_or(HeadChoice::Base);
    if options.head.is_none() {
        found.head = asked.clone();
    }
    found.fresh_head = found.head != asked;
    if found.fresh_head {
        found.chosen.extend(needed.into_iter().map(str::to_string));
    }
    found.values = reading.values;
    found.origins = origins(reading.keys);
    found.config = Some(config);
    found.warnings = reading.warnings;
    found.open(source.map(|source| (weights_table, source)))
}

/// The params that must be true for a head that the caller asks for: `require pooled;`.
fn needed<'a>(model: &'a CheckedModel, head: Option<&HeadChoice>) -> Vec<&'a str> {
    let head = match head {
        Some(HeadChoice::Head(name)) => model.head(name.as_str()),
        _ => None,
    };
    let requires = head.into_iter().flat_map(|head| &head.body.requires);
    let params = requires.filter_map(|require| match &require.condition.kind {
        ExprKind::Name(name) => Some(name.as_str()),
        _ => None,
    });
    params.collect()
}

fn read_config_file(path: &Path) -> Result<Value, Error> {
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

/// The model that answers to the configuration's `model_type`, or the one that the caller names.
fn model_of<'a>(
    config: &Value,
    options: &OpenOptions,
    models: &'a ModelRegistry,
) -> Result<ModelEntry<'a>, Error> {
    if let Some(name) = &options.model {
        return models.named(name);
    }
    let known = models.types(FORMAT);
    let Some(model_type) = config.get("model_type").and_then(Value::as_str) else {
        let found = config.get("model_type").unwrap_or(&Value::Null);
        return Err(Problem::new(
            codes::UNKNOWN_MODEL,
            "the configuration does not say which model it is",
        )
        .key("model_type")
        .found(found)
        .expected(format!("one of {}", known.join(", ")))
        .help("add it, or name the model")
        .into());
    };
    models.of_type(FORMAT, model_type).ok_or_else(|| {
        Problem::new(
            codes::UNKNOWN_MODEL,
            format!("no model answers to `{model_type}`"),
        )
        .key("model_type")
        .found(model_type)
        .expected(format!("one of {}", known.join(", ")))
        .help(nearest_help(model_type, known.iter().copied(), "known types"))
        .into()
    })
}

fn tables(entry: ModelEntry<'_>) -> Result<(&ConfigTable, &WeightsTable), Error> {
    let lacks = |table: &str| {
        let model = &entry.model.body.name;
        Problem::new(
            codes::NO_TABLE,
            format!("`{model}` has no `{table} {FORMAT}` table"),
        )
        .help("add one to the schema")
    };
    let config = entry.model.config(FORMAT).ok_or_else(|| lacks("config"))?;
    let weights = entry.model.weights(FORMAT).ok_or_else(|| lacks("weights"))?;
    Ok((config, weights))
}

fn weights_source(directory: &Path, options: &OpenOptions) -> Result<Option<Arc<dyn TensorSource>>, Error> {
    let path = match &options.weights {
        Some(path) => Some(path.clone()),
        None => [WEIGHTS, INDEX]
            .iter()
            .map(|name| directory.join(name))
            .find(|path| path.exists()),
    };
    match path {
        Some(path) if is_index(&path) => Ok(Some(Arc::new(ShardedSafetensors::open(&path)?))),
        Some(path) => Ok(Some(Arc::new(SafetensorsFile::open(&path)?))),
        None if options.fresh => Ok(None),
        None => Err(no_weights(directory).into()),
    }
}

fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn no_weights(directory: &Path) -> Problem {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let pickled: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "bin" || extension == "pt")
        })
        .collect();
    let expected = format!("{WEIGHTS}, or {INDEX} with its shards");
    match pickled.first().and_then(|path| path.file_name()) {
        Some(name) => Problem::new(
            codes::UNSUPPORTED_WEIGHTS,
            "the weights are pickled, and such files can run code",
        )
        .file(directory)
        .found(name.to_string_lossy())
        .expected(expected)
        .help("open it with transformers and call `save_pretrained`, which writes safetensors"),
        None => Problem::new(codes::NO_WEIGHTS, "there are no weights")
            .file(directory)
            .expected(expected)
            .help("download them too, or ask for a model with fresh numbers"),
    }
}

/// Where params come from, in words.
fn origins(keys: IndexMap<String, String>) -> IndexMap<String, String> {
    keys.into_iter()
        .map(|(param, key)| (param, format!("`{key}` in {CONFIG}")))
        .collect()
}
