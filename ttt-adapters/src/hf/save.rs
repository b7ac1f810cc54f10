//! Saving a model as Hugging Face's libraries do.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;

use super::{CONFIG, FORMAT, INDEX, WEIGHTS};
use crate::config::write_config;
use crate::error::Error;
use crate::file;
use crate::registry::Translated;
use crate::source::{TensorSource, write_safetensors, write_sharded_safetensors};

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
    let Translated {
        reader, head, export, ..
    } = Translated::new(FORMAT, request.program, request.instance, tensors)?;
    let config = write_config(&reader, &request.instance.values, &head, request.config);

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
