//! Blocks, leaves and what stands in them.

use serde::{Deserialize, Serialize};

use super::{Arg, ElementType, Expr, Kind, Name, Path, Signature, Statement, TensorType};
use crate::place::Place;

/// A block written in the language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The block's name, upper camel case.
    pub name: Name,
    /// What it is called with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// Its lets, requires, parts, ties and forward.
    #[serde(flatten)]
    pub body: Body,
}

/// What blocks, models and heads have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Static values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lets: Vec<Let>,
    /// Conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Require>,
    /// Parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Tensors without storage of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ties: Vec<Tie>,
    /// The computation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Forward>,
    /// Whether an item could not be read. What seems to be missing may have been written, so it is no mistake.
    #[serde(skip)]
    pub incomplete: bool,
}

/// Params and body together, for code that treats blocks, models and heads alike.
#[derive(Clone, Copy, Debug)]
pub struct BodyRef<'a> {
    /// The name of the block, model or head.
    pub name: &'a Name,
    /// Its params.
    pub params: &'a [Param],
    /// Its body.
    pub body: &'a Body,
}

/// `eps: Float = 1e-5`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The param's name.
    pub name: Name,
    /// What it may hold.
    pub kind: Kind,
    /// Its value when nobody gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expr>,
}

impl Param {
    /// Whether its kind or its default could not be read.
    pub fn is_missing(&self) -> bool {
        let lost_kind = matches!(&self.kind, Kind::Enum(name) if name.is_missing());
        lost_kind || self.default.as_ref().is_some_and(Expr::is_missing)
    }
}

/// `let head_dim = dim / heads;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Let {
    /// What is bound.
    pub name: Name,
    /// A static expression.
    pub value: Expr,
}

/// `require dim % heads == 0, "why";`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Require {
    /// What must hold.
    pub condition: Expr,
    /// Said when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// `h: [|i| GptBlock(dim, heads); layers] if deep;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The part's name: a field, a path segment.
    pub name: Name,
    /// What it is.
    pub call: PartCall,
    /// How often, when written in brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Expr>,
    /// The name that holds the index of a repeated part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Name>,
    /// The condition under which it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expr>,
}

/// `GptBlock(dim, heads, eps: eps)`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartCall {
    /// A block, a leaf, or a param of kind `Block`.
    pub callee: Name,
    /// The arguments, positional ones first.
    pub args: Vec<Arg>,
}

/// `tie logits.weight = wte.weight if tied;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    /// The tensor without storage of its own.
    pub tied: Path,
    /// The tensor it reads.
    pub owner: Path,
    /// The condition under which it is tied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expr>,
}

/// The computation of a block, model or head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forward {
    /// Inputs and outputs.
    pub signature: Signature,
    /// The `let`s.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// The value; a tuple for several outputs.
    pub result: Expr,
}

/// A module written in Rust with a declared signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The leaf's name.
    pub name: Name,
    /// What it is called with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The Rust type, for a user's own module: `crate::MyLayer`. The runtime's leaf of the same name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust_path: Option<String>,
    /// Static values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lets: Vec<Let>,
    /// Conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Require>,
    /// Its tensors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<LeafWeight>,
    /// Inputs and outputs. A leaf without one is a tensor used by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Whether an item could not be read. What seems to be missing may have been written, so it is no mistake.
    #[serde(skip)]
    pub incomplete: bool,
}

impl Leaf {
    /// Whether its first input is whole numbers, by which it picks rows of its tensors. Other leaves multiply with theirs, or
    /// stand in formulas themselves.
    pub fn looks_up(&self) -> bool {
        let first = self
            .signature
            .as_ref()
            .and_then(|signature| signature.inputs.first());
        first.is_some_and(|input| input.ty.element == ElementType::Int)
    }
}

/// `tieable weight: [out_dim, in_dim] if bias;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeafWeight {
    /// The tensor's name.
    pub name: Name,
    /// Its shape; floats.
    pub ty: TensorType,
    /// Whether a `tie` may take its storage away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tieable: bool,
    /// The condition under which it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expr>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}
