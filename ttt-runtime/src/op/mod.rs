//! The functions of `std/functions.ttt`, and the language's arithmetic, slices and `rearrange`.
//!
//! Tensors come by value, in the declared order, then static arguments in the declared order; a function that reads
//! the context takes it first. A negative axis counts from the end.

mod activation;
mod arithmetic;
mod attention;
mod axis;
mod concatenation;
mod matrix;
mod pointwise;
mod position;
mod rearrangement;
mod reduction;
mod rotation;
mod selection;
mod slice;
mod softmax;

pub use activation::{activate, gelu, gelu_tanh, relu, sigmoid, silu, tanh};
pub use arithmetic::{
    add, add_scalar, divide, divide_scalar, multiply, multiply_scalar, negate, scalar_divide,
    scalar_subtract, subtract, subtract_scalar,
};
pub use attention::attend;
pub use concatenation::concat;
pub use matrix::{matmul, transpose};
pub use pointwise::{abs, erf, exp, log, sqrt, square};
pub use position::positions;
pub use rearrangement::rearrange;
pub use reduction::{max, mean, sum};
pub use rotation::rotate;
pub use selection::{last_token, pick};
pub use slice::{Slice, slice};
pub use softmax::{log_softmax, softmax};

pub(crate) use axis::resolve;
pub(crate) use rearrangement::Axes;
pub(crate) use selection::outside;
pub(crate) use slice::slice_any;
