//! Metadata as a configuration, which a model's `config gguf` table reads; and back.

use serde_json::{Map, Number, Value as Json};

use super::value::{Array, Value};

/// Metadata as an object of flat keys.
pub(crate) fn config<'a>(metadata: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Json {
    let entries = metadata.into_iter();
    Json::Object(
        entries
            .map(|(key, value)| (key.clone(), to_json(value)))
            .collect(),
    )
}

/// A configuration as metadata: whole numbers as `u32` where they fit and real ones as `f32`, which is what llama.cpp
/// asks for. Null is left out, and so is what has no counterpart.
pub(super) fn metadata(config: &Map<String, Json>) -> Vec<(String, Value)> {
    let entries = config.iter();
    entries
        .filter_map(|(key, value)| Some((key.clone(), of_json(value)?)))
        .collect()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::F32(number) => real(*number),
        Value::F64(number) => Json::from(*number),
        Value::U64(number) => Json::from(*number),
        Value::Bool(value) => Json::from(*value),
        Value::String(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => Json::from(String::from_utf8_lossy(bytes)),
        Value::Array(array) => list(array),
        Value::U8(_)
        | Value::I8(_)
        | Value::U16(_)
        | Value::I16(_)
        | Value::U32(_)
        | Value::I32(_)
        | Value::I64(_) => Json::from(value.as_i64()),
    }
}

fn list(array: &Array) -> Json {
    match array {
        Array::U8(numbers) => Json::from(numbers.as_slice()),
        Array::I8(numbers) => Json::from(numbers.as_slice()),
        Array::U16(numbers) => Json::from(numbers.as_slice()),
        Array::I16(numbers) => Json::from(numbers.as_slice()),
        Array::U32(numbers) => Json::from(numbers.as_slice()),
        Array::I32(numbers) => Json::from(numbers.as_slice()),
        Array::U64(numbers) => Json::from(numbers.as_slice()),
        Array::I64(numbers) => Json::from(numbers.as_slice()),
        Array::F64(numbers) => Json::from(numbers.as_slice()),
        Array::Bool(values) => Json::from(values.as_slice()),
        Array::String(texts) => Json::from(texts.as_slice()),
        Array::F32(numbers) => numbers.iter().copied().map(real).collect(),
        Array::Bytes(texts) => texts
            .iter()
            .map(|text| Json::from(String::from_utf8_lossy(text)))
            .collect(),
        Array::Array(arrays) => arrays.iter().map(list).collect(),
    }
}

/// The shortest decimal that is this number: 1e-5, where widening would give 9.999999747378752e-6.
fn real(number: f32) -> Json {
    let decimal: Option<f64> = number.to_string().parse().ok();
    decimal
        .and_then(Number::from_f64)
        .map_or(Json::Null, Json::Number)
}

fn of_json(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(value) => Some(Value::Bool(*value)),
        Json::String(text) => Some(Value::String(text.clone())),
        Json::Number(number) => Some(match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => u32::try_from(whole).map_or(Value::U64(whole), Value::U32),
            (None, Some(whole)) => i32::try_from(whole).map_or(Value::I64(whole), Value::I32),
            (None, None) => Value::F32(number.as_f64()? as f32),
        }),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
