//! The form before torch 1.6: five pickles one after the other, then the storages.
//!
//! The pickles are a magic number, the protocol's version, the writer's machine, the object, and the keys of the storages
//! in the order in which they follow. A storage is its element count in eight bytes and its elements.

use std::collections::HashMap;
use std::ops::Range;

use super::LEGACY_MAGIC;
use super::file::Contents;
use super::pickle::{Heap, Machine, Refusal, Storage, Value};
use crate::error::{Location, Problem, codes};

/// The version that torch has always written.
const VERSION: i64 = 1001;

/// Reads the pickles and finds the storages.
pub(super) fn read(file: &[u8]) -> Result<Contents, Refusal> {
    let run = |start: usize| Machine::new(file, start, file.len()).run();
    let (magic, _, at) = run(0)?;
    match magic {
        Value::BigInt(span) if span.bytes(file) == LEGACY_MAGIC => {}
        _ => return Err(not_pytorch()),
    }
    let (version, _, at) = run(at)?;
    if version != Value::Int(VERSION) {
        return Err(Problem::new(
            codes::PYTORCH_ARCHIVE,
            "the file is of another version of torch's format",
        )
        .expected(VERSION)
        .help("load it in Python and save it with a newer torch")
        .into());
    }
    let (machine, machine_heap, at) = run(at)?;
    let is_from_big_endian = is_from_big_endian(machine, &machine_heap, file);
    let (object, heap, at) = run(at)?;
    let (keys, keys_heap, at) = run(at)?;
    let order = keys_heap.items(keys).unwrap_or_default();
    let storages = locate(file, at, order, &heap, is_from_big_endian)?;
    Ok(Contents {
        object,
        heap,
        storages,
        // Elements are little endian in this form, whatever machine wrote them (torch/csrc/serialization.cpp).
        is_big_endian: false,
    })
}

/// The bytes of every reference to a storage, found by walking over the storages in the order of the keys.
fn locate(
    file: &[u8],
    start: usize,
    order: &[Value],
    heap: &Heap,
    is_from_big_endian: bool,
) -> Result<Vec<Option<Range<usize>>>, Refusal> {
    // A storage is written with the first element type that refers to it.
    let mut known: HashMap<&str, &Storage> = HashMap::new();
    for storage in &heap.storages {
        known.entry(storage.key.text(file)).or_insert(storage);
    }
    let mut ranges: HashMap<&str, Range<usize>> = HashMap::new();
    let mut position = start;
    for key in order {
        let storage = match key {
            Value::Text(key) => known.get(key.text(file)).copied(),
            _ => None,
        };
        let storage = storage.ok_or_else(|| damaged(position, "a storage that no tensor refers to"))?;
        let count_bytes = file.get(position..).and_then(<[u8]>::first_chunk::<8>);
        let count_bytes = count_bytes.ok_or_else(|| damaged(position, "the end of the file"))?;
        // Old versions on a big-endian machine wrote the count as the machine has it.
        let is_count = u64::from_le_bytes(*count_bytes) == storage.count as u64
            || is_from_big_endian && u64::from_be_bytes(*count_bytes) == storage.count as u64;
        if !is_count {
            let found = format!("{} elements", u64::from_le_bytes(*count_bytes));
            return Err(damaged(position, &found));
        }
        position += count_bytes.len();
        let end = storage
            .count
            .checked_mul(storage.element.size)
            .and_then(|length| position.checked_add(length))
            .filter(|end| *end <= file.len());
        let end = end.ok_or_else(|| damaged(position, "the end of the file"))?;
        ranges.insert(storage.key.text(file), position..end);
        position = end;
    }
    let references = heap.storages.iter();
    Ok(references
        .map(|storage| ranges.get(storage.key.text(file)).cloned())
        .collect())
}

fn is_from_big_endian(machine: Value, heap: &Heap, file: &[u8]) -> bool {
    let entries = heap.entries(machine).unwrap_or_default();
    entries.iter().any(|(key, value)| {
        matches!(key, Value::Text(key) if key.is("little_endian", file)) && *value == Value::Bool(false)
    })
}

fn damaged(at: usize, found: &str) -> Refusal {
    Problem::new(
        codes::PYTORCH_STORAGE,
        "the numbers do not follow as the pickle says",
    )
    .at(Location::Byte(at as u64))
    .found(found)
    .expected("the element count of the next storage, then its elements")
    .help("the file is cut off or damaged: download it again")
    .into()
}

/// The error for a file of neither form.
pub(super) fn not_pytorch() -> Refusal {
    Problem::new(codes::PYTORCH_ARCHIVE, "this is no file of torch.save")
        .at(Location::Byte(0))
        .expected("a zip archive, or a pickle that begins with torch's magic number")
        .help("check that this is the file you mean, or download it again")
        .into()
}
