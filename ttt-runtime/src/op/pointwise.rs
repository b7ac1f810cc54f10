//! Functions of one number.

use burn::tensor::Tensor;
use ttt_kernels::Activation;

use crate::kernel;

/// The exponential. On the CPU, what would be denormal (below `exp(-87.33)`) is zero.
pub fn exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    kernel::activated(x, Activation::Exp).unwrap_or_else(Tensor::exp)
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
    kernel::activated(x, Activation::Erf).unwrap_or_else(Tensor::erf)
}

/// The absolute value.
pub fn abs<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.abs()
}

/// `x · x`
pub fn square<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.square()
}
