//! Positions of tokens.

use burn::tensor::{Int, Tensor};

use crate::context::Context;

/// The position of every token, `[B, T]`: the context's, or counted from the start of the sequence, after
/// the tokens in its cache.
pub fn positions(cx: &mut Context, input_ids: Tensor<2, Int>) -> Tensor<2, Int> {
    let [batch, length] = input_ids.dims();
    let start = cx.cached() as i64;
    match &cx.position_ids {
        Some(positions) => positions.clone(),
        None => Tensor::<1, Int>::arange(start..start + length as i64, &input_ids.device())
            .unsqueeze::<2>()
            .expand([batch, length]),
    }
}
