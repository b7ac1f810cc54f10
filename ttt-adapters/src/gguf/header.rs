//! The header of a GGUF file, checked before anything is believed.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Version 1 has lengths of 32 bits; versions 2 and
//! 3 are the same for little-endian files.

use std::ops::Range;

use indexmap::IndexMap;

use super::cursor::{Cursor, Step};
use super::tensor_type::TensorType;
use super::value::Value;
use crate::error::{Location, Problem, codes, shorten};

/// The first bytes of every GGUF file.
pub(crate) const MAGIC: [u8; 4] = *b"GGUF";

/// The versions that are read.
const VERSIONS: Range<u32> = 1..4;

/// The most dimensions that ggml has.
const MAX_DIMS: u32 = 4;

/// The key that says where tensors begin, and what it is when it is not there.
pub(super) const ALIGNMENT_KEY: &str = "general.alignment";
pub(super) const DEFAULT_ALIGNMENT: usize = 32;

/// Problems beyond this many are not collected.
const MAX_PROBLEMS: usize = 100;

/// A tensor as the header describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// How its numbers are stored.
    pub tensor_type: TensorType,
    /// Its sizes, outermost first; the file has them the other way round.
    pub shape: Vec<usize>,
    /// Its bytes, counted from the start of the file. Those of a type of unknown width go as far as the next tensor.
    pub range: Range<usize>,
}

/// What a header says, all of it checked.
#[derive(Debug)]
pub(super) struct Header {
    pub version: u32,
    pub metadata: IndexMap<String, Value>,
    pub tensors: IndexMap<String, TensorInfo>,
}

/// Reads the header of a whole file.
pub(super) fn parse(file: &[u8]) -> Result<Header, Vec<Problem>> {
    let mut cursor = Cursor::new(file);
    let one = |problem: Box<Problem>| vec![*problem];
    let version = version(&mut cursor).map_err(one)?;
    cursor.has_wide_lengths = version > 1;
    let width = cursor.length_width();
    // The least that a tensor takes: its name's length, the number of its dimensions, its type and its offset.
    let tensor_count = cursor
        .count(width + 4 + 4 + 8, "the number of tensors")
        .map_err(one)?;
    // The least that a key takes: its length, its kind and a value of one byte.
    let key_count = cursor.count(width + 4 + 1, "the number of keys").map_err(one)?;
    let metadata = metadata(&mut cursor, key_count).map_err(one)?;
    let alignment = alignment(&metadata).map_err(one)?;
    let mut tensors = tensors(&mut cursor, tensor_count).map_err(one)?;
    let problems = place(&mut tensors, cursor.position, alignment, file.len());
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Header {
        version,
        metadata,
        tensors,
    })
}

fn version(cursor: &mut Cursor<'_>) -> Step<u32> {
    let magic = cursor.take(MAGIC.len(), "the first four bytes, which say that it is GGUF")?;
    if magic != MAGIC {
        return Err(Problem::new(codes::GGUF_MAGIC, "this is not a GGUF file")
            .at(Location::Byte(0))
            .found(format!("{:?}", String::from_utf8_lossy(magic)))
            .expected("\"GGUF\"")
            .help("check that this is the file you mean; the formats before GGUF are not read")
            .into());
    }
    let version = cursor.u32("the version")?;
    if VERSIONS.contains(&version) {
        return Ok(version);
    }
    let help = if VERSIONS.contains(&version.swap_bytes()) {
        "this is a big-endian file: convert it, as with `gguf-convert-endian` of the gguf Python package"
    } else {
        "the file is damaged, or newer than this program"
    };
    Err(
        Problem::new(codes::GGUF_VERSION, "this version of GGUF is not read")
            .at(Location::Byte(MAGIC.len() as u64))
            .found(version)
            .expected("1, 2 or 3")
            .help(help)
            .into(),
    )
}

