//! What generation asks of a model.

use burn::tensor::{Int, Tensor};

use super::GenerateError;
use crate::context::Context;
use crate::interpret::DynModel;
use crate::tensor::AnyTensor;

/// A model that scores the next token: an interpreted one with a language-model head, or for an expanded one a closure
/// `|cx: &mut Context, ids: Tensor<2, Int>| model.forward(cx, ids)` that gives scores `[B, T, V]`.
pub trait NextToken {
    /// Scores `[B, V]` of the token after the last of `input_ids` `[B, T]`.
    fn next_token(&self, cx: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<2>, GenerateError>;
}

impl NextToken for DynModel {
    fn next_token(&self, cx: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<2>, GenerateError> {
        let mut outputs = self.run_last(cx, [("input_ids", AnyTensor::from(input_ids))])?;
        let logits = outputs
            .shift_remove("logits")
            .and_then(|logits| logits.float().ok());
        logits
            .map(last)
            .ok_or_else(|| GenerateError::NoScores(outputs.keys().cloned().collect()))
    }
}

impl<F> NextToken for F
where
    F: Fn(&mut Context, Tensor<2, Int>) -> Tensor<3>,
{
    fn next_token(&self, cx: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<2>, GenerateError> {
        Ok(last(self(cx, input_ids)))
    }
}

/// The last position's scores.
fn last(logits: Tensor<3>) -> Tensor<2> {
    let [batch, length, vocab] = logits.dims();
    logits
        .narrow(1, length.saturating_sub(1), 1)
        .reshape([batch, vocab])
}
