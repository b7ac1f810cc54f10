//! Why numbers do not make a model.

use super::{EvaluateError, TensorSlot};
use crate::diagnostic::closest;
use crate::place::Place;
use crate::program::{CheckedModel, Program};
use crate::spec::Param;

/// Why numbers do not make a model of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceError {
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// The part, `h.3.attn`; empty for the model itself.
    pub part: String,
    /// Where the schema says so.
    pub place: Place,
}

impl std::fmt::Display for InstanceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.part.as_str() {
            "" => f.write_str(&self.message),
            part => write!(f, "{part}: {}", self.message),
        }
    }
}

impl std::error::Error for InstanceError {}

pub(super) fn at(error: EvaluateError, path: &str) -> InstanceError {
    InstanceError {
        message: error.message,
        help: "change the params that this expression reads".into(),
        part: path.to_string(),
        place: error.place,
    }
}

pub(super) fn unknown_model(program: &Program, model: &str) -> InstanceError {
    let names: Vec<&str> = program
        .models
        .iter()
        .map(|model| model.body.name.as_str())
        .collect();
    InstanceError {
        message: format!("no model is called `{model}`"),
        help: format!("the models are: {}", names.join(", ")),
        part: String::new(),
        place: Place::NOWHERE,
    }
}

pub(super) fn unknown_head(model: &CheckedModel, head: &str) -> InstanceError {
    let names: Vec<&str> = model.heads.iter().map(|head| head.body.name.as_str()).collect();
    InstanceError {
        message: format!("`{}` has no head `{head}`", model.body.name),
        help: format!("its heads are: {}", names.join(", ")),
        part: String::new(),
        place: Place::NOWHERE,
    }
}

pub(super) fn unknown_param(model: &CheckedModel, name: &str) -> InstanceError {
    let names: Vec<&str> = model
        .body
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    let help = match closest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its params are: {}", names.join(", ")),
    };
    InstanceError {
        message: format!("`{}` has no param `{name}`", model.body.name),
        help,
        part: String::new(),
        place: Place::NOWHERE,
    }
}

pub(super) fn missing_param(param: &Param) -> InstanceError {
    InstanceError {
        message: format!("`{}` has no value", param.name),
        help: "give it one, or a default in the schema".into(),
        part: String::new(),
        place: param.name.place,
    }
}

pub(super) fn unknown_callee(name: &str, path: &str) -> InstanceError {
    InstanceError {
        message: format!("the program has no block or leaf `{name}`"),
        help: "build the program with the checker".into(),
        part: path.to_string(),
        place: Place::NOWHERE,
    }
}

pub(super) fn too_many_parts(path: &str, place: Place) -> InstanceError {
    InstanceError {
        message: "the model has too many parts".into(),
        help: "lower what says how often parts are repeated".into(),
        part: path.to_string(),
        place,
    }
}

pub(super) fn too_many_numbers(largest: Option<TensorSlot>) -> InstanceError {
    let (part, shape) = largest.map(|slot| (slot.path, slot.shape)).unwrap_or_default();
    InstanceError {
        message: format!("of shape {shape:?}, the model is larger than any memory"),
        help: "lower the sizes".into(),
        part,
        place: Place::NOWHERE,
    }
}