fn metadata(cursor: &mut Cursor<'_>, count: usize) -> Step<IndexMap<String, Value>> {
    let mut metadata = IndexMap::new();
    for index in 0..count {
        let start = cursor.position;
        let key = cursor.name(&format!("the name of key {} of {count}", index + 1))?;
        let what = format!("`{}`", shorten(key));
        let kind = cursor.kind(&what)?;
        let value = cursor.value(kind, &what)?;
        if metadata.insert(key.to_string(), value).is_some() {
            return Err(
                Problem::new(codes::GGUF_DUPLICATE, format!("the key {what} stands twice"))
                    .at(Location::Byte(start as u64))
                    .expected("every key once")
                    .help("neither value can be meant: write the file again")
                    .into(),
            );
        }
    }
    Ok(metadata)
}

fn alignment(metadata: &IndexMap<String, Value>) -> Step<usize> {
    let Some(value) = metadata.get(ALIGNMENT_KEY) else {
        return Ok(DEFAULT_ALIGNMENT);
    };
    let alignment = value.as_u64().and_then(|number| usize::try_from(number).ok());
    alignment
        .filter(|alignment| alignment.is_power_of_two())
        .ok_or_else(|| {
            Problem::new(codes::GGUF_ALIGNMENT, "tensors cannot be aligned like this")
                .key(ALIGNMENT_KEY)
                .found(value)
                .expected("a power of two, as 32")
                .help("the file is damaged or was written wrongly: write it again")
                .into()
        })
}

/// The tensors with their ranges counted from the start of the data, as the file has them.
fn tensors(cursor: &mut Cursor<'_>, count: usize) -> Step<IndexMap<String, TensorInfo>> {
    let mut tensors = IndexMap::new();
    for index in 0..count {
        let start = cursor.position;
        let name = cursor.name(&format!("the name of tensor {} of {count}", index + 1))?;
        let info = tensor(cursor, name)?;
        if tensors.insert(name.to_string(), info).is_some() {
            return Err(Problem::new(
                codes::GGUF_DUPLICATE,
                format!("the tensor `{}` stands twice", shorten(name)),
            )
            .at(Location::Byte(start as u64))
            .expected("every tensor once")
            .help("neither can be meant: write the file again")
            .into());
        }
    }
    Ok(tensors)
}

fn tensor(cursor: &mut Cursor<'_>, name: &str) -> Step<TensorInfo> {
    let what = format!("the description of `{}`", shorten(name));
    let dims = cursor.u32(&what)?;
    if dims > MAX_DIMS {
        return Err(malformed(name, "has too many dimensions")
            .found(dims)
            .expected(format!("at most {MAX_DIMS}"))
            .into());
    }
    let mut shape = Vec::new();
    for _ in 0..dims {
        let size = cursor.length(&what)?;
        shape.push(usize::try_from(size).map_err(|_| too_large(name, &[size]))?);
    }
    shape.reverse();
    let tensor_type = TensorType::of_id(cursor.u32(&what)?);
    let offset = cursor.u64(&what)?;
    let bytes = byte_count(name, tensor_type, &shape)?;
    let end = usize::try_from(offset)
        .ok()
        .and_then(|start| start.checked_add(bytes));
    match end {
        Some(end) => Ok(TensorInfo {
            tensor_type,
            shape,
            range: end - bytes..end,
        }),
        None => Err(
            Problem::new(codes::GGUF_OFFSET, "a tensor begins where no file reaches")
                .tensor(shorten(name))
                .found(offset)
                .help("the file is damaged: download it again")
                .into(),
        ),
    }
}

/// The bytes of a tensor; 0 for a type of unknown width.
fn byte_count(name: &str, tensor_type: TensorType, shape: &[usize]) -> Step<usize> {
    let count = shape
        .iter()
        .try_fold(1usize, |count, size| count.checked_mul(*size))
        .ok_or_else(|| too_large(name, shape))?;
    let Some(layout) = tensor_type.layout() else {
        return Ok(0);
    };
    let row = shape.last().copied().unwrap_or(1);
    if row % layout.block != 0 {
        return Err(malformed(name, "has rows that its type cannot store")
            .found(format!("rows of {row} in {shape:?}"))
            .expected(format!(
                "a multiple of {}, the block of {}",
                layout.block, layout.name
            ))
            .into());
    }
    let bytes = (count / layout.block).checked_mul(layout.bytes);
    bytes.ok_or_else(|| too_large(name, shape).into())
}

