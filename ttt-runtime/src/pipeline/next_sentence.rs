//! Whether one text follows another.

use super::text_model::{PADDED, rows, softmax};
use super::{PipelineError, TextModel};

/// A model with a head that was trained on pairs of sentences, half of them in sequence.
#[derive(Clone, Debug)]
pub struct NextSentence {
    text: TextModel,
    output: &'static str,
}

impl NextSentence {
    /// A model whose head gives `logits` [batch, 2], of which the first scores that the second text follows.
    pub fn new(text: TextModel) -> NextSentence {
        NextSentence {
            text,
            output: "logits",
        }
    }

    /// Takes the scores from another output: `seq_relationship_logits` of a pre-training head.
    pub fn with_output(mut self, output: &'static str) -> NextSentence {
        self.output = output;
        self
    }

    /// The probability, for each pair, that the second text follows the first.
    pub fn probability(&self, pairs: &[(&str, &str)]) -> Result<Vec<f32>, PipelineError> {
        let cut = self.text.truncation();
        let batch = self.text.tokenizer.encode_pair_batch(pairs, PADDED, cut)?;
        let outputs = self.text.run(&batch)?;
        let logits = rows(self.text.output::<2>(&outputs, self.output)?)?;
        Ok(logits.iter().map(|scores| softmax(scores)[0]).collect())
    }
}
