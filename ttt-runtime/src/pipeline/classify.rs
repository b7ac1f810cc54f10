//! Labels for whole texts.

use serde::Serialize;
use ttt_text::Truncation;

use super::text_model::{BATCH, PADDED, rows, softmax};
use super::{Labels, PipelineError, ProblemType, TextModel};

/// A model with a head that classifies texts.
#[derive(Clone, Debug)]
pub struct Classifier {
    text: TextModel,
    labels: Labels,
}

/// One label of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classified {
    /// The label.
    pub label: String,
    /// Its probability, or for a regression its value.
    pub score: f32,
}

impl Classifier {
    /// A model with a head that gives `logits` [batch, labels].
    pub fn new(text: TextModel, labels: Labels) -> Classifier {
        Classifier { text, labels }
    }

    /// Every label of each text, the most probable first. A text may be a pair, as in entailment.
    pub fn classify(&self, texts: &[(&str, Option<&str>)]) -> Result<Vec<Vec<Classified>>, PipelineError> {
        let mut labelled = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            labelled.extend(self.batch(batch)?);
        }
        Ok(labelled)
    }

    fn batch(&self, texts: &[(&str, Option<&str>)]) -> Result<Vec<Vec<Classified>>, PipelineError> {
        let cut = self.text.truncation();
        let encodings: Result<Vec<_>, PipelineError> = texts
            .iter()
            .map(|(first, second)| self.encode(first, *second, cut))
            .collect();
        let batch = self.text.tokenizer.pad(encodings?, PADDED)?;
        let outputs = self.text.run(&batch)?;
        let logits = rows(self.text.output::<2>(&outputs, "logits")?)?;
        Ok(logits.iter().map(|scores| self.read(scores)).collect())
    }

    fn encode(
        &self,
        first: &str,
        second: Option<&str>,
        cut: Option<Truncation>,
    ) -> Result<ttt_text::Encoding, PipelineError> {
        let tokenizer = &self.text.tokenizer;
        Ok(match second {
            Some(second) => tokenizer.encode_pair(first, second, cut)?,
            None => {
                let mut batch = tokenizer.encode_batch(&[first], PADDED, cut)?;
                batch.encodings.pop().unwrap_or_default()
            }
        })
    }

    fn read(&self, scores: &[f32]) -> Vec<Classified> {
        let problem = self.labels.problem(scores.len());
        let scores = match problem {
            ProblemType::Regression => scores.to_vec(),
            ProblemType::SingleLabel => softmax(scores),
            ProblemType::MultiLabel => scores.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect(),
        };
        let labelled = scores.into_iter().enumerate().map(|(index, score)| Classified {
            label: self.labels.name(index),
            score,
        });
        let mut labelled: Vec<Classified> = labelled.collect();
        if problem != ProblemType::Regression {
            labelled.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        labelled
    }
}
