//! Sentence embeddings with a checkpoint's own tokenizer, pooling and normalisation.

mod files;
mod pooling;

use std::path::Path;

use burn::tensor::{FloatDType, Tensor};
pub use pooling::{Pooling, normalize};
use serde_json::{Value, json};
use ttt_adapters::file::{unreadable, write_json};
use ttt_text::Truncation;

use super::text_model::{BATCH, PADDED, rows};
use super::{PipelineError, TextModel};

/// A model that turns sentences into vectors.
#[derive(Clone, Debug)]
pub struct SentenceEncoder {
    text: TextModel,
    pooling: Vec<Pooling>,
    normalize: bool,
    /// Longer texts are cut.
    longest: Option<usize>,
    notes: Vec<String>,
}

/// The pooling that the sentence-transformers files of a directory state; none where there are none.
pub fn stated_pooling(dir: &Path) -> Result<Option<Pooling>, PipelineError> {
    let recipe = files::Recipe::read(dir)?;
    Ok(match recipe.pooling.as_slice() {
        [pooling] if recipe.notes.is_empty() => Some(*pooling),
        _ => None,
    })
}

/// Writes the files of sentence-transformers that say how vectors of `dim` numbers are pooled, and that they are scaled to
/// length one.
pub fn write_pooling(dir: &Path, pooling: Pooling, dim: usize) -> Result<(), PipelineError> {
    let step = |index: usize, path: &str, class: &str| {
        let class = format!("sentence_transformers.models.{class}");
        json!({ "idx": index, "name": index.to_string(), "path": path, "type": class })
    };
    let modules = json!([
        step(0, "", "Transformer"),
        step(1, "1_Pooling", "Pooling"),
        step(2, "2_Normalize", "Normalize"),
    ]);
    for folder in ["1_Pooling", "2_Normalize"] {
        let folder = dir.join(folder);
        std::fs::create_dir_all(&folder).map_err(|error| unreadable(&folder, &error))?;
    }
    write_json(&dir.join("1_Pooling").join("config.json"), &pooling.to_file(dim))?;
    Ok(write_json(&dir.join("modules.json"), &modules)?)
}

impl SentenceEncoder {
    /// The vectors of a sentence's tokens become one by `pooling`, and are scaled to length one if `normalize`.
    pub fn new(text: TextModel, pooling: Pooling, normalize: bool) -> SentenceEncoder {
        SentenceEncoder {
            longest: text.ctx,
            text,
            pooling: vec![pooling],
            normalize,
            notes: Vec::new(),
        }
    }

    /// Pools and normalises as the sentence-transformers files of a directory say. Longer sentences than
    /// `max_seq_length` are cut.
    pub fn open(dir: &Path, text: TextModel) -> Result<SentenceEncoder, PipelineError> {
        let recipe = files::Recipe::read(dir)?;
        Ok(SentenceEncoder {
            longest: [recipe.max_seq_length, text.ctx].into_iter().flatten().min(),
            text,
            pooling: recipe.pooling,
            normalize: recipe.normalize,
            notes: recipe.notes,
        })
    }

    /// Pools like this, whatever the directory says.
    pub fn with_pooling(mut self, pooling: Pooling) -> SentenceEncoder {
        self.pooling = vec![pooling];
        self.notes.clear();
        self
    }

    /// Scales vectors to length one, or not, whatever the directory says.
    pub fn with_normalize(self, normalize: bool) -> SentenceEncoder {
        SentenceEncoder { normalize, ..self }
    }

    /// Pools as the metadata of a GGUF file say, and scales to length one, as llama.cpp does. Without a word about it, the
    /// vectors of all tokens are averaged.
    pub fn of_gguf(metadata: Option<&Value>, text: TextModel) -> SentenceEncoder {
        let said = Pooling::number_in_gguf(metadata);
        let pooling = said.and_then(Pooling::of_gguf_number);
        let mut encoder = SentenceEncoder::new(text, pooling.unwrap_or(Pooling::Mean), true);
        let averaged = "the vectors of all tokens are averaged";
        match (pooling, said) {
            (Some(_), _) => {}
            (None, Some(0)) => encoder
                .notes
                .push(format!("the file gives a vector for each token: {averaged}")),
            (None, Some(number)) => encoder.notes.push(format!(
                "the file names the pooling {number}, which is not done: {averaged}"
            )),
            (None, None) => encoder
                .notes
                .push(format!("the file names no pooling: {averaged}")),
        }
        encoder
    }

    /// What was assumed because the directory does not say it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// One vector per text, in order. `progress` is told how many are done.
    pub fn embed<S: AsRef<str>>(
        &self,
        texts: &[S],
        progress: &mut dyn FnMut(usize),
    ) -> Result<Vec<Vec<f32>>, PipelineError> {
        // Sentences of like length share a batch, so that little of it is padding.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&index| texts[index].as_ref().len());
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut done = 0;
        for batch in order.chunks(BATCH) {
            let sentences: Vec<&str> = batch.iter().map(|&index| texts[index].as_ref()).collect();
            for (&index, vector) in batch.iter().zip(self.batch(&sentences)?) {
                vectors[index] = vector;
            }
            done += batch.len();
            progress(done);
        }
        Ok(vectors)
    }

    fn batch(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, PipelineError> {
        let cut = self.longest.map(Truncation::to);
        let batch = self.text.tokenizer.encode_batch(sentences, PADDED, cut)?;
        let outputs = self.text.run(&batch)?;
        // Sums over tokens and lengths of vectors need more than 16 bits.
        let hidden = self
            .text
            .output::<3>(&outputs, "last_hidden_state")?
            .cast(FloatDType::F32);
        let mask = self.text.mask(&batch);
        let pooled = self
            .pooling
            .iter()
            .map(|pooling| pooling.pool(hidden.clone(), mask.clone()));
        let vectors = Tensor::cat(pooled.collect(), 1);
        rows(if self.normalize {
            normalize(vectors)
        } else {
            vectors
        })
    }
}
