//! Real numbers to be met.

use burn::tensor::Tensor;

use super::entropy::in_full;
use crate::precision::cast_to;

/// The mean squared error; `logits` and `labels` `[R, N]`.
pub fn regression(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let logits = in_full(logits);
    let labels = cast_to(labels, logits.dtype());
    (logits - labels).square().mean()
}
