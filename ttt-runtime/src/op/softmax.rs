//! Softmax.

use burn::tensor::{Tensor, activation};

use super::axis::resolve;
use crate::precision::in_f32;

/// Exponentials that sum to one along `axis`.
pub fn softmax<const D: usize>(x: Tensor<D>, axis: i64) -> Tensor<D> {
    in_f32(x, |x| activation::softmax(x, resolve(axis, D)))
}

/// The logarithm of [`softmax`].
pub fn log_softmax<const D: usize>(x: Tensor<D>, axis: i64) -> Tensor<D> {
    in_f32(x, |x| activation::log_softmax(x, resolve(axis, D)))
}
