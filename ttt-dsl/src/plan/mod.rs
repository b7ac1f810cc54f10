//! The flat canonical plan: every operation of one forward pass, in order, with its connections.
//!
//! Blocks and repeats are unrolled, branches are decided, so a tool that knows nothing of the language can read it.

mod connection;
mod layer;
mod unroll;
mod value;
mod wire;

use indexmap::IndexMap;
use serde::Serialize;

use crate::instance::{Instance, InstanceError, Scalar, Values};
use crate::program::Program;

/// The flat plan of an instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The model's name.
    pub model: String,
    /// The head's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The params, all of them.
    pub params: Values,
    /// What a caller gives.
    pub inputs: Vec<PlanInput>,
    /// What a caller gets: the output's name and the value that it is.
    pub outputs: IndexMap<String, String>,
    /// The operations, in order of execution.
    pub layers: Vec<Layer>,
    /// Who feeds whom.
    pub connections: Vec<Connection>,
    /// What is known about the whole.
    pub metadata: Metadata,
}

/// One input of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanInput {
    /// Its name.
    pub name: String,
    /// Its type as the schema writes it.
    #[serde(rename = "type")]
    pub ty: String,
    /// The number it is filled with when the caller leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<f64>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// Unique: the part's path, or the body's path and the function; `#2` marks a second call.
    pub name: String,
    /// The leaf, function or arithmetic operation.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its static arguments; a text where one depends on a size that each call binds.
    pub params: IndexMap<String, Param>,
    /// The values it reads.
    pub inputs: Vec<String>,
    /// The values it makes.
    pub outputs: Vec<String>,
    /// Its tensors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<LayerWeight>,
}

/// A static argument of a layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Param {
    /// A known value.
    Known(Scalar),
    /// An expression over sizes that each call binds.
    PerCall(String),
}

/// A tensor of a layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerWeight {
    /// Its whole path.
    pub path: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// The path of the tensor it reads instead of storage of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tied: Option<String>,
}

/// A value on its way from one layer to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    /// The layer that makes it; an input's name for what a caller gives.
    pub from: String,
    /// The layer that reads it.
    pub to: String,
    /// The value.
    pub value: String,
}

/// What is known about a whole plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// Who wrote it.
    pub producer: String,
    /// The version of this form.
    pub version: u32,
    /// How many numbers are stored; tied tensors count once.
    pub parameters: usize,
    /// The model's documentation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The losses whose sum the head is trained with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<String>,
}

/// Unrolls an instance of a program.
pub fn plan(program: &Program, instance: &Instance) -> Result<Plan, InstanceError> {
    unroll::unroll(program, instance)
}
