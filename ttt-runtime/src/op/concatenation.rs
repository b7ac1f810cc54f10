//! Concatenation.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use super::axis::resolve;

/// The tensors, one after the other along `axis`.
pub fn concat<const D: usize, K: Basic>(parts: Vec<Tensor<D, K>>, axis: i64) -> Tensor<D, K> {
    Tensor::cat(parts, resolve(axis, D))
}
