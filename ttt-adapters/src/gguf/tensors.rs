//! The tensors of a GGUF file, or of several that belong together, as numbers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;

use super::tensor_type::TensorType;
use super::value::Value;
use super::{Encoding, File};
use crate::error::{Error, Problem, codes};
use crate::source::{self, TensorSource, no_such_tensor};
use crate::tensor::{Dtype, HostTensor};

/// Where the pieces of a model in several files say how many there are.
const SPLIT_COUNT: &str = "split.count";

/// A tensor as it is stored, in blocks.
#[derive(Clone, Debug)]
pub struct PackedTensor {
    /// How its numbers are stored.
    pub tensor_type: TensorType,
    /// Its sizes, outermost first; the innermost is a multiple of the type's block.
    pub shape: Vec<usize>,
    /// Its rows, each of whole blocks.
    pub bytes: Bytes,
}

impl PackedTensor {
    /// A matrix in blocks of this encoding. `None` where the encoding has no blocks, or the matrix no rows of whole ones.
    ///
    /// # Errors
    ///
    /// When a number is not finite, or none is real.
    pub fn quantise(
        name: &str,
        tensor: &HostTensor,
        encoding: Encoding,
    ) -> Result<Option<PackedTensor>, Error> {
        let layout = encoding.layout();
        let is_whole = |row: &usize| layout.block > 1 && row.is_multiple_of(layout.block);
        if tensor.shape.len() < 2 || !tensor.shape.last().is_some_and(is_whole) {
            return Ok(None);
        }
        Ok(Some(PackedTensor {
            tensor_type: TensorType { id: layout.id },
            shape: tensor.shape.clone(),
            bytes: encoding.encode(name, tensor)?,
        }))
    }

    /// Whether its numbers are in blocks that can be unpacked.
    pub fn has_blocks(&self) -> bool {
        let layout = self.tensor_type.layout();
        layout.is_some_and(|layout| layout.block > 1 && layout.dtype().is_some())
    }

    /// The numbers that the blocks stand for; `None` for a type that is not read, or that has no blocks.
    pub fn dequantise(&self) -> Option<Vec<f32>> {
        self.tensor_type.layout()?.dequantise(&self.bytes)
    }
}

/// Tensors of GGUF files as a [`TensorSource`]. Those in blocks are F32, made when they are read; the others are windows
/// into the mapped file.
///
/// A type that is not read is refused when its tensor is, and until then looks like F32.
#[derive(Debug)]
pub struct Tensors {
    files: Vec<Arc<File>>,
    infos: IndexMap<String, source::TensorInfo>,
    /// The file that each tensor is in.
    homes: Vec<usize>,
}

impl Tensors {
    /// The tensors of a file, and where it is one of several, as in `x-00001-of-00003.gguf`, of all of them.
    pub fn open(path: &Path) -> Result<Tensors, Error> {
        let file = File::open(path)?;
        let count = file
            .get(SPLIT_COUNT, "a whole number", Value::as_u64)?
            .unwrap_or(1);
        if count <= 1 {
            return Tensors::of_files(vec![Arc::new(file)]);
        }
        let paths = pieces(path, count)?;
        let files = paths.iter().map(|path| File::open(path).map(Arc::new));
        Tensors::of_files(files.collect::<Result<_, _>>()?)
    }

    /// The tensors of files that are open, of which there is at least one; the first has the metadata.
    fn of_files(files: Vec<Arc<File>>) -> Result<Tensors, Error> {
        let mut tensors = Tensors {
            files,
            infos: IndexMap::new(),
            homes: Vec::new(),
        };
        for (home, file) in tensors.files.iter().enumerate() {
            for (name, info) in file.tensors() {
                let layout = info.tensor_type.layout();
                let dtype = layout.and_then(|layout| layout.dtype()).unwrap_or(Dtype::F32);
                let shape = info.shape.clone();
                let info = source::TensorInfo { dtype, shape };
                if tensors.infos.insert(name.clone(), info).is_some() {
                    return Err(
                        Problem::new(codes::GGUF_DUPLICATE, "a tensor is in two of the files")
                            .file(file.path())
                            .tensor(name)
                            .help("the files do not belong together: download them again")
                            .into(),
                    );
                }
                tensors.homes.push(home);
            }
        }
        Ok(tensors)
    }

