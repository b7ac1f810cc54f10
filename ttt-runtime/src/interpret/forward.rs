//! A `forward` for one block with its numbers: every name is a place, every number that no call decides is known.
//!
//! [`super::resolve`] makes it when a model is built, so that a run looks up no name of a part, a value or a param.

use std::fmt;

use ttt_dsl::instance::{EvaluateError, Scalar, Values};
use ttt_dsl::program::{CheckedInput, Rearrangement, ValueType};
use ttt_dsl::spec::{BinaryOp, Expr};

use super::function::Function;
use super::scope::Scope;

/// The computation of a block, model or head.
pub(super) struct Forward {
    /// What it takes.
    pub signature: Signature,
    /// The names of its outputs, in order.
    pub outputs: Vec<String>,
    /// The `let`s.
    pub statements: Vec<Statement>,
    /// One value per output.
    pub results: Vec<Node>,
    /// How many inputs and `let`s there are at once, at most.
    pub locals: usize,
}

/// Short: every copy of a block would show the whole of it.
impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward")
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

/// The inputs of a [`Forward`].
#[derive(Debug)]
pub(super) struct Signature {
    /// The inputs, in order.
    pub inputs: Vec<Input>,
    /// The names of the sizes that each call binds.
    pub bound: Vec<String>,
    /// The params and lets of what it belongs to.
    pub values: Values,
}

/// One input.
#[derive(Debug)]
pub(super) struct Input {
    /// As it was declared.
    pub declared: CheckedInput,
    /// Its dimensions.
    pub dims: Vec<Dim>,
}

/// One dimension of an input.
#[derive(Debug)]
pub(super) enum Dim {
    /// A name that the call binds: its index in [`Signature::bound`].
    Bound(usize),
    /// Any other size.
    Size(Number<usize>),
}

/// A number of type `T`.
#[derive(Debug)]
pub(super) enum Number<T> {
    /// No call decides it.
    Known(T),
    /// It depends on the sizes that a call binds, or has no value at all, which the call tells.
    PerCall(Expr),
}

impl<T: Clone> Number<T> {
    /// The number in one call. `evaluate` is that of `T`.
    pub fn get<'s>(
        &self,
        scope: &Scope<'s>,
        evaluate: fn(&Expr, &Scope<'s>) -> Result<T, EvaluateError>,
    ) -> Result<T, EvaluateError> {
        match self {
            Number::Known(number) => Ok(number.clone()),
            Number::PerCall(expr) => evaluate(expr, scope),
        }
    }
}

/// A `let`: its values become the next locals.
pub(super) struct Statement {
    /// How many names it takes a tuple apart into; `None` where it names the value as it is.
    pub parts: Option<usize>,
    /// The value.
    pub value: Node,
}

/// A value. It is small, so that a `forward` takes few lines of the caches, out of which the weights push it between two
/// kernels.
pub(super) enum Node {
    /// An input or a `let`: its index among them.
    Local { index: usize, last_use: bool },
    /// A tensor of the leaf of this index in the block.
    Weight { part: usize, tensor: String },
    /// A call of a part.
    Part(Box<PartCall>),
    /// A call of a standard function.
    Function(Box<FunctionNode>),
    /// Arithmetic of two tensors.
    Binary { op: BinaryOp, sides: Box<[Node; 2]> },
    /// Arithmetic of a tensor and a number.
    Scalar(Box<ScalarNode>),
    /// `-x`
    Negate(Box<Node>),
    /// `x[:, 0]`
    Slice { base: Box<Node>, items: Vec<Item> },
    /// `rearrange(x, …)`
    Rearrange(Box<RearrangeNode>),
    /// An `if` that a call decides.
    If(Box<IfNode>),
    /// The branch of an `if` that is known to be taken.
    Branch(Box<Branch>),
    /// The value of an `if` without `else` whose condition is known not to hold.
    Absent,
    /// Several values.
    Tuple(Vec<Node>),
}

/// Arithmetic of a tensor and a number.
pub(super) struct ScalarNode {
    /// The operation.
    pub op: BinaryOp,
    /// The tensor.
    pub x: Node,
    /// The number.
    pub number: Number<Scalar>,
    /// Whether the number stands on the left.
    pub reversed: bool,
}

/// A rearrangement of axes.
pub(super) struct RearrangeNode {
    /// The tensor.
    pub base: Node,
    /// The groups of axes before and after.
    pub pattern: Rearrangement,
    /// The sizes of axes that the tensor's own do not tell.
    pub sizes: Vec<(String, Number<usize>)>,
}

/// An `if` that a call decides.
pub(super) struct IfNode {
    /// What decides.
    pub condition: Expr,
    /// The value where it holds.
    pub then: Branch,
    /// The value where it does not.
    pub otherwise: Option<Branch>,
}

/// A call of a part.
pub(super) struct PartCall {
    /// The part's index in its block.
    pub part: usize,
    /// One per input of the callee; `None` where the callee's default applies.
    pub args: Vec<Option<Node>>,
    /// How the first argument reads in the schema, for errors.
    pub argument: String,
    /// The type that the outputs were checked to have.
    pub ty: ValueType,
}

/// A call of a standard function.
pub(super) struct FunctionNode {
    /// The function.
    pub function: Function,
    /// Its tensors.
    pub inputs: Vec<Node>,
    /// Its static arguments.
    pub statics: Statics,
}

/// The static arguments of a function, by name.
pub(super) enum Statics {
    /// No call decides any of them.
    Known(Vec<(String, Scalar)>),
    /// Some call decides one.
    PerCall(Vec<(String, Expr)>),
}

/// One dimension of a slice.
pub(super) enum Item {
    /// `:`
    Whole,
    /// `start:end`
    Range {
        start: Option<Number<i64>>,
        end: Option<Number<i64>>,
    },
    /// `i`
    At(Number<i64>),
}

/// One branch of an `if`.
pub(super) struct Branch {
    /// The `let`s, which end with the branch.
    pub statements: Vec<Statement>,
    /// The value.
    pub result: Node,
}
