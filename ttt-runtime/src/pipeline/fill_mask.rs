//! Guesses for masked tokens.

use serde::Serialize;
use ttt_text::Encoding;

use super::text_model::{PADDED, rows, softmax};
use super::{PipelineError, TextModel};

/// A model with a head that scores every token of the vocabulary at each position.
#[derive(Clone, Debug)]
pub struct MaskFiller {
    text: TextModel,
    /// The output with the scores: `logits`, or `prediction_logits` of a pre-training head.
    output: &'static str,
}

/// A guess for one mask.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Filling {
    /// The token's id.
    pub token_id: u32,
    /// The token as text.
    pub token: String,
    /// Its probability.
    pub score: f32,
    /// The text with this guess in the mask's place, joined to the word before it when it continues one; other masks stay.
    pub text: String,
}

impl MaskFiller {
    /// A model with a masked-language head.
    pub fn new(text: TextModel) -> Result<MaskFiller, PipelineError> {
        if text.tokenizer.special().mask.is_none() {
            return Err(PipelineError::NoToken {
                role: "mask",
                help: "filling masks needs the tokenizer of a model that was trained with masks, such as BERT",
            });
        }
        Ok(MaskFiller {
            text,
            output: "logits",
        })
    }

    /// Takes the scores from another output.
    pub fn with_output(mut self, output: &'static str) -> MaskFiller {
        self.output = output;
        self
    }

    /// How a mask is written in a text.
    pub fn mask_token(&self) -> String {
        let mask = self.text.tokenizer.special().mask;
        mask.and_then(|id| self.text.tokenizer.token(id))
            .unwrap_or_default()
    }

    /// The `top` likeliest tokens for each mask of the text, in the order of the masks.
    pub fn fill(&self, text: &str, top: usize) -> Result<Vec<Vec<Filling>>, PipelineError> {
        let cut = self.text.truncation();
        let batch = self.text.tokenizer.encode_batch(&[text], PADDED, cut)?;
        let encoding = batch.encodings.first().cloned().unwrap_or_default();
        let mask = self.text.tokenizer.special().mask;
        let masks: Vec<usize> = (0..encoding.len())
            .filter(|&index| Some(encoding.ids[index]) == mask)
            .collect();
        let token = self.mask_token();
        let written = text.matches(&token).count();
        if written > masks.len() && encoding.is_cut {
            return Err(PipelineError::input(
                format!(
                    "{} of {written} masks come after what the model takes of the text",
                    written - masks.len()
                ),
                "shorten the text, or give the part around the mask",
            ));
        }
        if masks.is_empty() {
            return Err(PipelineError::input(
                format!("there is no `{token}` in the text"),
                format!("write `{token}` where a token is to be guessed"),
            ));
        }
        let outputs = self.text.run(&batch)?;
        let logits = rows(self.text.output::<3>(&outputs, self.output)?)?;
        masks
            .into_iter()
            .map(|position| self.guesses(text, &encoding, position, &logits[position], top))
            .collect()
    }

    fn guesses(
        &self,
        text: &str,
        encoding: &Encoding,
        position: usize,
        scores: &[f32],
        top: usize,
    ) -> Result<Vec<Filling>, PipelineError> {
        let mut ranked: Vec<(usize, f32)> = softmax(scores).into_iter().enumerate().collect();
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let (from, to) = encoding.offsets[position];
        let guess = |(id, score): (usize, f32)| -> Result<Filling, PipelineError> {
            let token = self.text.tokenizer.decode(&[id as u32], false)?;
            let before = text.get(..from).unwrap_or_default();
            let after = text.get(to..).unwrap_or_default();
            let text = match self.continuation(id as u32, &token)? {
                Some(rest) => format!("{}{rest}{after}", before.trim_end()),
                None => format!("{before}{token}{after}"),
            };
            Ok(Filling {
                token_id: id as u32,
                token,
                score,
                text,
            })
        };
        ranked.into_iter().take(top).map(guess).collect()
    }

    /// What a token adds to the word before it, as `##ing` adds `ing`; nothing for one that is written as it stands.
    fn continuation(&self, id: u32, token: &str) -> Result<Option<String>, PipelineError> {
        let tokenizer = &self.text.tokenizer;
        let Some(mask) = tokenizer.special().mask else {
            return Ok(None);
        };
        let alone = tokenizer.decode(&[mask], false)?;
        let together = tokenizer.decode(&[mask, id], false)?;
        let added = together.strip_prefix(&alone);
        Ok(added
            .filter(|added| *added != token && !added.starts_with(' '))
            .map(str::to_string))
    }
}
