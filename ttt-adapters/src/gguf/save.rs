//! Saving a model as llama.cpp's converters do.

use std::path::Path;
use std::sync::Arc;

use serde_json::Map;
use ttt_dsl::instance::{Instance, Scalar, Values};
use ttt_dsl::program::Program;
use ttt_dsl::spec::{ConfigTable, Source};

use super::encoding::Encoding;
use super::said::check_said;
use super::tokenizer::pad_tokens;
use super::value::Value;
use super::write::{Planned, write};
use super::{FORMAT, config};
use crate::config::write_config;
use crate::error::Error;
use crate::registry::Translated;
use crate::source::TensorSource;
use crate::weights::Frequencies;

/// The version of the blocks' layouts, which llama.cpp looks at.
const QUANTIZATION_VERSION: u32 = 2;

/// A model to save.
#[derive(Clone, Copy, Debug)]
pub struct SaveRequest<'a> {
    /// The program that the model is of.
    pub program: &'a Arc<Program>,
    /// The model with its params and, where it has one, its head.
    pub instance: &'a Instance,
    /// How its matrices are stored.
    pub encoding: Encoding,
    /// What the file says besides the params: its tokenizer, as from [`super::tokenizer_metadata`] or another file's
    /// metadata, `general.name`, and so on. Keys that follow from the params are written from those.
    pub metadata: &'a [(String, Value)],
}

/// What a saved file does not hold as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The names of the tensors that the file holds.
    pub written: Vec<String>,
    /// Tensors of the model that the format has no place for.
    pub left_out: Vec<String>,
    /// Tensors that are stored as F16 because their rows are no whole blocks of the encoding.
    pub unquantised: Vec<String>,
}

/// Writes a model into a file. `tensors` are named by the model's paths.
///
/// What the format cannot say of the computation is an error. The file appears under its name when it is complete.
pub fn save(path: &Path, request: &SaveRequest<'_>, tensors: Arc<dyn TensorSource>) -> Result<Saved, Error> {
    let instance = request.instance;
    let translated = Translated::new(FORMAT, request.program, instance, tensors)?;
    let Translated {
        reader,
        weights_table,
        export,
        ..
    } = &translated;
    let metadata = metadata(&translated, request)?;
    check_said(reader, weights_table, instance, &metadata, export)?;

    let encodings: Vec<Encoding> = export
        .tensors()
        .iter()
        .map(|(name, info)| request.encoding.of_tensor(name, info))
        .collect();
    let planned = export.tensors().iter().zip(&encodings);
    let planned: Vec<Planned> = planned
        .map(|((name, info), encoding)| Planned::new(name, &info.shape, encoding.layout()))
        .collect();
    write(path, &metadata, &planned, |index| {
        let name = &planned[index].name;
        encodings[index].encode(name, &export.read(name)?)
    })?;
    let written: Vec<String> = planned.into_iter().map(|planned| planned.name).collect();
    let named = written.iter().cloned();
    let unquantised = named
        .zip(&encodings)
        .filter(|(_, encoding)| **encoding == Encoding::F16 && request.encoding != Encoding::F16);
    Ok(Saved {
        left_out: export.left_out().to_vec(),
        unquantised: unquantised.map(|(name, _)| name).collect(),
        written,
    })
}

/// Everything that stands before the tensors: the model, what the caller gives, how it is stored.
fn metadata(translated: &Translated<'_>, request: &SaveRequest<'_>) -> Result<Vec<(String, Value)>, Error> {
    let values = &request.instance.values;
    let reader = &translated.reader;
    let said = match Frequencies::of(translated.weights_table, reader.model) {
        Some(frequencies) => frequencies.without(values),
        None => values.clone(),
    };
    let written = write_config(reader, &said, &translated.head, None);
    let mut metadata = config::metadata(written.as_object().unwrap_or(&Map::new()));
    metadata.push((
        "general.file_type".into(),
        Value::U32(request.encoding.file_type()),
    ));
    metadata.push((
        "general.quantization_version".into(),
        Value::U32(QUANTIZATION_VERSION),
    ));
    for (key, value) in request.metadata {
        if !metadata.iter().any(|(known, _)| known == key) {
            metadata.push((key.clone(), value.clone()));
        }
    }
    if let Some(count) = token_count(reader.table, values) {
        pad_tokens(&mut metadata, count)?;
    }
    Ok(metadata)
}

/// How many tokens the model has: the param that `len` of the tokens fills.
fn token_count(table: &ConfigTable, values: &Values) -> Option<usize> {
    let counts =
        |source: &Source| matches!(source, Source::Length { key, .. } if key == super::tokenizer::TOKENS);
    let entry = table
        .entries
        .iter()
        .find(|entry| entry.sources.iter().any(counts))?;
    match values.get(entry.param.as_str())? {
        Scalar::Int(count) => usize::try_from(*count).ok(),
        _ => None,
    }
}
