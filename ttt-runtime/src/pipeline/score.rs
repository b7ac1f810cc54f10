//! How well a model expects a text.

use burn::tensor::{Int, Tensor, TensorData};
use serde::Serialize;

use super::{PipelineError, TextModel};
use crate::context::Context;
use crate::op;
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

/// Scores of every position at once take memory with the square of a window, or with its product with the vocabulary.
const WINDOW: usize = 1024;

impl Scorer {
    /// Longer texts than the model takes, or than 1024 tokens, are read in windows, each but the first half new.
    pub fn new(text: TextModel) -> Scorer {
        let window = text.ctx.unwrap_or(WINDOW).min(WINDOW);
        Scorer {
            window,
            stride: (window / 2).max(1),
            text,
        }
    }

    /// How many tokens the model reads at a time.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Windows of `window` tokens, which move by `stride`: each token but those of the first window is scored after at
    /// least `window - stride` others.
    pub fn with_windows(mut self, window: usize, stride: usize) -> Result<Scorer, PipelineError> {
        if window < 2 || self.text.ctx.is_some_and(|ctx| window > ctx) || stride == 0 || stride >= window {
            return Err(PipelineError::input(
                format!("a window of {window} tokens that moves by {stride}"),
                match self.text.ctx {
                    None => "take a window of at least 2 tokens and a stride from 1 to below it".to_string(),
                    Some(ctx) => {
                        format!("take a window from 2 to {ctx} tokens and a stride from 1 to below it")
                    }
                },
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
        if self.window < 2 {
            return Err(PipelineError::input(
                format!("the model takes sequences of {}", self.window),
                "a token is scored after another one: take a model that reads at least two",
            ));
        }
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
        let scores = op::log_softmax(logits.narrow(1, first - 1, count), 2);
        let targets = all.narrow(1, first, count).unsqueeze_dim::<3>(2);
        let losses = scores.gather(2, targets).into_data().convert::<f32>();
        Ok(losses.iter::<f32>().map(|score| -f64::from(score)).sum())
    }
}
