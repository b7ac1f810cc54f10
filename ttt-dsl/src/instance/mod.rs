//! A program evaluated with numbers: every part with its path, every tensor with its shape.
//!
//! This is what `show` prints, what the interpreter builds from and what the loader fills.

mod budget;
mod error;
mod evaluate;
mod instantiate;
mod mark;
mod params;
pub mod path;
mod scalar;
mod tensors;

pub use error::InstanceError;
pub use evaluate::{EvaluateError, evaluate, evaluate_condition, evaluate_int, evaluate_size};
pub use instantiate::{instantiate, instantiate_heads};
pub use params::{expected, preset_values, resolve_params};
pub use scalar::{Names, Scalar, Values};

use std::sync::Arc;

use crate::spec::Encoding;

/// A model, perhaps with one of its heads, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The model's name.
    pub model: String,
    /// The params, all of them.
    pub values: Values,
    /// The model's own parts.
    pub root: InstanceBlock,
    /// The head's name and parts; their paths begin with its name.
    pub head: Option<(String, InstanceBlock)>,
}

/// A block, model or head.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceBlock {
    /// The [`crate::program::CheckedBlock`]'s name (a model's or head's own name for those).
    pub block: String,
    /// Its params and lets; a head's include the base's.
    pub values: Values,
    /// Its parts in order; absent ones included.
    pub parts: Vec<InstancePart>,
    /// Whether it keeps no values for the backward pass and computes them again.
    pub recompute: bool,
}

/// A part.
#[derive(Clone, Debug, PartialEq)]
pub struct InstancePart {
    /// Its name.
    pub name: String,
    /// What it is.
    pub node: InstanceNode,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum InstanceNode {
    /// Its condition does not hold.
    Absent,
    /// A leaf.
    Leaf(InstanceLeaf),
    /// A block.
    Block(InstanceBlock),
    /// A repeated part: leaves or blocks. Copies that are alike are one node, which is shared.
    Repeat(Vec<Arc<InstanceNode>>),
}

/// A leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceLeaf {
    /// The [`crate::spec::Leaf`]'s name.
    pub leaf: String,
    /// Its params and lets.
    pub values: Values,
    /// Its tensors; those whose condition does not hold are left out.
    pub weights: Vec<InstanceWeight>,
}

/// A leaf's tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceWeight {
    /// Its name: `weight`, `bias`.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// The whole path of the tensor that it reads instead of storage of its own: `wte.weight`.
    pub tied: Option<String>,
    /// Whether training leaves it as it is.
    pub frozen: bool,
    /// How it is to be stored, where a transform says so.
    pub encoding: Option<Encoding>,
}

/// A tensor with its whole path, as [`Instance::tensors`] lists them.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSlot {
    /// `h.3.attn.q.weight`, `lm.logits.weight`
    pub path: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// The path of its owner, for a tied tensor.
    pub tied: Option<String>,
    /// Whether training leaves it as it is; for a tied tensor, what its owner is.
    pub frozen: bool,
    /// How it is to be stored, where a transform says so; for a tied tensor, as its owner.
    pub encoding: Option<Encoding>,
}
