//! A file of torch.save as named tensors.

use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use indexmap::IndexMap;

use super::pickle::{Heap, Refusal, Storage, Tensor, Value};
use super::view::{Unviewable, View};
use super::{ZIP_MAGIC, archive, begins_with_legacy_magic, legacy, state_dict};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::source::{TensorInfo, TensorSource, no_such_tensor};
use crate::tensor::{Dtype, HostTensor};

/// A `.bin`, `.pt` or `.pth` file. Tensors that share numbers, as tied ones do, are windows into the same bytes.
#[derive(Debug)]
pub struct PytorchFile {
    path: PathBuf,
    infos: IndexMap<String, TensorInfo>,
    views: Vec<View>,
    bytes: Bytes,
}

/// What either form of the file holds.
#[derive(Debug)]
pub(super) struct Contents {
    /// What was saved.
    pub object: Value,
    pub heap: Heap,
    /// The bytes of each of the heap's storages; `None` for what is missing.
    pub storages: Vec<Option<Range<usize>>>,
    pub is_big_endian: bool,
}

impl PytorchFile {
    /// Maps a file, reads its pickle and checks every tensor against the bytes that it claims.
    ///
    /// The file must not be cut short while it is open: the operating system would end the program.
    pub fn open(path: &Path) -> Result<PytorchFile, Error> {
        PytorchFile::from_bytes(path, file::map(path)?)
    }

    /// A file that is in memory already; `path` is for messages.
    pub fn from_bytes(path: &Path, bytes: Bytes) -> Result<PytorchFile, Error> {
        let contents = if bytes.starts_with(&ZIP_MAGIC) {
            archive::read(&bytes)
        } else if begins_with_legacy_magic(&bytes) {
            legacy::read(&bytes)
        } else {
            Err(legacy::not_pytorch())
        };
        let named = contents.and_then(|contents| {
            let named = state_dict::tensors(contents.object, &contents.heap, &bytes)?;
            Ok((contents, named))
        });
        let (contents, named) = named.map_err(|problem| Error::from(*problem).in_file(path))?;

        let mut problems = Vec::new();
        let mut infos = IndexMap::new();
        let mut views = Vec::new();
        for (name, row) in named {
            let tensor = &contents.heap.tensors[row];
            match view(tensor, &contents, &bytes) {
                Err(problem) => problems.push((*problem).file(path).tensor(name)),
                Ok(view) => {
                    let (dtype, shape) = (view.dtype, view.shape.clone());
                    infos.insert(name, TensorInfo { dtype, shape });
                    views.push(view);
                }
            }
        }
        Error::unless_empty(
            problems,
            PytorchFile {
                path: path.to_path_buf(),
                infos,
                views,
                bytes,
            },
        )
    }
}

impl TensorSource for PytorchFile {
    fn origin(&self) -> &Path {
        &self.path
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        let index = self.infos.get_index_of(name);
        let view = index.and_then(|index| self.views.get(index));
        let view = view.ok_or_else(|| no_such_tensor(self, name))?;
        Ok(HostTensor {
            dtype: view.dtype,
            shape: view.shape.clone(),
            bytes: view.read(&self.bytes),
        })
    }
}

/// A tensor's view of the file, or why there is none; whoever knows its name adds it.
fn view(tensor: &Tensor, contents: &Contents, file: &[u8]) -> Result<View, Refusal> {
    let storage = &contents.heap.storages[tensor.storage];
    let Some(range) = &contents.storages[tensor.storage] else {
        return Err(
            Problem::new(codes::PYTORCH_STORAGE, "the numbers of a tensor are missing")
                .found(format!("no storage `{:.40}`", storage.key.text(file)))
                .help("the file is damaged: download it again")
                .into(),
        );
    };
    let Some(part) = part(storage, range) else {
        return Err(Problem::new(
            codes::PYTORCH_STORAGE,
            "a storage has fewer bytes than the pickle says",
        )
        .found(format!("{} bytes", range.len()))
        .expected(format!("{} of {}", storage.count, storage.element.name))
        .help("the file is damaged: download it again")
        .into());
    };
    let view = View::new(tensor, part, contents.is_big_endian, file.len());
    view.map_err(|reason| unviewable(reason, tensor, file.len()).into())
}

fn unviewable(reason: Unviewable, tensor: &Tensor, file_length: usize) -> Problem {
    match reason {
        Unviewable::Element(element) => {
            let known: Vec<String> = Dtype::ALL.iter().map(Dtype::to_string).collect();
            Problem::new(
                codes::UNKNOWN_DTYPE,
                "the numbers of a tensor are stored in a way that is not read",
            )
            .found(element.name)
            .expected(known.join(", "))
            .help("convert the tensor in Python and save it again")
        }
        Unviewable::Outside { needed, available } => Problem::new(
            codes::PYTORCH_VIEW,
            "a tensor sees more numbers than its storage has",
        )
        .found(format!("{needed} needed, {available} there"))
        .help("the file is damaged: download it again"),
        Unviewable::TooLarge => Problem::new(codes::PYTORCH_VIEW, "a tensor would be larger than the file")
            .found(format!("{:?} of {}", tensor.shape, tensor.element.name))
            .expected(format!("at most {file_length} bytes"))
            .help("it repeats a few numbers: save it with `.contiguous()`, or the file is damaged"),
    }
}

/// The bytes that a reference to a storage may see.
fn part(storage: &Storage, range: &Range<usize>) -> Option<Range<usize>> {
    let (first, count) = storage.part.unwrap_or((0, storage.count));
    let size = storage.element.size;
    let start = range.start.checked_add(first.checked_mul(size)?)?;
    let end = start.checked_add(count.checked_mul(size)?)?;
    let whole = range.start.checked_add(storage.count.checked_mul(size)?)?;
    (end <= range.end && whole <= range.end).then_some(start..end)
}
