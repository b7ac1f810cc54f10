//! Writing safetensors.

use std::io::{self, Write};
use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{TensorInfo, TensorSource};
use crate::error::Error;
use crate::file;

/// The header is padded to this, so that every tensor is aligned.
const ALIGNMENT: usize = 8;

/// Writes every tensor of a source into one file, one at a time. The file appears under its name when it is complete.
pub fn write_safetensors(path: &Path, source: &dyn TensorSource) -> Result<(), Error> {
    let tensors: Vec<(&String, &TensorInfo)> = source.tensors().iter().collect();
    write_file(path, source, tensors)
}

/// Writes every tensor of a source into files of at most `limit` bytes of tensors beside an index at `path`. A tensor
/// that is larger has a file of its own.
pub fn write_sharded_safetensors(path: &Path, source: &dyn TensorSource, limit: usize) -> Result<(), Error> {
    let shards = shards(source, limit);
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut weight_map = Map::new();
    let mut total = 0;
    for (index, tensors) in shards.iter().enumerate() {
        let file = format!("model-{:05}-of-{:05}.safetensors", index + 1, shards.len());
        for (name, info) in tensors {
            total += info.byte_count().unwrap_or(usize::MAX);
            weight_map.insert((*name).clone(), Value::from(file.as_str()));
        }
        write_file(&directory.join(file), source, tensors.clone())?;
    }
    file::write_json(
        path,
        &json!({ "metadata": { "total_size": total }, "weight_map": weight_map }),
    )
}

type Tensors<'a> = Vec<(&'a String, &'a TensorInfo)>;

fn shards(source: &dyn TensorSource, limit: usize) -> Vec<Tensors<'_>> {
    let mut shards: Vec<Tensors<'_>> = Vec::new();
    let mut size = 0;
    for (name, info) in source.tensors() {
        let bytes = info.byte_count().unwrap_or(usize::MAX);
        match shards.last_mut() {
            Some(shard) if bytes <= limit.saturating_sub(size) => shard.push((name, info)),
            _ => {
                shards.push(vec![(name, info)]);
                size = 0;
            }
        }
        size = size.saturating_add(bytes);
    }
    shards
}

fn write_file(path: &Path, source: &dyn TensorSource, mut tensors: Tensors<'_>) -> Result<(), Error> {
    // Wide numbers first keep every tensor aligned to its own numbers; names make the file the same each time.
    tensors.sort_by(|(a, left), (b, right)| right.dtype.size().cmp(&left.dtype.size()).then(a.cmp(b)));
    let failed = |error: io::Error| file::unreadable(path, &error);
    file::replace(path, |writer| {
        writer.write_all(&header(&tensors)).map_err(failed)?;
        for (name, _) in &tensors {
            let tensor = source.read(name)?;
            writer.write_all(&tensor.bytes).map_err(failed)?;
        }
        Ok(())
    })
}

/// The header with its length before it. `format` is what transformers asks for.
fn header(tensors: &[(&String, &TensorInfo)]) -> Vec<u8> {
    let mut entries: IndexMap<&str, Value> = IndexMap::new();
    entries.insert("__metadata__", json!({ "format": "pt" }));
    let mut start = 0;
    for (name, info) in tensors {
        let end = start + info.byte_count().unwrap_or_default();
        let entry =
            json!({ "dtype": info.dtype.to_string(), "shape": info.shape, "data_offsets": [start, end] });
        entries.insert(name, entry);
        start = end;
    }
    let entries: Map<String, Value> = entries
        .into_iter()
        .map(|(name, entry)| (name.to_string(), entry))
        .collect();
    let mut text = Value::Object(entries).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(ALIGNMENT), b' ');
    let mut header = (text.len() as u64).to_le_bytes().to_vec();
    header.extend(text);
    header
}
