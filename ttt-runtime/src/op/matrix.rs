//! Matrix products.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use crate::precision::alike;

/// `[.., M, K]` by `[.., K, N]`; leading dimensions broadcast.
pub fn matmul<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    let (a, b) = alike(a, b);
    a.matmul(b)
}

/// Swaps the last two dimensions.
pub fn transpose<const D: usize, K: Basic>(x: Tensor<D, K>) -> Tensor<D, K> {
    x.transpose()
}
