//! Which tensors of a file are the model's, and what they are called.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::pickle::{Heap, Refusal, Value};
use crate::error::{Problem, codes};

/// Keys under which training scripts put the state dict, the first that is there wins.
pub const WRAPPERS: &[&str] = &[
    "state_dict",
    "model_state_dict",
    "model",
    "module",
    "net",
    "weights",
    "params",
];

/// What wrappers of modules put before every name: data parallelism and `torch.compile`.
pub const DECORATIONS: &[&str] = &["module.", "_orig_mod."];

/// How deep dictionaries may be nested, and how many are looked into for the state dict.
const MAX_DEPTH: usize = 16;

/// The most entries looked at.
const MAX_ENTRIES: usize = 1_000_000;

/// The most bytes that one name has, and all of them together.
const MAX_NAME: usize = 1024;
const MAX_NAMES: usize = 64 << 20;

/// Rows of [`Heap::tensors`] by name.
pub(super) fn tensors(object: Value, heap: &Heap, file: &[u8]) -> Result<IndexMap<String, usize>, Refusal> {
    let found = unwrap(object, heap, file, &mut HashSet::new());
    let object = found.ok_or_else(|| no_state_dict(object, heap, file))?;
    let mut walk = Walk {
        heap,
        file,
        found: IndexMap::new(),
        entries: 0,
        name_bytes: 0,
    };
    walk.dict(object, "", 0)?;
    Ok(without_decoration(walk.found))
}

/// Finds the dictionary that holds tensors, looking into each once.
fn unwrap(object: Value, heap: &Heap, file: &[u8], seen: &mut HashSet<usize>) -> Option<Value> {
    let Value::Dict(row) = object else {
        return None;
    };
    let entries = heap.entries(object)?;
    if entries.iter().any(|(_, value)| matches!(value, Value::Tensor(_))) {
        return Some(object);
    }
    if !seen.insert(row) || seen.len() > MAX_DEPTH {
        return None;
    }
    WRAPPERS.iter().find_map(|wrapper| {
        // The last entry of a key is the one that counts.
        let mut entries = entries.iter().rev();
        let (_, value) = entries.find(|(key, _)| matches!(key, Value::Text(key) if key.is(wrapper, file)))?;
        unwrap(*value, heap, file, seen)
    })
}

struct Walk<'a> {
    heap: &'a Heap,
    file: &'a [u8],
    found: IndexMap<String, usize>,
    entries: usize,
    name_bytes: usize,
}

impl Walk<'_> {
    fn dict(&mut self, object: Value, prefix: &str, depth: usize) -> Result<(), Refusal> {
        let entries = self.heap.entries(object).unwrap_or_default();
        for (key, value) in entries {
            self.entries += 1;
            if !matches!(value, Value::Tensor(_) | Value::Dict(_)) {
                continue;
            }
            // Before anything is made of it: one long key may stand in many places.
            if matches!(key, Value::Text(key) if key.length > MAX_NAME) {
                return Err(too_much());
            }
            let name = match key {
                Value::Text(key) => format!("{prefix}{}", key.text(self.file)),
                Value::Int(key) => format!("{prefix}{key}"),
                other => return Err(unnamed(prefix, *other)),
            };
            self.name_bytes += name.len();
            let is_named = name.len() <= MAX_NAME && self.name_bytes <= MAX_NAMES;
            if depth == MAX_DEPTH || self.entries > MAX_ENTRIES || !is_named {
                return Err(too_much());
            }
            match value {
                Value::Tensor(row) => _ = self.found.insert(name, *row),
                inner => self.dict(*inner, &format!("{name}."), depth + 1)?,
            }
        }
        Ok(())
    }
}

fn without_decoration(found: IndexMap<String, usize>) -> IndexMap<String, usize> {
    let decoration = DECORATIONS
        .iter()
        .find(|decoration| !found.is_empty() && found.keys().all(|name| name.starts_with(**decoration)));
    match decoration {
        None => found,
        Some(decoration) => found
            .into_iter()
            .map(|(name, row)| (name[decoration.len()..].to_string(), row))
            .collect(),
    }
}

fn no_state_dict(object: Value, heap: &Heap, file: &[u8]) -> Refusal {
    let found = match heap.entries(object) {
        None => object.kind().to_string(),
        Some([]) => "an empty dictionary".to_string(),
        Some(entries) => {
            let keys = entries.iter().filter_map(|(key, _)| match key {
                Value::Text(key) => Some(format!(
                    "{:?}",
                    key.text(file).chars().take(40).collect::<String>()
                )),
                _ => None,
            });
            format!(
                "a dictionary of {} with {}",
                entries.len(),
                keys.take(6).collect::<Vec<_>>().join(", ")
            )
        }
    };
    Problem::new(codes::NO_STATE_DICT, "there is no state dict in the file")
        .found(found)
        .expected(format!(
            "a dictionary of tensors, or one under {}",
            WRAPPERS.join(", ")
        ))
        .help("load the file in Python and save the model's state_dict() alone")
        .into()
}

fn unnamed(prefix: &str, key: Value) -> Refusal {
    Problem::new(codes::NO_STATE_DICT, "a tensor has no name")
        .found(format!("{} as a key in `{prefix:.80}`", key.kind()))
        .expected("a text")
        .help("save the model's state_dict() instead")
        .into()
}

fn too_much() -> Refusal {
    Problem::new(
        codes::PICKLE_LIMIT,
        "the dictionaries are nested too deeply or hold too much",
    )
    .expected(format!(
        "at most {MAX_ENTRIES} entries, {MAX_DEPTH} deep, with names of {MAX_NAME} bytes, {MAX_NAMES} in all"
    ))
    .help("save the model's state_dict() alone")
    .into()
}
