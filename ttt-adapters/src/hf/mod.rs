//! Hugging Face's directories: `config.json` and weights in safetensors.

mod save;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::error::{Error, Problem, codes};
use crate::file;
use crate::registry::{Configured, FormatAdapter, ModelRegistry, OpenOptions, Opened};
use crate::source::{SafetensorsFile, ShardedSafetensors, TensorSource};

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
    let configured = Configured {
        format: FORMAT,
        path: &config_path,
        config,
    };
    configured.open(|| weights_source(directory, options), options, models)
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
