//! Checked blocks, models and heads.

use crate::place::Place;
use crate::program::{CheckedStatement, Value};
use crate::spec::{
    Checkpoint, ConfigTable, ElementType, Expr, Kind, Name, Param, Preset, Require, TensorType, Tie,
    Transform, WeightsTable,
};

/// A block, or the body of a model or head.
#[derive(Clone, Debug)]
pub struct CheckedBlock {
    /// Documentation.
    pub doc: String,
    /// Unique: the declared name, followed by its block arguments for a copy: `LayerWithSwiGlu`.
    pub name: String,
    /// Whether the standard library declares it and it has no block arguments.
    pub standard: bool,
    /// Params; none of kind `Block`.
    pub params: Vec<Param>,
    /// Static values, in order.
    pub lets: Vec<CheckedLet>,
    /// Conditions.
    pub requires: Vec<Require>,
    /// Parts, in order.
    pub parts: Vec<CheckedPart>,
    /// Ties, resolved: both paths exist, the tied one is a tieable tensor of a direct part.
    pub ties: Vec<Tie>,
    /// The computation.
    pub forward: Option<CheckedForward>,
}

/// A static value.
#[derive(Clone, Debug)]
pub struct CheckedLet {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its value over params and earlier lets.
    pub value: Expr,
}

/// A part.
#[derive(Clone, Debug)]
pub struct CheckedPart {
    /// Documentation.
    pub doc: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub callee: Callee,
    /// A value for each of the callee's params, in the callee's order, over the caller's params, lets and index.
    pub args: Vec<(String, Expr)>,
    /// How often, for a repeated part.
    pub count: Option<Expr>,
    /// The name that holds the index of a repeated part in `args`.
    pub index: Option<String>,
    /// The condition under which it exists.
    pub condition: Option<Expr>,
    /// Where its name stands.
    pub place: Place,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A leaf of [`crate::program::Program::leaves`].
    Leaf(String),
    /// A block of [`crate::program::Program::blocks`].
    Block(String),
}

/// A checked `forward`. Every rank is known.
#[derive(Clone, Debug)]
pub struct CheckedForward {
    /// The inputs.
    pub inputs: Vec<CheckedInput>,
    /// The names bound by each call, in order of first appearance: `B`, `T`.
    pub bound: Vec<String>,
    /// The outputs.
    pub outputs: Vec<CheckedOutput>,
    /// The `let`s.
    pub statements: Vec<CheckedStatement>,
    /// One value per output.
    pub results: Vec<Value>,
}

/// One input of a [`CheckedForward`].
#[derive(Clone, Debug)]
pub struct CheckedInput {
    /// Its name.
    pub name: String,
    /// Its declared type; no `..`.
    pub ty: TensorType,
    /// The number it is filled with when the caller leaves it out.
    pub default: Option<f64>,
}

impl CheckedInput {
    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.ty.dims.len()
    }

    /// What it holds.
    pub fn element(&self) -> ElementType {
        self.ty.element
    }
}

/// One output of a [`CheckedForward`].
#[derive(Clone, Debug)]
pub struct CheckedOutput {
    /// Its name; `output` when none is written.
    pub name: String,
    /// Its declared type; no `..`.
    pub ty: TensorType,
    /// The condition under which it exists.
    pub condition: Option<Expr>,
}

/// A model.
#[derive(Clone, Debug)]
pub struct CheckedModel {
    /// Its own body. `params` holds the model's params and then those of all heads, each name once.
    pub body: CheckedBlock,
    /// Its heads.
    pub heads: Vec<CheckedHead>,
    /// Its presets.
    pub presets: Vec<Preset>,
    /// Its config tables.
    pub configs: Vec<ConfigTable>,
    /// Its weights tables.
    pub weights: Vec<WeightsTable>,
    /// What `freeze`, `train`, `quantize` and `recompute` mark, in order; later ones have the last word.
    pub transforms: Vec<Transform>,
    /// Checkpoints that fit it.
    pub checkpoints: Vec<Checkpoint>,
}

impl CheckedModel {
    /// The config table for this format.
    pub fn config(&self, format: &str) -> Option<&ConfigTable> {
        self.configs.iter().find(|table| table.format.as_str() == format)
    }

    /// The weights table for this format.
    pub fn weights(&self, format: &str) -> Option<&WeightsTable> {
        self.weights.iter().find(|table| table.format.as_str() == format)
    }

    /// The head of this name.
    pub fn head(&self, name: &str) -> Option<&CheckedHead> {
        self.heads.iter().find(|head| head.body.name == name)
    }
}

/// A head. Its static expressions may name the base's params and lets; its params are among the model's.
#[derive(Clone, Debug)]
pub struct CheckedHead {
    /// Its own parts and forward; `params` is empty.
    pub body: CheckedBlock,
    /// Where each input of its forward comes from.
    pub inputs: Vec<HeadInput>,
    /// The dimension that the model's inputs carry after their first, folded into it while the model runs. The head
    /// sees the model's inputs and outputs with it.
    pub fold: Option<String>,
    /// What it is trained with: the sum of these.
    pub losses: Vec<CheckedLoss>,
}

/// One loss of a head.
#[derive(Clone, Debug)]
pub struct CheckedLoss {
    /// One of [`crate::standard::losses`].
    pub name: String,
    /// The tensor that each input of the loss is, in its order: a label where the input is `given`, else an output of the
    /// head.
    pub tensors: Vec<String>,
    /// A value for each static param, in the loss's order, over the params of the model.
    pub statics: Vec<(String, Expr)>,
}

impl CheckedHead {
    /// The inputs that the caller gives beside the model's.
    pub fn given_inputs(&self) -> impl Iterator<Item = &CheckedInput> {
        let own = self.body.forward.iter().flat_map(|forward| &forward.inputs);
        own.zip(&self.inputs)
            .filter(|(_, source)| **source == HeadInput::Given)
            .map(|(input, _)| input)
    }

    /// The model's forward as this head and its caller see it: with the folded dimension in its inputs and outputs.
    pub fn folded_forward(&self, base: &CheckedForward) -> CheckedForward {
        let mut forward = base.clone();
        let Some(name) = &self.fold else {
            return forward;
        };
        let inputs = forward.inputs.iter_mut().map(|input| &mut input.ty);
        let types = inputs.chain(forward.outputs.iter_mut().map(|output| &mut output.ty));
        types.for_each(|ty| ty.insert_fold(&Name::new(name)));
        forward.bound.push(name.clone());
        forward
    }
}

/// Where an input of a head's forward comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadInput {
    /// The base's output of this index.
    Output(usize),
    /// The base's input of this index.
    Input(usize),
    /// The caller.
    Given,
}
