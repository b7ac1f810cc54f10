//! Typed expressions of a `forward`.

use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::{BinaryOp, ElementType, Expr, Kind};

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Its type.
    pub ty: ValueType,
    /// Where it stands.
    pub place: Place,
}

/// The type of a [`Value`].
#[derive(Clone, Debug, PartialEq)]
pub enum ValueType {
    /// A tensor; the shape's length is its rank.
    Tensor {
        /// What it holds.
        element: ElementType,
        /// Its symbolic shape.
        shape: Vec<Dimension>,
    },
    /// A number known when the model is built.
    Static(Kind),
    /// Several values.
    Tuple(Vec<ValueType>),
    /// A value that exists under a condition.
    Optional {
        /// The condition.
        condition: Box<Expr>,
        /// The value's type when it exists.
        inner: Box<ValueType>,
    },
}

impl ValueType {
    /// The rank of a tensor, also of an optional one.
    pub fn rank(&self) -> Option<usize> {
        match self {
            ValueType::Tensor { shape, .. } => Some(shape.len()),
            ValueType::Optional { inner, .. } => inner.rank(),
            ValueType::Static(_) | ValueType::Tuple(_) => None,
        }
    }

    /// The element type of a tensor, also of an optional one.
    pub fn element(&self) -> Option<ElementType> {
        match self {
            ValueType::Tensor { element, .. } => Some(*element),
            ValueType::Optional { inner, .. } => inner.element(),
            ValueType::Static(_) | ValueType::Tuple(_) => None,
        }
    }
}

/// The forms of a [`Value`]. Evaluation is from left to right.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// An input or a `let`.
    Local {
        /// Its name; a later `let` of the same name shadows.
        name: String,
        /// Whether nothing reads this binding afterwards, so that it may be moved.
        last_use: bool,
    },
    /// A number in tensor arithmetic, over params, lets and the names bound by the call.
    Static(Expr),
    /// A leaf's tensor.
    Weight {
        /// The part, of this body.
        part: String,
        /// The tensor's name.
        tensor: String,
    },
    /// A call of a part of this body; a repeated part folds its first input through every copy.
    Part {
        /// The part.
        part: String,
        /// One per input of the callee, in its order; `None` where the callee's default applies.
        args: Vec<Option<Value>>,
    },
    /// A call of a standard function.
    Function {
        /// Its name.
        name: String,
        /// Whether it reads the context.
        context: bool,
        /// Its tensors.
        inputs: Vec<Value>,
        /// A value for each static param, in the function's order.
        statics: Vec<(String, Expr)>,
    },
    /// Arithmetic: `Add`, `Subtract`, `Multiply` or `Divide`; broadcasts; at most one side is static.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Its left side.
        lhs: Box<Value>,
        /// Its right side.
        rhs: Box<Value>,
    },
    /// `-x`
    Negate(Box<Value>),
    /// `x[:, 0]`
    Slice {
        /// What is sliced.
        base: Box<Value>,
        /// One per dimension of the base.
        items: Vec<SliceItem>,
    },
    /// `rearrange(x, "b t (h d) -> b h t d", h: heads)`
    Rearrange {
        /// What is rearranged.
        base: Box<Value>,
        /// How.
        rearrangement: Rearrangement,
    },
    /// `if c { a } else { b }`; without `else` the type is optional.
    If {
        /// A static condition.
        condition: Expr,
        /// The value when it holds.
        then: Box<Branch>,
        /// The value when it does not.
        otherwise: Option<Box<Branch>>,
    },
    /// Several values.
    Tuple(Vec<Value>),
}

/// One branch of an `if`.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The `let`s.
    pub statements: Vec<CheckedStatement>,
    /// The value.
    pub result: Value,
}

/// `let x = …;` or `let (a, b) = …;`
#[derive(Clone, Debug)]
pub struct CheckedStatement {
    /// One name, or one per value of a tuple.
    pub names: Vec<String>,
    /// Whether it takes a tuple apart.
    pub tuple: bool,
    /// The value.
    pub value: Value,
}

/// One dimension of a slice.
#[derive(Clone, Debug)]
pub enum SliceItem {
    /// `:`
    Whole,
    /// `a:b`; negative counts from the end; the dimension stays.
    Range {
        /// First index, 0 when left out.
        start: Option<Expr>,
        /// One past the last, the dimension's size when left out.
        end: Option<Expr>,
    },
    /// `i`; the dimension goes.
    At(Expr),
}

/// A parsed pattern of `rearrange`, as in einops.
#[derive(Clone, Debug, PartialEq)]
pub struct Rearrangement {
    /// The pattern as written.
    pub pattern: String,
    /// The axes of each input dimension; several where the pattern has parentheses, none for `1`.
    pub input: Vec<Vec<String>>,
    /// The axes of each output dimension, likewise; the same axes as in `input`, each once.
    pub output: Vec<Vec<String>>,
    /// The sizes given by name.
    pub sizes: Vec<(String, Expr)>,
}
