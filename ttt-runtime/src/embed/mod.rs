//! Sentence embeddings with a checkpoint's own tokenizer, pooling and normalisation.

mod error;
mod files;
mod pooling;

use std::path::Path;

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
pub use error::EmbedError;
pub use pooling::{Pooling, normalize};
use tokenizers::Tokenizer;

use crate::context::Context;
use crate::interpret::DynModel;
use crate::tensor::AnyTensor;

/// How many sentences run in one pass.
const BATCH: usize = 32;

/// A model that turns sentences into vectors.
#[derive(Debug)]
pub struct SentenceEncoder {
    model: DynModel,
    device: Device,
    tokenizer: Tokenizer,
    pooling: Vec<Pooling>,
    normalize: bool,
    notes: Vec<String>,
}

impl SentenceEncoder {
    /// Joins a loaded model with the tokenizer and the sentence-transformers files of its directory.
    ///
    /// `ctx` is the longest sequence the model takes; longer sentences are cut there, or at `max_seq_length`.
    pub fn open(
        dir: &Path,
        model: DynModel,
        device: &Device,
        ctx: usize,
    ) -> Result<SentenceEncoder, EmbedError> {
        let recipe = files::Recipe::read(dir)?;
        let longest = recipe.max_seq_length.unwrap_or(ctx).min(ctx);
        let tokenizer = files::tokenizer(dir, longest)?;
        Ok(SentenceEncoder {
            model,
            device: device.clone(),
            tokenizer,
            pooling: recipe.pooling,
            normalize: recipe.normalize,
            notes: recipe.notes,
        })
    }

    /// What was assumed because the directory does not say it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// One vector per text, in order.
    pub fn embed<S: AsRef<str>>(&self, texts: &[S]) -> Result<Vec<Vec<f32>>, EmbedError> {
        // Sentences of like length share a batch, so that little of it is padding.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&index| texts[index].as_ref().len());
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in order.chunks(BATCH) {
            let sentences: Vec<&str> = batch.iter().map(|&index| texts[index].as_ref()).collect();
            for (&index, vector) in batch.iter().zip(self.batch(&sentences)?) {
                vectors[index] = vector;
            }
        }
        Ok(vectors)
    }

    /// Whether the model has an input of this name.
    fn takes(&self, input: &str) -> bool {
        let model = self.model.program().model(&self.model.instance().model);
        let forward = model.and_then(|model| model.body.forward.as_ref());
        forward.is_some_and(|forward| forward.inputs.iter().any(|declared| declared.name == input))
    }

    fn batch(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let encodings = self
            .tokenizer
            .encode_batch(sentences.to_vec(), true)
            .map_err(EmbedError::tokenize)?;
        let length = encodings.first().map_or(0, |encoding| encoding.get_ids().len());
        let size = [encodings.len(), length];
        let integers = |read: fn(&tokenizers::Encoding) -> &[u32]| -> Tensor<2, Int> {
            let values: Vec<i64> = encodings
                .iter()
                .flat_map(|encoding| read(encoding).iter().map(|&id| i64::from(id)))
                .collect();
            Tensor::from_data(TensorData::new(values, size), &self.device)
        };
        let mask: Tensor<2, Bool> = integers(tokenizers::Encoding::get_attention_mask).bool();
        let mut inputs = vec![(
            "input_ids".to_string(),
            AnyTensor::from(integers(tokenizers::Encoding::get_ids)),
        )];
        if self.takes("token_type_ids") {
            inputs.push((
                "token_type_ids".into(),
                integers(tokenizers::Encoding::get_type_ids).into(),
            ));
        }
        let mut context = Context::new().with_attention_mask(mask.clone());
        let outputs = self.model.run(&mut context, inputs)?;
        let hidden = outputs
            .into_iter()
            .find(|(name, _)| name == "last_hidden_state")
            .map(|(_, tensor)| tensor);
        let hidden: Tensor<3> = hidden
            .and_then(|tensor| tensor.float().ok())
            .ok_or(EmbedError::NoHiddenState)?;
        let pooled: Vec<Tensor<2>> = self
            .pooling
            .iter()
            .map(|pooling| pooling.pool(hidden.clone(), mask.clone()))
            .collect();
        let vectors = Tensor::cat(pooled, 1);
        let vectors = if self.normalize {
            normalize(vectors)
        } else {
            vectors
        };
        rows(vectors)
    }
}

fn rows(vectors: Tensor<2>) -> Result<Vec<Vec<f32>>, EmbedError> {
    let [_, dim] = vectors.dims();
    let values = vectors
        .into_data()
        .convert::<f32>()
        .try_into_vec::<f32>()
        .map_err(|_| EmbedError::NoHiddenState)?;
    Ok(values.chunks(dim).map(<[f32]>::to_vec).collect())
}