fn too_large(name: &str, shape: &[impl std::fmt::Debug]) -> Problem {
    malformed(name, "is larger than can be addressed").found(format!("{shape:?}"))
}

fn malformed(name: &str, what: &str) -> Problem {
    let name = shorten(name);
    Problem::new(codes::GGUF_SHAPE, format!("`{name}` {what}"))
        .tensor(name)
        .help("the file is damaged or was written wrongly: write it again")
}

/// Counts the ranges from the start of the file, and checks that every tensor has bytes of its own there.
fn place(
    tensors: &mut IndexMap<String, TensorInfo>,
    header_end: usize,
    alignment: usize,
    file: usize,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let data_start = header_end.checked_next_multiple_of(alignment);
    for (name, info) in tensors.iter_mut() {
        let offset = info.range.start;
        let shift = |place: usize| data_start.and_then(|start| start.checked_add(place));
        match (shift(info.range.start), shift(info.range.end)) {
            (Some(start), Some(end)) if end <= file => info.range = start..end,
            _ => problems.push(past_the_end(name, info, data_start, file)),
        }
        if offset % alignment != 0 {
            problems.push(unaligned(name, offset, alignment));
        }
        if problems.len() >= MAX_PROBLEMS {
            return problems;
        }
    }
    if problems.is_empty() {
        separate(tensors, file, &mut problems);
    }
    problems
}

fn past_the_end(name: &str, info: &TensorInfo, data_start: Option<usize>, file: usize) -> Problem {
    let start = data_start.unwrap_or(usize::MAX);
    Problem::new(codes::GGUF_ENDS, "a tensor ends after the file does")
        .tensor(shorten(name))
        .found(format!("a file of {file} bytes, with tensors from byte {start}"))
        .expected(format!(
            "{} {:?} in bytes {} to {} after that",
            info.tensor_type, info.shape, info.range.start, info.range.end
        ))
        .help("the file is cut off: download it again, the last download did not finish")
}

fn unaligned(name: &str, offset: usize, alignment: usize) -> Problem {
    Problem::new(codes::GGUF_OFFSET, "a tensor does not begin where it may")
        .tensor(shorten(name))
        .found(format!("it begins {offset} bytes into the data"))
        .expected(format!("a multiple of {alignment}"))
        .help("the file is damaged or was written wrongly: write it again")
}

/// No byte belongs to two tensors. Ranges of unknown width end where the next tensor begins.
fn separate(tensors: &mut IndexMap<String, TensorInfo>, file: usize, problems: &mut Vec<Problem>) {
    let mut order: Vec<usize> = (0..tensors.len()).collect();
    order.sort_by_key(|index| (tensors[*index].range.start, tensors[*index].range.end));
    for (place, index) in order.iter().enumerate() {
        let next = order.get(place + 1).map(|next| tensors[*next].range.start);
        let limit = next.unwrap_or(file);
        let info = &mut tensors[*index];
        if info.tensor_type.layout().is_none() {
            info.range.end = limit;
        } else if info.range.end > limit && problems.len() < MAX_PROBLEMS {
            problems.push(overlap(tensors, *index, order[place + 1]));
        }
    }
}

fn overlap(tensors: &IndexMap<String, TensorInfo>, first: usize, second: usize) -> Problem {
    let name = |index: usize| {
        let entry = tensors.get_index(index);
        entry.map_or_else(String::new, |(name, _)| shorten(name))
    };
    Problem::new(
        codes::GGUF_OVERLAP,
        format!("`{}` and `{}` claim the same bytes", name(second), name(first)),
    )
    .tensor(name(second))
    .found(format!("it begins at byte {}", tensors[second].range.start))
    .expected(format!("byte {} or later", tensors[first].range.end))
    .help("the file is damaged or was written wrongly: write it again")
}
