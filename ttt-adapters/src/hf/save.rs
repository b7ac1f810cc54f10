//! Saving a model as Hugging Face's libraries do.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;
use ttt_dsl::spec::{HeadChoice, Name};

use super::{CONFIG, FORMAT, INDEX, WEIGHTS};
use crate::config::{ConfigReader, write_config};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::registry::ModelEntry;
use crate::source::{TensorSource, write_safetensors, write_sharded_safetensors};
use crate::weights::Export;

/// A model to save.
#[derive(Clone, Copy, Debug)]
pub struct SaveRequest<'a> {
    /// The program that the model is of.
    pub program: &'a Arc<Program>,
    /// The model with its params and, where it has one, its head.
    pub instance: &'a Instance,
    /// The configuration that the model was opened with; what it says beyond the params is kept.
    pub config: Option<&'a Value>,
    /// The most bytes of tensors in one file; one file for all when `None`.
    pub shard_bytes: Option<usize>,
}

/// Writes `config.json` and the weights into a directory, which is made where it is not there. `tensors` are named by
/// the model's paths.
///
/// Every file is complete before it takes its name, so a failure leaves what was there.
pub fn save(
    directory: &Path,
    request: &SaveRequest<'_>,
    tensors: Arc<dyn TensorSource>,
) -> Result<(), Error> {
    let instance = request.instance;
    let model = request.program.model(&instance.model).ok_or_else(|| {
        Problem::new(
            codes::UNKNOWN_MODEL,
            format!("no model is called `{}`", instance.model),
        )
        .help("save it with the program that it was made of")
    })?;
    let entry = ModelEntry {
        program: request.program,
        model,
    };
    let (config_table, weights_table) = entry.tables(FORMAT)?;
    let reader = ConfigReader {
        program: request.program,
        model,
        table: config_table,
    };
    let head = match &instance.head {
        Some((name, _)) => HeadChoice::Head(Name::new(name)),
        None => HeadChoice::Base,
    };
    let config = write_config(&reader, &instance.values, &head, request.config);
    let export = Export::new(request.program, instance, weights_table, tensors)?;

    std::fs::create_dir_all(directory).map_err(|error| file::unreadable(directory, &error))?;
    let (whole, index) = (directory.join(WEIGHTS), directory.join(INDEX));
    let stale = match request.shard_bytes {
        None => {
            write_safetensors(&whole, &export)?;
            index
        }
        Some(limit) => {
            write_sharded_safetensors(&index, &export, limit)?;
            whole
        }
    };
    remove_stale(&stale)?;
    file::write_json(&directory.join(CONFIG), &config)
}

/// An earlier save in the other form would be read instead of this one.
fn remove_stale(path: &Path) -> Result<(), Error> {
    if path.exists() {
        std::fs::remove_file(path).map_err(|error| file::unreadable(path, &error))?;
    }
    Ok(())
}
