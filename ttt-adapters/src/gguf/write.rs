//! Writing the container, version 3.

use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;

use super::header::{DEFAULT_ALIGNMENT, MAGIC};
use super::tensor_type::TensorLayout;
use super::value::{Array, Value};
use crate::error::{Error, Problem, codes};
use crate::file;

const VERSION: u32 = 3;

/// The longest name of a tensor that ggml reads.
const MAX_NAME: usize = 63;

/// A tensor that is to be written.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub name: String,
    layout: &'static TensorLayout,
    /// Outermost first.
    shape: Vec<usize>,
}

impl Planned {
    pub fn new(name: &str, shape: &[usize], layout: &'static TensorLayout) -> Planned {
        Planned {
            name: name.to_string(),
            layout,
            shape: shape.to_vec(),
        }
    }

    fn byte_count(&self) -> usize {
        self.shape.iter().product::<usize>() / self.layout.block * self.layout.bytes
    }
}

/// Writes a file. Each tensor's bytes are asked for, by its index, when their turn comes; the file appears under its name when it is
/// complete.
pub(super) fn write(
    path: &Path,
    metadata: &[(String, Value)],
    tensors: &[Planned],
    read: impl Fn(usize) -> Result<Bytes, Error>,
) -> Result<(), Error> {
    let header = header(metadata, tensors)?;
    file::replace(path, |writer| {
        let failed = |error: io::Error| file::unreadable(path, &error);
        writer.write_all(&header).map_err(failed)?;
        for index in 0..tensors.len() {
            let bytes = read(index)?;
            writer.write_all(&bytes).map_err(failed)?;
            writer.write_all(&padding(bytes.len())).map_err(failed)?;
        }
        Ok(())
    })
}

/// Zeros to the next multiple of the alignment.
fn padding(length: usize) -> Vec<u8> {
    vec![0; length.next_multiple_of(DEFAULT_ALIGNMENT) - length]
}

fn header(metadata: &[(String, Value)], tensors: &[Planned]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        put_string(&mut out, key.as_bytes());
        out.extend(value.kind().id().to_le_bytes());
        put_value(&mut out, value);
    }
    let mut offset = 0;
    for planned in tensors {
        if planned.name.len() > MAX_NAME {
            return Err(
                Problem::new(codes::GGUF_WRITE, "a tensor's name is longer than GGUF allows")
                    .tensor(&planned.name)
                    .found(format!("{} bytes", planned.name.len()))
                    .expected(format!("at most {MAX_NAME}"))
                    .help("give it a shorter name in the `weights gguf` table")
                    .into(),
            );
        }
        put_string(&mut out, planned.name.as_bytes());
        out.extend((planned.shape.len() as u32).to_le_bytes());
        for size in planned.shape.iter().rev() {
            out.extend((*size as u64).to_le_bytes());
        }
        out.extend(planned.layout.id.to_le_bytes());
        out.extend((offset as u64).to_le_bytes());
        offset += planned.byte_count().next_multiple_of(DEFAULT_ALIGNMENT);
    }
    let end = padding(out.len());
    out.extend(end);
    Ok(out)
}

fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::U8(number) => out.extend(number.to_le_bytes()),
        Value::I8(number) => out.extend(number.to_le_bytes()),
        Value::U16(number) => out.extend(number.to_le_bytes()),
        Value::I16(number) => out.extend(number.to_le_bytes()),
        Value::U32(number) => out.extend(number.to_le_bytes()),
        Value::I32(number) => out.extend(number.to_le_bytes()),
        Value::F32(number) => out.extend(number.to_le_bytes()),
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::String(text) => put_string(out, text.as_bytes()),
        Value::Bytes(bytes) => put_string(out, bytes),
        Value::Array(array) => put_array(out, array),
        Value::U64(number) => out.extend(number.to_le_bytes()),
        Value::I64(number) => out.extend(number.to_le_bytes()),
        Value::F64(number) => out.extend(number.to_le_bytes()),
    }
}

fn put_array(out: &mut Vec<u8>, array: &Array) {
    out.extend(array.kind().id().to_le_bytes());
    out.extend((array.len() as u64).to_le_bytes());
    match array {
        Array::U8(numbers) => out.extend(numbers),
        Array::I8(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::U16(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::I16(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::U32(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::I32(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::F32(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::U64(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::I64(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::F64(numbers) => out.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        Array::Bool(values) => out.extend(values.iter().map(|value| u8::from(*value))),
        Array::String(texts) => texts.iter().for_each(|text| put_string(out, text.as_bytes())),
        Array::Bytes(texts) => texts.iter().for_each(|text| put_string(out, text)),
        Array::Array(arrays) => arrays.iter().for_each(|array| put_array(out, array)),
    }
}
