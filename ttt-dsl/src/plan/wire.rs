//! What flows between layers.

use indexmap::IndexMap;

use super::Param;
use crate::program::CheckedForward;

/// The values that a language expression stands for: one, several, or none where an optional one is absent.
#[derive(Clone)]
pub(super) enum Wire {
    Value(String),
    /// A number in arithmetic.
    Number(Param),
    Tuple(Vec<Wire>),
    Absent,
}

impl Wire {
    /// One value as itself, several as a tuple.
    pub(super) fn of(mut values: Vec<Wire>) -> Wire {
        match values.len() {
            1 => values.remove(0),
            _ => Wire::Tuple(values),
        }
    }
}

/// The names of the tensors among `inputs`; numbers join the params as `scalar`.
pub(super) fn names_of(inputs: Vec<Wire>, params: &mut IndexMap<String, Param>) -> Vec<String> {
    let mut names = Vec::new();
    for input in inputs {
        match input {
            Wire::Value(name) => names.push(name),
            Wire::Number(param) => {
                params.insert("scalar".into(), param);
            }
            Wire::Tuple(inner) => names.extend(names_of(inner, params)),
            Wire::Absent => {}
        }
    }
    names
}

/// Adds the results of a forward under the names of its outputs, unless those are taken.
pub(super) fn name_outputs(
    forward: &CheckedForward,
    results: Vec<Wire>,
    outputs: &mut IndexMap<String, String>,
) {
    for (output, result) in forward.outputs.iter().zip(results) {
        if let Wire::Value(value) = result {
            outputs.entry(output.name.clone()).or_insert(value);
        }
    }
}