    /// The file with the metadata.
    pub fn file(&self) -> &Arc<File> {
        &self.files[0]
    }

    /// Every tensor's name, shape and type, in the files' order.
    pub(crate) fn stored(&self) -> impl Iterator<Item = (&str, &[usize], TensorType)> {
        let tensors = self.files.iter().flat_map(|file| file.tensors());
        tensors.map(|(name, info)| (name.as_str(), info.shape.as_slice(), info.tensor_type))
    }

    fn home(&self, name: &str) -> Result<&File, Error> {
        let index = self.infos.get_index_of(name);
        let index = index.ok_or_else(|| no_such_tensor(self, name))?;
        Ok(&self.files[self.homes[index]])
    }
}

impl TensorSource for Tensors {
    fn origin(&self) -> &Path {
        self.file().path()
    }

    fn tensors(&self) -> &IndexMap<String, source::TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        let file = self.home(name)?;
        let bytes = file.tensor_bytes(name)?;
        let info = &file.tensors()[name];
        let layout = info.tensor_type.layout();
        let Some((layout, dtype)) = layout.and_then(|layout| Some((layout, layout.dtype()?))) else {
            return Err(unreadable_type(file.path(), name, info.tensor_type).into());
        };
        let bytes = match layout.dequantise(&bytes) {
            Some(numbers) => as_bytes(numbers),
            None => bytes,
        };
        let shape = info.shape.clone();
        Ok(HostTensor { dtype, shape, bytes })
    }

    fn packed(&self, name: &str) -> Option<PackedTensor> {
        let file = self.home(name).ok()?;
        let info = file.tensors().get(name)?;
        Some(PackedTensor {
            tensor_type: info.tensor_type,
            shape: info.shape.clone(),
            bytes: file.tensor_bytes(name).ok()?,
        })
    }
}

/// Numbers that are bytes from now on.
struct Numbers(Vec<f32>);

impl AsRef<[u8]> for Numbers {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// The numbers as little-endian bytes, without a copy where the machine has them so.
fn as_bytes(mut numbers: Vec<f32>) -> Bytes {
    if cfg!(target_endian = "big") {
        for number in &mut numbers {
            *number = f32::from_bits(number.to_bits().to_le());
        }
    }
    Bytes::from_owner(Numbers(numbers))
}

fn unreadable_type(path: &Path, name: &str, tensor_type: TensorType) -> Problem {
    let help = match tensor_type.layout() {
        Some(_) => "convert the model to another type, as with `llama-quantize` of llama.cpp",
        None => "the file is newer than this program, or damaged; its other tensors can be read",
    };
    Problem::new(codes::GGUF_TYPE, "a tensor is stored in a way that is not read")
        .file(path)
        .tensor(name)
        .found(tensor_type)
        .expected("a type whose blocks this program can turn into numbers, as Q4_K")
        .help(help)
}

/// The files of a model in several: `x-00002-of-00003.gguf` is the second of three.
fn pieces(path: &Path, count: u64) -> Result<Vec<PathBuf>, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = format!("-of-{count:05}.gguf");
    let stem = name
        .strip_suffix(&ending)
        .and_then(|front| front.rsplit_once('-'))
        .filter(|(_, number)| number.len() == 5 && number.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((stem, _)) = stem else {
        return Err(Problem::new(
            codes::MISSING_SHARD,
            "this is one of several files, and has lost its name",
        )
        .file(path)
        .found(name)
        .expected(format!("a name like `model-00001{ending}`"))
        .help("give the files the names they had, in one directory")
        .into());
    };
    let paths = (1..=count).map(|number| path.with_file_name(format!("{stem}-{number:05}{ending}")));
    let mut present = Vec::new();
    for piece in paths {
        if !piece.is_file() {
            return Err(
                Problem::new(codes::MISSING_SHARD, format!("one of {count} files is missing"))
                    .file(&piece)
                    .help("download it too, into the same directory")
                    .into(),
            );
        }
        present.push(piece);
    }
    Ok(present)
}
