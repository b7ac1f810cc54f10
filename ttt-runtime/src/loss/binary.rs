//! Labels that do not exclude each other.

use burn::tensor::{Tensor, activation};

use super::entropy::in_full;
use crate::precision::cast_to;

/// The mean binary cross-entropy of each label by itself.
///
/// `logits` and `labels` `[R, N]`, the labels between 0 and 1.
pub fn binary(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let logits = in_full(logits);
    let labels = cast_to(labels, logits.dtype());
    let present = labels.clone() * activation::log_sigmoid(logits.clone());
    let absent = (labels.neg() + 1.0) * activation::log_sigmoid(logits.neg());
    (present + absent).mean().neg()
}
