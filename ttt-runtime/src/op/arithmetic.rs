//! Arithmetic that broadcasts as in NumPy.
//!
//! Where one side is in half precision, as the weights of a model may be, and the other in single, so is the result.
//!
//! `A` and `B` are the ranks of the two sides, `D` is the larger. A side that is a number has functions of its own.

use burn::tensor::kind::{Basic, Numeric};
use burn::tensor::{ElementConversion, Tensor};

use crate::precision::alike;
use crate::tensor::AnyTensor;

/// `a + b`
pub fn add<const A: usize, const B: usize, const D: usize, K: Numeric>(
    a: Tensor<A, K>,
    b: Tensor<B, K>,
) -> Tensor<D, K> {
    let (a, b) = alike(a, b);
    align::<A, D, K>(a).add(align(b))
}

/// `a - b`
pub fn subtract<const A: usize, const B: usize, const D: usize, K: Numeric>(
    a: Tensor<A, K>,
    b: Tensor<B, K>,
) -> Tensor<D, K> {
    let (a, b) = alike(a, b);
    align::<A, D, K>(a).sub(align(b))
}

/// `a * b`
pub fn multiply<const A: usize, const B: usize, const D: usize, K: Numeric>(
    a: Tensor<A, K>,
    b: Tensor<B, K>,
) -> Tensor<D, K> {
    let (a, b) = alike(a, b);
    align::<A, D, K>(a).mul(align(b))
}

/// `a / b`
pub fn divide<const A: usize, const B: usize, const D: usize, K: Numeric>(
    a: Tensor<A, K>,
    b: Tensor<B, K>,
) -> Tensor<D, K> {
    let (a, b) = alike(a, b);
    align::<A, D, K>(a).div(align(b))
}

/// `x + number`
pub fn add_scalar<const D: usize, K: Numeric>(
    x: Tensor<D, K>,
    number: impl ElementConversion,
) -> Tensor<D, K> {
    x.add_scalar(number)
}

/// `x - number`
pub fn subtract_scalar<const D: usize, K: Numeric>(
    x: Tensor<D, K>,
    number: impl ElementConversion,
) -> Tensor<D, K> {
    x.sub_scalar(number)
}

/// `x * number`
pub fn multiply_scalar<const D: usize, K: Numeric>(
    x: Tensor<D, K>,
    number: impl ElementConversion,
) -> Tensor<D, K> {
    x.mul_scalar(number)
}

/// `x / number`
pub fn divide_scalar<const D: usize, K: Numeric>(
    x: Tensor<D, K>,
    number: impl ElementConversion,
) -> Tensor<D, K> {
    x.div_scalar(number)
}

/// `number - x`
pub fn scalar_subtract<const D: usize, K: Numeric>(
    number: impl ElementConversion,
    x: Tensor<D, K>,
) -> Tensor<D, K> {
    x.neg().add_scalar(number)
}

/// `number / x`
pub fn scalar_divide<const D: usize, K: Numeric>(
    number: impl ElementConversion,
    x: Tensor<D, K>,
) -> Tensor<D, K> {
    x.full_like(number).div(x)
}

/// `-x`
pub fn negate<const D: usize, K: Numeric>(x: Tensor<D, K>) -> Tensor<D, K> {
    x.neg()
}

/// The tensor with dimensions of size 1 before its own.
fn align<const A: usize, const D: usize, K: Basic>(x: Tensor<A, K>) -> Tensor<D, K> {
    if A == D {
        return Tensor::from_bridge(x.into_bridge());
    }
    let mut shape = [1; D];
    shape[D - A..].copy_from_slice(&x.dims());
    AnyTensor::from(x).reshape(&shape).into_tensor()
}
