//! Kinds of params, tensor types, signatures, enumerations, functions.

use serde::{Deserialize, Serialize};

use super::{Expr, ExprKind, Name, Param, Require};
use crate::place::Place;

/// What a param may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A positive whole number that may stand in shapes.
    Dim,
    /// Any whole number.
    Int,
    /// A real number.
    Float,
    /// A truth value.
    Bool,
    /// A block or leaf passed as an argument.
    Block,
    /// A variant of the enumeration of this name.
    Enum(Name),
}

/// `enum Activation { relu, silu("swish") }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumDecl {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The enumeration's name.
    pub name: Name,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// One variant of an [`EnumDecl`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The variant's name, snake case.
    pub name: Name,
    /// How foreign configs spell it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spellings: Vec<String>,
}

/// What a tensor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementType {
    /// Real numbers of the model's precision.
    Float,
    /// Whole numbers.
    Int,
    /// Truth values.
    Bool,
}

/// `Int[B, T]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TensorType {
    /// What it holds.
    pub element: ElementType,
    /// Its dimensions, outermost first.
    pub dims: Vec<DimItem>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

impl TensorType {
    /// Puts a dimension of this name after the first.
    pub fn insert_fold(&mut self, name: &Name) {
        let expr = Expr {
            kind: ExprKind::Name(name.clone()),
            place: name.place,
        };
        self.dims.insert(1.min(self.dims.len()), DimItem::Dim(expr));
    }
}

/// One dimension of a [`TensorType`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DimItem {
    /// `..`: any leading dimensions; only first.
    Rest,
    /// A static expression or a name bound per call.
    Dim(Expr),
}

/// The inputs and outputs of a `forward` or a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// Whether it reads the run's context.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub context: bool,
    /// The inputs.
    pub inputs: Vec<Input>,
    /// The outputs; one unnamed, or all named.
    pub outputs: Vec<Output>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// One input of a `forward`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Whether the caller gives it to a head beside the model's inputs: `given mc_token_ids: Int[B, C]`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TensorType,
    /// The number it is filled with when the caller leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Expr>,
}

/// One output of a `forward`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name, when written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Its type.
    pub ty: TensorType,
    /// The condition under which it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expr>,
}

impl TensorType {
    /// Whether all of it could be read.
    pub fn is_whole(&self) -> bool {
        !self
            .dims
            .iter()
            .any(|dim| matches!(dim, DimItem::Dim(size) if size.is_missing()))
    }
}

impl Signature {
    /// Whether all of it could be read.
    pub fn is_whole(&self) -> bool {
        let inputs = self.inputs.iter().map(|input| &input.ty);
        inputs
            .chain(self.outputs.iter().map(|output| &output.ty))
            .all(TensorType::is_whole)
    }
}

/// A function of the standard library: `fn softmax(x: [..], axis: Int = -1) -> [..];`
///
/// Tensor arguments come first; static arguments follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Its name, which is also the name of the runtime's operation.
    pub name: Name,
    /// Whether it reads the run's context.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub context: bool,
    /// Tensor inputs. Under a [`Function::rule`] that takes a list of tensors, empty.
    pub inputs: Vec<Input>,
    /// Static arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// Conditions on the static arguments and the bound dims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Require>,
    /// The output, when a type can say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<TensorType>,
    /// The name of the shape rule in Rust, when no type can say the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Name>,
}
