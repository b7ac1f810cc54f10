//! Tensors that are in memory already.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::{TensorInfo, TensorSource, no_such_tensor};
use crate::error::Error;
use crate::tensor::HostTensor;

/// Tensors in memory, under a name that stands for the file in messages.
#[derive(Clone, Debug, Default)]
pub struct MemorySource {
    origin: PathBuf,
    infos: IndexMap<String, TensorInfo>,
    tensors: IndexMap<String, HostTensor>,
}

impl MemorySource {
    /// A source without tensors.
    pub fn new(origin: impl Into<PathBuf>) -> MemorySource {
        MemorySource {
            origin: origin.into(),
            ..MemorySource::default()
        }
    }

    /// Adds a tensor; one of the same name is replaced.
    pub fn insert(&mut self, name: impl Into<String>, tensor: HostTensor) {
        let name = name.into();
        self.infos.insert(name.clone(), tensor.info());
        self.tensors.insert(name, tensor);
    }

    /// Takes a tensor out.
    pub fn remove(&mut self, name: &str) -> Option<HostTensor> {
        self.infos.shift_remove(name);
        self.tensors.shift_remove(name)
    }
}

impl TensorSource for MemorySource {
    fn origin(&self) -> &Path {
        &self.origin
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        self.tensors
            .get(name)
            .cloned()
            .ok_or_else(|| no_such_tensor(self, name))
    }
}
