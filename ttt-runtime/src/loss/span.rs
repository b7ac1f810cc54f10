//! The first and the last position of an answer.

use burn::tensor::{Int, Tensor};

use super::entropy::{IGNORED, cross_entropy};

/// The mean of the cross-entropies of a span's first and last position.
///
/// `start_logits` and `end_logits` `[B, T]`, the positions `[B]`. As in transformers, a position after the sequence does
/// not count and one before it is its first.
pub fn span(
    start_logits: Tensor<2>,
    end_logits: Tensor<2>,
    start_positions: Tensor<1, Int>,
    end_positions: Tensor<1, Int>,
) -> Tensor<1> {
    let start = position_entropy(start_logits, start_positions);
    let end = position_entropy(end_logits, end_positions);
    (start + end) / 2.0
}

fn position_entropy(logits: Tensor<2>, positions: Tensor<1, Int>) -> Tensor<1> {
    let [_, length] = logits.dims();
    let outside = positions.clone().greater_equal_elem(length as i64);
    let positions = positions.clamp_min(0).mask_fill(outside, IGNORED);
    cross_entropy(logits, positions, None)
}
