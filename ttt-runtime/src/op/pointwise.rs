//! Functions of one number.

use burn::tensor::Tensor;

/// The exponential.
pub fn exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.exp()
}

/// The natural logarithm.
pub fn log<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.log()
}

/// The square root.
pub fn sqrt<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.sqrt()
}

/// The error function.
pub fn erf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.erf()
}

/// The absolute value.
pub fn abs<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.abs()
}

/// `x · x`
pub fn square<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.square()
}
