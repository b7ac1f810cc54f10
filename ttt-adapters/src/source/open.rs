//! Opening a file of weights, whatever format it is in.

use std::path::Path;
use std::sync::Arc;

use super::{SafetensorsFile, ShardedFiles, TensorSource};
use crate::error::Error;
use crate::file;
use crate::pytorch::{self, PytorchFile};

/// What the name of an index of several files ends with.
pub(crate) const INDEX_ENDING: &str = ".index.json";

/// Opens one file of weights, or the index of several.
pub fn open_source(path: &Path) -> Result<Arc<dyn TensorSource>, Error> {
    let is_index = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().ends_with(INDEX_ENDING));
    if is_index {
        return Ok(Arc::new(ShardedFiles::open(path)?));
    }
    open_file(path)
}

/// Opens one file: PyTorch's where it begins or is called like one, safetensors otherwise.
pub fn open_file(path: &Path) -> Result<Arc<dyn TensorSource>, Error> {
    let is_called_like_pytorch = path
        .extension()
        .is_some_and(|extension| ["bin", "pt", "pth"].iter().any(|known| extension == *known));
    if is_called_like_pytorch || pytorch::begins_like_pytorch(&file::beginning(path)) {
        return Ok(Arc::new(PytorchFile::open(path)?));
    }
    Ok(Arc::new(SafetensorsFile::open(path)?))
}
