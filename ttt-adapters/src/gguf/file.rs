//! A GGUF file, mapped into memory.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use indexmap::IndexMap;

use super::header::{self, Header, TensorInfo};
use super::value::Value;
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::name::nearest_help;

/// A GGUF file. Its tensors are windows into the mapped file; nothing of them is copied or even read before it is asked
/// for.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    header: Header,
    bytes: Bytes,
}

impl File {
    /// Maps a file and checks its header.
    ///
    /// The file must not be cut short while it is open: the operating system would end the program.
    pub fn open(path: &Path) -> Result<File, Error> {
        File::from_bytes(path, file::map(path)?)
    }

    /// A file that is in memory already; `path` is for messages.
    pub fn from_bytes(path: &Path, bytes: Bytes) -> Result<File, Error> {
        let header = header::parse(&bytes).map_err(|problems| Error { problems }.in_file(path))?;
        Ok(File {
            path: path.to_path_buf(),
            header,
            bytes,
        })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The version of the format: 1, 2 or 3.
    pub fn version(&self) -> u32 {
        self.header.version
    }

    /// Every key with its value, in the file's order.
    pub fn metadata(&self) -> &IndexMap<String, Value> {
        &self.header.metadata
    }

    /// Every tensor's description, in the file's order.
    pub fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.header.tensors
    }

    /// The bytes of a tensor as they are stored, without a copy.
    pub fn tensor_bytes(&self, name: &str) -> Result<Bytes, Error> {
        match self.header.tensors.get(name) {
            Some(info) => Ok(self.bytes.slice(info.range.clone())),
            None => {
                let names = self.header.tensors.keys().map(String::as_str);
                Err(
                    Problem::new(codes::NO_SUCH_TENSOR, format!("there is no tensor `{name}`"))
                        .file(&self.path)
                        .help(nearest_help(name, names, "tensors"))
                        .into(),
                )
            }
        }
    }

    /// The value at a key as one of [`Value`]'s `as_` functions gives it: `file.get("general.name", "a string",
    /// Value::as_str)`. `None` when the key is not there; an error, saying what was `expected`, when it holds something
    /// else.
    pub fn get<'a, T>(
        &'a self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.header.metadata.get(key) else {
            return Ok(None);
        };
        convert(value).map(Some).ok_or_else(|| {
            Problem::new(codes::GGUF_KEY, format!("`{key}` holds something else"))
                .file(&self.path)
                .key(key)
                .found(value)
                .expected(expected)
                .help("the file was written wrongly: convert it again")
                .into()
        })
    }

    /// As [`File::get`], and it is an error when the key is not there.
    pub fn require<'a, T>(
        &'a self,
        key: &str,
        expected: &str,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, Error> {
        self.get(key, expected, convert)?.ok_or_else(|| {
            let keys = self.header.metadata.keys().map(String::as_str);
            Problem::new(codes::GGUF_KEY, format!("there is no key `{key}`"))
                .file(&self.path)
                .key(key)
                .expected(expected)
                .help(nearest_help(key, keys, "keys"))
                .into()
        })
    }
}
