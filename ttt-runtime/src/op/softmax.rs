//! Softmax.

use burn::tensor::{Tensor, activation};

use super::axis::resolve;
use crate::apart::apart;
use crate::kernel;
use crate::precision::in_f32;

/// Exponentials that sum to one along `axis`.
pub fn softmax<const D: usize>(x: Tensor<D>, axis: i64) -> Tensor<D> {
    portable_unless_last(x, axis, kernel::softmaxed, activation::softmax)
}

/// The logarithm of [`softmax`].
pub fn log_softmax<const D: usize>(x: Tensor<D>, axis: i64) -> Tensor<D> {
    portable_unless_last(x, axis, kernel::log_softmaxed, activation::log_softmax)
}

/// The kernel where it has the axis and the tensor, else the portable form.
fn portable_unless_last<const D: usize>(
    x: Tensor<D>,
    axis: i64,
    kernel: fn(Tensor<D>) -> Result<Tensor<D>, Tensor<D>>,
    portable: fn(Tensor<D>, usize) -> Tensor<D>,
) -> Tensor<D> {
    let axis = resolve(axis, D);
    let x = match axis + 1 == D {
        true => kernel(x),
        false => Err(x),
    };
    x.unwrap_or_else(|x| apart(|| in_f32(x, |x| portable(x, axis))))
}
