//! Opening GGUF files as models.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::header::MAGIC;
use super::{FORMAT, Tensors, Value, config};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::registry::{Configured, FormatAdapter, ModelRegistry, OpenOptions, Opened, answering};
use crate::source::TensorSource;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Gguf;

const EXTENSION: &str = "gguf";
const ARCHITECTURE: &str = "general.architecture";

/// What begins the keys of the tokenizer, which is long and is read from the file itself where it is wanted.
const TOKENIZER: &str = "tokenizer.";

impl FormatAdapter for Gguf {
    fn name(&self) -> &str {
        FORMAT
    }

    fn description(&self) -> &str {
        "a .gguf file of llama.cpp, or a directory with one"
    }

    fn recognises(&self, path: &Path) -> bool {
        recognises(path)
    }

    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        open(&file_of(path)?, options, models)
    }
}

/// Whether this is a GGUF file, or a directory with some.
pub(crate) fn recognises(path: &Path) -> bool {
    if path.is_dir() {
        return !files(path).is_empty() && !has_safetensors(path);
    }
    // A damaged file of this name is better told what is wrong with it than that nobody knows it.
    is_named(path) || file::beginning(path).starts_with(&MAGIC)
}

/// The file itself, or the one of a directory.
pub(crate) fn file_of(path: &Path) -> Result<PathBuf, Error> {
    match path.is_dir() {
        true => the_file(path),
        false => Ok(path.to_path_buf()),
    }
}

fn open(path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
    let tensors = Arc::new(Tensors::open(path)?);
    let file = Arc::clone(tensors.file());
    let entry = match &options.model {
        Some(name) => models.named(name)?,
        None => {
            let architecture = file.require(ARCHITECTURE, "the name of an architecture", Value::as_str)?;
            answering(FORMAT, architecture, models).map_err(|error| error.in_file(path))?
        }
    };
    let configured = Configured {
        format: FORMAT,
        path,
        config: config::config(file.metadata()),
        entry,
        fitting_head: None,
        warnings: Vec::new(),
    };
    let source = match (tensors.tensors().is_empty(), options.fresh) {
        (false, _) => Some(tensors as Arc<dyn TensorSource>),
        (true, true) => None,
        (true, false) => return Err(no_weights(path).into()),
    };
    let mut opened = configured.open(source, options)?;
    if let Some(config) = opened.config.as_mut().and_then(|config| config.as_object_mut()) {
        config.retain(|key, _| !key.starts_with(TOKENIZER));
    }
    Ok(opened)
}

fn no_weights(path: &Path) -> Problem {
    Problem::new(codes::NO_WEIGHTS, "there are no weights")
        .file(path)
        .found("a file without tensors, perhaps a vocabulary")
        .help("use the file with the model, or ask for a model with fresh numbers")
}

fn is_named(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// The GGUF file of a directory that has exactly one, or the first of those that belong together.
pub fn file_in(directory: &Path) -> Option<PathBuf> {
    match files(directory).as_slice() {
        [file] => Some(file.clone()),
        _ => None,
    }
}

/// The GGUF files of a directory by name, of those that belong together the first.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && is_named(path) && !is_later_piece(path))
        .collect();
    files.sort();
    files
}

/// `x-00002-of-00003.gguf`
fn is_later_piece(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some((front, _)) = stem.rsplit_once("-of-") else {
        return false;
    };
    let number = front
        .rsplit_once('-')
        .and_then(|(_, number)| number.parse::<u64>().ok());
    number.is_some_and(|number| number > 1)
}

fn has_safetensors(directory: &Path) -> bool {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry| entry.path());
    paths.any(|path| {
        path.extension()
            .is_some_and(|extension| extension == "safetensors")
    })
}

fn the_file(directory: &Path) -> Result<PathBuf, Error> {
    let mut files = files(directory);
    if files.len() == 1 {
        return Ok(files.remove(0));
    }
    let names = files.iter().filter_map(|path| path.file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    Err(Problem::new(codes::GGUF_SEVERAL, "several GGUF files are here")
        .file(directory)
        .found(names.join(", "))
        .expected("one of them")
        .help("name the file instead of the directory")
        .into())
}
