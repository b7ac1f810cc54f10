//! Losses that heads name.

use burn::tensor::{Bool, Int, Tensor, activation};

/// The mean cross-entropy of each next token: position `t` is scored against token `t + 1`.
///
/// `logits` `[B, T, V]`, `input_ids` `[B, T]`. Positions where `mask` `[B, T]` is false at `t + 1` do not count; the
/// result, of one number, is 0 when none counts.
pub fn next_token(logits: Tensor<3>, input_ids: Tensor<2, Int>, mask: Option<Tensor<2, Bool>>) -> Tensor<1> {
    let [_, length, _] = logits.dims();
    let shifted = length.saturating_sub(1);
    let targets = input_ids.narrow(1, 1, shifted);
    let mask = mask.map(|mask| mask.narrow(1, 1, shifted));
    token_cross_entropy(logits.narrow(1, 0, shifted), targets, mask)
}

/// The mean cross-entropy over the tokens that were masked out of the input: BERT's objective.
///
/// `logits` `[B, T, V]`, `targets` `[B, T]`; positions where `masked` is false do not count.
pub fn masked_token(logits: Tensor<3>, targets: Tensor<2, Int>, masked: Tensor<2, Bool>) -> Tensor<1> {
    token_cross_entropy(logits, targets, Some(masked))
}

fn token_cross_entropy(
    logits: Tensor<3>,
    targets: Tensor<2, Int>,
    counted: Option<Tensor<2, Bool>>,
) -> Tensor<1> {
    let [batch, length, vocab] = logits.dims();
    let scores = activation::log_softmax(logits.reshape([batch * length, vocab]), 1);
    let picked = scores.gather(1, targets.reshape([batch * length, 1])).neg();
    match counted {
        None => picked.mean(),
        Some(counted) => {
            let weights = counted.reshape([batch * length, 1]).float().cast(picked.dtype());
            (picked * weights.clone()).sum() / weights.sum().clamp_min(1.0)
        }
    }
}
