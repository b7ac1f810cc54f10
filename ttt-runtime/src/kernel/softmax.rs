//! Softmax over the last dimension.

use burn::tensor::Tensor;

use super::storage::changed;

/// Exponentials that sum to one along the last dimension.
pub(crate) fn softmaxed<const D: usize>(x: Tensor<D>) -> Result<Tensor<D>, Tensor<D>> {
    let width = x.dims()[D - 1];
    changed(x, |numbers| ttt_kernels::softmax(numbers, width, 1.0))
}

/// The logarithms of [`softmaxed`].
pub(crate) fn log_softmaxed<const D: usize>(x: Tensor<D>) -> Result<Tensor<D>, Tensor<D>> {
    let width = x.dims()[D - 1];
    changed(x, |numbers| ttt_kernels::log_softmax(numbers, width))
}
