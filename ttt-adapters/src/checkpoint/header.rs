//! What a checkpoint says of itself before its numbers.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::order::natural;
use crate::error::{Error, Problem, codes};
use crate::gguf::{self, Tensors};
use crate::hf;
use crate::source::{TensorInfo, TensorSource, no_such_tensor, open_source};
use crate::tensor::{Dtype, HostTensor};

/// Lists and objects of a configuration with more entries than this, and texts of four times the letters, are known by
/// their length alone: a vocabulary, the names of a thousand labels, a chat template.
const LONG: usize = 64;

/// The tensors and the configuration of a checkpoint, in an order of their own: the same whether they come from the file
/// or from a lock.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// What it is, which says the table that it is read with.
    pub form: Form,
    /// Its configuration; empty for a file of tensors alone.
    pub config: IndexMap<String, Setting>,
    /// Its tensors.
    pub tensors: IndexMap<String, StoredTensor>,
}

/// What a checkpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Tensors alone.
    Bare,
    /// A directory with a `config.json`.
    HuggingFace,
    /// A GGUF file, whose metadata are its configuration.
    Gguf,
}

/// A value of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A value as it stands.
    Value(Value),
    /// A list of so many entries.
    List(usize),
    /// An object of so many entries.
    Object(usize),
    /// A text of so many bytes.
    Text(usize),
}

/// How a tensor is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTensor {
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// The name of what its numbers are stored as: `F32`, `Q4_K`.
    pub encoding: String,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::Bare, Form::HuggingFace, Form::Gguf];

    /// The format whose tables belong to it; none for tensors alone.
    pub fn format(self) -> Option<&'static str> {
        match self {
            Form::Bare => None,
            Form::HuggingFace => Some(hf::FORMAT),
            Form::Gguf => Some(gguf::FORMAT),
        }
    }
}

impl Header {
    /// Reads what stands before the numbers of a file, of the files of an index, or of a directory.
    pub fn read(path: &Path) -> Result<Header, Error> {
        if gguf::recognises(path) {
            return read_gguf(path);
        }
        let directory = match path.file_name().is_some_and(|name| name == hf::CONFIG) {
            true => path.parent().unwrap_or(Path::new("")),
            false => path,
        };
        if directory.join(hf::CONFIG).is_file() {
            return read_directory(directory);
        }
        let file = match path.is_dir() {
            true => hf::weights_file(path).ok_or_else(|| hf::no_weights(path))?,
            false => path.to_path_buf(),
        };
        Ok(Header::new(
            Form::Bare,
            IndexMap::new(),
            stored(open_source(&file)?.as_ref()),
        ))
    }

    /// A header in its own order.
    pub(super) fn new(
        form: Form,
        mut config: IndexMap<String, Setting>,
        mut tensors: IndexMap<String, StoredTensor>,
    ) -> Header {
        config.sort_keys();
        tensors.sort_by(|a, _, b, _| natural(a, b));
        Header {
            form,
            config,
            tensors,
        }
    }

    /// The configuration as an object. Entries that are only counted are null, and so is a long text.
    pub(super) fn config_object(&self) -> Value {
        let entries = self.config.iter().map(|(key, setting)| {
            let value = match setting {
                Setting::Value(value) => value.clone(),
                Setting::Text(_) => Value::Null,
                Setting::List(count) => Value::Array(vec![Value::Null; *count]),
                Setting::Object(count) => {
                    let entries = (0..*count).map(|index| (index.to_string(), Value::Null));
                    Value::Object(entries.collect())
                }
            };
            (key.clone(), value)
        });
        Value::Object(entries.collect())
    }
}

fn read_gguf(path: &Path) -> Result<Header, Error> {
    let tensors = Tensors::open(&gguf::file_of(path)?)?;
    let stored = tensors.stored().map(|(name, shape, tensor_type)| {
        let stored = StoredTensor {
            shape: shape.to_vec(),
            encoding: tensor_type.to_string(),
        };
        (name.to_string(), stored)
    });
    Ok(Header::new(
        Form::Gguf,
        settings(gguf::config(tensors.file().metadata())),
        stored.collect(),
    ))
}

fn read_directory(directory: &Path) -> Result<Header, Error> {
    let config = hf::read_config_file(&directory.join(hf::CONFIG))?;
    let weights = hf::weights_file(directory).ok_or_else(|| hf::no_weights(directory))?;
    let source = open_source(&weights)?;
    Ok(Header::new(
        Form::HuggingFace,
        settings(config),
        stored(source.as_ref()),
    ))
}

fn stored(source: &dyn TensorSource) -> IndexMap<String, StoredTensor> {
    let tensors = source.tensors().iter().map(|(name, info)| {
        let stored = StoredTensor {
            shape: info.shape.clone(),
            encoding: info.dtype.to_string(),
        };
        (name.clone(), stored)
    });
    tensors.collect()
}

fn settings(config: Value) -> IndexMap<String, Setting> {
    let object = match config {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    let present = object.into_iter().filter(|(_, value)| !value.is_null());
    let settings = present.map(|(key, value)| {
        let setting = match value {
            Value::Array(items) if items.len() > LONG => Setting::List(items.len()),
            Value::Object(object) if object.len() > LONG => Setting::Object(object.len()),
            Value::String(text) if text.len() > LONG * 4 => Setting::Text(text.len()),
            value => Setting::Value(value),
        };
        (key, setting)
    });
    settings.collect()
}

/// A header as tensors that cannot be read.
pub(super) struct HeaderSource {
    path: PathBuf,
    infos: IndexMap<String, TensorInfo>,
}

impl HeaderSource {
    /// The tensors of a header; `path` is for messages.
    pub fn new(path: &Path, header: &Header) -> HeaderSource {
        let infos = header.tensors.iter().map(|(name, stored)| {
            let info = TensorInfo {
                dtype: dtype(&stored.encoding).unwrap_or(Dtype::F32),
                shape: stored.shape.clone(),
            };
            (name.clone(), info)
        });
        HeaderSource {
            path: path.to_path_buf(),
            infos: infos.collect(),
        }
    }
}

/// What the numbers of an encoding are once they are read; none for one that is not read.
pub(super) fn dtype(encoding: &str) -> Option<Dtype> {
    let packed = || gguf::TensorType::of_name(encoding)?.layout()?.dtype();
    Dtype::from_safetensors(encoding).or_else(packed)
}

impl TensorSource for HeaderSource {
    fn origin(&self) -> &Path {
        &self.path
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        match self.infos.contains_key(name) {
            false => Err(no_such_tensor(self, name)),
            true => Err(
                Problem::new(codes::UNREADABLE, "of this checkpoint only the header is read")
                    .file(&self.path)
                    .tensor(name)
                    .help("open the checkpoint itself")
                    .into(),
            ),
        }
    }

    fn has_numbers(&self) -> bool {
        false
    }
}
