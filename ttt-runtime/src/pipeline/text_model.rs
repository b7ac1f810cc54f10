//! A model with its tokenizer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use indexmap::IndexMap;
use ttt_text::{Batch, Length, Padding, Side, Tokenizer, Truncation};

use super::PipelineError;
use crate::context::Context;
use crate::interpret::DynModel;
use crate::tensor::AnyTensor;

/// A model with its tokenizer, on a device.
#[derive(Clone, Debug)]
pub struct TextModel {
    /// The model, with the head that the task needs.
    pub model: DynModel,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
    /// The longest sequence that the model takes; `None` when it takes any.
    pub ctx: Option<usize>,
    /// Where the model's parameters are.
    pub device: Device,
    cut: Arc<AtomicUsize>,
}

/// How many texts run in one pass.
pub const BATCH: usize = 16;

/// Rows filled up at the right to the longest of a batch, as encoders are trained.
pub(super) const PADDED: Padding = Padding {
    length: Length::Longest,
    side: Side::Right,
};

impl TextModel {
    /// A model which takes sequences of up to `ctx` tokens, or any for `None`.
    pub fn new(model: DynModel, tokenizer: Tokenizer, ctx: Option<usize>, device: &Device) -> TextModel {
        TextModel {
            model,
            tokenizer,
            ctx,
            device: device.clone(),
            cut: Arc::default(),
        }
    }

    /// How many texts were longer than the model takes, and were cut, since the model was made. Clones count together.
    pub fn cut_texts(&self) -> usize {
        self.cut.load(Ordering::Relaxed)
    }

    /// Cuts texts that are longer than the model takes.
    pub(super) fn truncation(&self) -> Option<Truncation> {
        self.ctx.map(Truncation::to)
    }

    /// Runs the model on a batch: ids, token types where the model takes them, and the padding masked.
    pub(super) fn run(&self, batch: &Batch) -> Result<IndexMap<String, AnyTensor>, PipelineError> {
        if let Some(index) = batch.encodings.iter().position(ttt_text::Encoding::is_empty) {
            return Err(PipelineError::input(
                format!("text {} of {} has no token", index + 1, batch.rows),
                "give a text that is not empty: this tokenizer adds nothing to one",
            ));
        }
        let cut = batch.encodings.iter().filter(|encoding| encoding.is_cut);
        self.cut.fetch_add(cut.count(), Ordering::Relaxed);
        let mut inputs = vec![("input_ids", AnyTensor::from(self.integers(batch, &batch.ids)))];
        if self.takes("token_type_ids") {
            inputs.push(("token_type_ids", self.integers(batch, &batch.type_ids).into()));
        }
        let mut context = Context::new();
        if batch.attention_mask.contains(&0) {
            context = context.with_attention_mask(self.mask(batch));
        }
        Ok(self.model.run(&mut context, inputs)?)
    }

    /// An output of a run, which the task cannot do without.
    pub(super) fn output<const D: usize>(
        &self,
        outputs: &IndexMap<String, AnyTensor>,
        name: &str,
    ) -> Result<Tensor<D>, PipelineError> {
        let found = outputs.get(name).cloned().map(AnyTensor::float);
        match found {
            Some(Ok(tensor)) => Ok(tensor),
            _ => Err(PipelineError::NoOutput {
                model: self.model.instance().model.clone(),
                output: name.to_string(),
                rank: D,
                found: outputs.keys().cloned().collect(),
            }),
        }
    }

    /// `[rows, length]`, true for real tokens.
    pub(super) fn mask(&self, batch: &Batch) -> Tensor<2, Bool> {
        self.integers(batch, &batch.attention_mask).bool()
    }

    fn integers(&self, batch: &Batch, values: &[u32]) -> Tensor<2, Int> {
        let values: Vec<i64> = values.iter().map(|&value| i64::from(value)).collect();
        Tensor::from_data(TensorData::new(values, [batch.rows, batch.length]), &self.device)
    }

    /// Whether the model has an input of this name.
    fn takes(&self, input: &str) -> bool {
        let model = self.model.program().model(&self.model.instance().model);
        let forward = model.and_then(|model| model.body.forward.as_ref());
        forward.is_some_and(|forward| forward.inputs.iter().any(|declared| declared.name == input))
    }
}

/// A tensor's numbers, a row of the last dimension at a time.
pub(super) fn rows<const D: usize>(tensor: Tensor<D>) -> Result<Vec<Vec<f32>>, PipelineError> {
    let width = tensor.dims()[D - 1].max(1);
    let values = tensor.into_data().convert::<f32>().try_into_vec::<f32>();
    let values = values.map_err(|error| PipelineError::Numbers(format!("{error:?}")))?;
    Ok(values.chunks(width).map(<[f32]>::to_vec).collect())
}

/// Exponentials that sum to one.
pub(super) fn softmax(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// The index of the first of the highest numbers.
pub(super) fn highest(numbers: &[f32]) -> usize {
    let mut best = 0;
    for (index, number) in numbers.iter().enumerate() {
        if *number > numbers[best] {
            best = index;
        }
    }
    best
}
