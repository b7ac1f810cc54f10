//! Cross-entropies.

use burn::tensor::{Bool, DType, Int, Tensor, activation};

use crate::precision::{cast_to, is_half};

/// The label of what does not count, as in PyTorch and transformers.
pub const IGNORED: i64 = -100;

/// The mean cross-entropy of each next token: position `t` is scored against the label at `t + 1`, so that the tokens
/// themselves are the labels.
///
/// `logits` `[B, T, V]`, `labels` `[B, T]`, each below `V` or [`IGNORED`]. Positions where `mask` `[B, T]` is false at
/// `t + 1` do not count; the result is 0 when none counts.
pub fn next_token(logits: Tensor<3>, labels: Tensor<2, Int>, mask: Option<Tensor<2, Bool>>) -> Tensor<1> {
    let [_, length, _] = logits.dims();
    if length < 2 {
        return Tensor::zeros([1], &logits.device());
    }
    let shifted = length - 1;
    let labels = labels.narrow(1, 1, shifted);
    let mask = mask.map(|mask| mask.narrow(1, 1, shifted));
    token_entropy(logits.narrow(1, 0, shifted), labels, mask)
}

/// The mean cross-entropy of the tokens that were masked out of the input: BERT's objective.
///
/// `logits` `[B, T, V]`, `labels` `[B, T]`: the token behind each mask, [`IGNORED`] elsewhere. Positions where `mask`
/// `[B, T]` is false do not count; the result is 0 when none counts.
pub fn masked_token(logits: Tensor<3>, labels: Tensor<2, Int>, mask: Option<Tensor<2, Bool>>) -> Tensor<1> {
    token_entropy(logits, labels, mask)
}

/// The mean cross-entropy of one class among several.
///
/// `logits` `[R, N]`, `labels` `[R]`, each below `N` or [`IGNORED`]. Rows where `mask` `[R]` is false do not count; the
/// result is 0 when none counts.
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>, mask: Option<Tensor<1, Bool>>) -> Tensor<1> {
    let [rows, classes] = logits.dims();
    if rows == 0 || classes == 0 {
        return Tensor::zeros([1], &logits.device());
    }
    let scores = activation::log_softmax(in_full(logits), 1);
    let ignored = labels.clone().equal_elem(IGNORED);
    let counted = match mask {
        Some(mask) => mask.bool_and(ignored.clone().bool_not()),
        None => ignored.clone().bool_not(),
    };
    let labels = labels.mask_fill(ignored, 0).reshape([rows, 1]);
    let entropies = scores.gather(1, labels).neg();
    let weights = cast_to(counted.reshape([rows, 1]).float(), entropies.dtype());
    (entropies * weights.clone()).sum() / weights.sum().clamp_min(1.0)
}

fn token_entropy(logits: Tensor<3>, labels: Tensor<2, Int>, mask: Option<Tensor<2, Bool>>) -> Tensor<1> {
    let [batch, length, vocab] = logits.dims();
    let rows = batch * length;
    let mask = mask.map(|mask| mask.reshape([rows]));
    cross_entropy(logits.reshape([rows, vocab]), labels.reshape([rows]), mask)
}

/// Scores in a precision that exponentials can be summed in.
pub(super) fn in_full<const D: usize>(logits: Tensor<D>) -> Tensor<D> {
    match is_half(logits.dtype()) {
        true => logits.cast(DType::F32),
        false => logits,
    }
}
