//! Rotary position embeddings, applied.

use burn::tensor::Tensor;

use crate::apart::apart;
use crate::kernel;
use crate::precision::cast_to;

/// Rotates queries or keys `[B, H, T, D]` by position, pairing `i` with `i + D / 2`; the tables are `[B, T, D]`.
pub fn rotate(x: Tensor<4>, cos: Tensor<3>, sin: Tensor<3>) -> Tensor<4> {
    let rotated = kernel::rotated(x, cos, sin);
    rotated.unwrap_or_else(|given| apart(|| composed(given.0, given.1, given.2)))
}

/// Out of Burn's operations, in the precision of `x`.
fn composed(x: Tensor<4>, cos: Tensor<3>, sin: Tensor<3>) -> Tensor<4> {
    let [_, _, _, dim] = x.dims();
    let half = dim / 2;
    let cos = cast_to(cos, x.dtype()).unsqueeze_dim::<4>(1);
    let sin = cast_to(sin, x.dtype()).unsqueeze_dim::<4>(1);
    let first = x.clone().narrow(3, 0, half);
    let second = x.clone().narrow(3, half, half);
    let turned = Tensor::cat(vec![second.neg(), first], 3);
    x * cos + turned * sin
}
