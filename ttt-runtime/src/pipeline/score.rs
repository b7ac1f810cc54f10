//! How well a model expects a text.

use burn::tensor::{Int, Tensor, TensorData, activation};
use serde::Serialize;

use super::{PipelineError, TextModel};
use crate::context::Context;
use crate::tensor::AnyTensor;

/// A model with a head that scores the next token.
#[derive(Clone, Debug)]
pub struct Scorer {
    text: TextModel,
    window: usize,
    stride: usize,
}

/// How well a model expects a text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Perplexity {
    /// The exponential of the mean loss: as if each token had been drawn from this many equally likely ones.
    pub perplexity: f64,
    /// The mean over tokens of the negative logarithm of their probability, in nats.
    pub loss: f64,
    /// The tokens that were scored: all but the first.
    pub tokens: usize,
}

impl Scorer {
    /// Texts that are longer than the model takes are read in windows, each but the first half new.
    pub fn new(text: TextModel) -> Scorer {
        Scorer {
            window: text.ctx,
            stride: (text.ctx / 2).max(1),
            text,
        }
    }

    /// Windows of `window` tokens, which move by `stride`: each token but those of the first window is scored after at
    /// least `window - stride` others.
    pub fn with_windows(mut self, window: usize, stride: usize) -> Result<Scorer, PipelineError> {
        if window < 2 || window > self.text.ctx || stride == 0 || stride >= window {
            return Err(PipelineError::input(
                format!("a window of {window} tokens that moves by {stride}"),
                format!("take a window from 2 to {} and a stride below it", self.text.ctx),
            ));
        }
        (self.window, self.stride) = (window, stride);
        Ok(self)
    }

    /// Scores a text; `progress` is told how many of how many tokens are done.
    pub fn score(
        &self,
        text: &str,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Perplexity, PipelineError> {
        let ids = self.text.tokenizer.encode(text, true)?.ids;
        if ids.len() < 2 {
            return Err(PipelineError::input(
                "the text has fewer than two tokens",
                "give a longer one: each token is scored after those before it",
            ));
        }
        let (mut total, mut scored) = (0.0, 1);
        while scored < ids.len() {
            let end = match scored {
                1 => self.window,
                _ => scored + self.stride,
            };
            let end = end.min(ids.len());
            let start = end.saturating_sub(self.window);
            total += self.window_loss(&ids[start..end], scored - start)?;
            scored = end;
            progress(scored, ids.len());
        }
        let tokens = ids.len() - 1;
        let loss = total / tokens as f64;
        Ok(Perplexity {
            perplexity: loss.exp(),
            loss,
            tokens,
        })
    }

    /// The summed loss of the tokens from `first` on.
    fn window_loss(&self, ids: &[u32], first: usize) -> Result<f64, PipelineError> {
        let device = &self.text.device;
        let values: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
        let all = Tensor::<2, Int>::from_data(TensorData::new(values, [1, ids.len()]), device);
        let inputs = [("input_ids", AnyTensor::from(all.clone()))];
        let outputs = self.text.model.run(&mut Context::new(), inputs)?;
        let logits = self.text.output::<3>(&outputs, "logits")?;
        let count = ids.len() - first;
        let scores = activation::log_softmax(logits.narrow(1, first - 1, count), 2);
        let targets = all.narrow(1, first, count).unsqueeze_dim::<3>(2);
        let losses = scores.gather(2, targets).into_data().convert::<f32>();
        Ok(losses.iter::<f32>().map(|score| -f64::from(score)).sum())
    }
}
