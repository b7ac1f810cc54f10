//! A safetensors file, mapped into memory.

use std::fs::File;
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
        let opened = File::open(path).map_err(|error| file::unreadable(path, &error))?;
        let length = opened
            .metadata()
            .map_err(|error| file::unreadable(path, &error))?;
        if length.len() == 0 {
            return SafetensorsFile::from_bytes(path, Bytes::new());
        }
        // SAFETY: a map is read-only and private to this process; that the file keeps its length is the documented
        // condition of this function, and whoever changes its bytes changes numbers, not memory safety of ours.
        let map = unsafe { memmap2::Mmap::map(&opened) }.map_err(|error| file::unreadable(path, &error))?;
        SafetensorsFile::from_bytes(path, Bytes::from_owner(map))
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
