//! Named tensors, read one at a time.

mod header;
mod memory;
mod open;
mod safetensors;
mod sharded;
mod watched;
mod write;

use std::path::Path;

use indexmap::IndexMap;

use crate::error::{Error, Problem, codes};
use crate::gguf::PackedTensor;
use crate::tensor::{Dtype, HostTensor};

pub use self::safetensors::SafetensorsFile;
pub use memory::MemorySource;
pub(crate) use open::INDEX_ENDING;
pub use open::{open_file, open_source};
pub use sharded::ShardedFiles;
pub(crate) use sharded::weight_map;
pub use watched::Watched;
pub use write::{write_safetensors, write_sharded_safetensors};

/// A tensor's description, known without reading its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// How its numbers are stored.
    pub dtype: Dtype,
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
}

/// Named tensors in a file or elsewhere. Formats of your own implement it.
pub trait TensorSource: Send + Sync {
    /// The file or directory, for messages.
    fn origin(&self) -> &Path;

    /// Every tensor's description, in the source's order.
    fn tensors(&self) -> &IndexMap<String, TensorInfo>;

    /// Reads one tensor; without copying where the source can.
    fn read(&self, name: &str) -> Result<HostTensor, Error>;

    /// Whether tensors can be read, and not only described.
    fn has_numbers(&self) -> bool {
        true
    }

    /// A tensor as it is stored, where that is in blocks or other numbers of GGUF.
    fn packed(&self, _name: &str) -> Option<PackedTensor> {
        None
    }
}

impl TensorInfo {
    /// The bytes that its numbers take, unless that is more than can be addressed.
    pub fn byte_count(&self) -> Option<usize> {
        self.shape
            .iter()
            .try_fold(self.dtype.size(), |bytes, size| bytes.checked_mul(*size))
    }
}

/// The error of [`TensorSource::read`] for a name that the source does not have.
pub(crate) fn no_such_tensor(source: &dyn TensorSource, name: &str) -> Error {
    let problem = Problem::new(codes::NO_SUCH_TENSOR, format!("there is no tensor `{name}`"))
        .file(source.origin())
        .help(crate::name::nearest_help(
            name,
            source.tensors().keys().map(String::as_str),
            "tensors",
        ));
    problem.into()
}
