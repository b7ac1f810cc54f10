//! A safetensors file, mapped into memory.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use indexmap::IndexMap;

use super::header::{self, Header};
use super::{TensorInfo, TensorSource, no_such_tensor};
use crate::error::Error;
use crate::file;
use crate::tensor::HostTensor;

/// A safetensors file. Its tensors are windows into the mapped file; nothing is copied.
#[derive(Debug)]
pub struct SafetensorsFile {
    path: PathBuf,
    header: Header,
    bytes: Bytes,
}

impl SafetensorsFile {
    /// Maps a file and checks its header.
    ///
    /// The file must not be cut short while it is open: the operating system would end the program.
    pub fn open(path: &Path) -> Result<SafetensorsFile, Error> {
        SafetensorsFile::from_bytes(path, file::map(path)?)
    }

    /// A file that is in memory already; `path` is for messages.
    pub fn from_bytes(path: &Path, bytes: Bytes) -> Result<SafetensorsFile, Error> {
        let header = header::parse(&bytes).map_err(|problems| Error { problems }.in_file(path))?;
        Ok(SafetensorsFile {
            path: path.to_path_buf(),
            header,
            bytes,
        })
    }

    /// The texts that stand beside the tensors.
    pub fn metadata(&self) -> &IndexMap<String, String> {
        &self.header.metadata
    }
}

impl TensorSource for SafetensorsFile {
    fn origin(&self) -> &Path {
        &self.path
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.header.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        let (index, _, info) = self
            .header
            .infos
            .get_full(name)
            .ok_or_else(|| no_such_tensor(self, name))?;
        Ok(HostTensor {
            dtype: info.dtype,
            shape: info.shape.clone(),
            bytes: self.bytes.slice(self.header.ranges[index].clone()),
        })
    }
}
