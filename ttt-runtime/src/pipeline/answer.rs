//! The span of a text that answers a question.

use serde::Serialize;
use ttt_text::Encoding;

use super::text_model::{PADDED, rows, softmax};
use super::{PipelineError, TextModel};

/// A model with a head that scores where an answer begins and ends.
#[derive(Clone, Debug)]
pub struct Answerer {
    text: TextModel,
    window: usize,
}

/// A span of the text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// What stands there, in whole words.
    pub text: String,
    /// The product of the probabilities that it begins and ends there.
    pub score: f32,
    /// Where it begins, in bytes.
    pub start: usize,
    /// One past where it ends, in bytes.
    pub end: usize,
}

/// Question and text together, as models for answering are trained.
const WINDOW: usize = 384;

/// How many tokens an answer has at most.
const LONGEST: usize = 15;

/// How many windows run in one pass.
const BATCH: usize = 8;

/// How many tokens neighbouring windows share, at most.
const STRIDE: usize = 128;

impl Answerer {
    /// A model with a head that gives `start_logits` and `end_logits` [batch, tokens]. Answers have up to 15 tokens.
    pub fn new(text: TextModel) -> Answerer {
        Answerer {
            window: text.ctx.unwrap_or(WINDOW).min(WINDOW),
            text,
        }
    }

    /// The `top` likeliest answers, the best first. A long text is read in windows that overlap.
    pub fn answer(&self, question: &str, text: &str, top: usize) -> Result<Vec<Answer>, PipelineError> {
        if text.trim().is_empty() {
            return Err(PipelineError::input(
                "there is no text to look for an answer in",
                "give the text that holds the answer",
            ));
        }
        let mut answers = Vec::new();
        for windows in self.windows(question, text)?.chunks(BATCH) {
            let batch = self.text.tokenizer.pad(windows.to_vec(), PADDED)?;
            let outputs = self.text.run(&batch)?;
            let starts = rows(self.text.output::<2>(&outputs, "start_logits")?)?;
            let ends = rows(self.text.output::<2>(&outputs, "end_logits")?)?;
            for ((encoding, starts), ends) in batch.encodings.iter().zip(&starts).zip(&ends) {
                let spans = self.spans(encoding, starts, ends, top);
                answers.extend(spans.into_iter().map(|span| span.answer(encoding, text)));
            }
        }
        answers.sort_by(|a: &Answer, b| b.score.total_cmp(&a.score));
        // Windows overlap, and spans that differ by parts of a word are one answer.
        let mut distinct: Vec<Answer> = Vec::new();
        for answer in answers {
            if distinct
                .iter()
                .all(|other| (other.start, other.end) != (answer.start, answer.end))
            {
                distinct.push(answer);
            }
        }
        distinct.truncate(top);
        Ok(distinct)
    }

    /// The question with each stretch of the text that fits beside it.
    fn windows(&self, question: &str, text: &str) -> Result<Vec<Encoding>, PipelineError> {
        let tokenizer = &self.text.tokenizer;
        let asked = tokenizer.encode_pair(question, "", None)?.len();
        let room = self.window.saturating_sub(asked);
        if room < 2 {
            return Err(PipelineError::input(
                format!(
                    "the question has {asked} tokens with those around it, and the model reads {} at a time",
                    self.window
                ),
                "ask a shorter one: the text has to fit beside it",
            ));
        }
        let usual = (self.window / 2).min(STRIDE);
        let stride = if usual < room { usual } else { room / 2 };
        Ok(tokenizer.encode_windows(question, text, self.window, stride)?)
    }

    /// The likeliest spans of one window.
    fn spans(&self, encoding: &Encoding, starts: &[f32], ends: &[f32], top: usize) -> Vec<Span> {
        let (starts, ends) = (
            self.probabilities(encoding, starts),
            self.probabilities(encoding, ends),
        );
        let mut spans = Vec::new();
        for (first, start) in starts.iter().enumerate() {
            for (last, end) in ends.iter().enumerate().skip(first).take(LONGEST) {
                let score = start * end;
                if score > 0.0 {
                    spans.push(Span { first, last, score });
                }
            }
        }
        spans.sort_by(|a, b| b.score.total_cmp(&a.score));
        // Enough for as many answers after those that are one have been joined.
        spans.truncate(top.saturating_mul(4));
        spans
    }

    /// The probability of each token; 0 outside the text. The token that stands for "no answer" takes its share.
    fn probabilities(&self, encoding: &Encoding, scores: &[f32]) -> Vec<f32> {
        let none = self.text.tokenizer.special().cls;
        let in_text = |index: usize| encoding.sequence_ids[index] == Some(1);
        let considered: Vec<usize> = (0..encoding.len())
            .filter(|&index| in_text(index) || Some(encoding.ids[index]) == none)
            .collect();
        let shares = softmax(&considered.iter().map(|&index| scores[index]).collect::<Vec<_>>());
        let mut probabilities = vec![0.0; encoding.len()];
        for (index, share) in considered.into_iter().zip(shares) {
            if in_text(index) {
                probabilities[index] = share;
            }
        }
        probabilities
    }
}

/// Tokens `first` to `last` of a window.
struct Span {
    first: usize,
    last: usize,
    score: f32,
}

impl Span {
    fn answer(self, encoding: &Encoding, text: &str) -> Answer {
        let words = &encoding.word_ids;
        let in_text = |index: &usize| encoding.sequence_ids[*index] == Some(1);
        let of_word =
            |index: usize| move |other: &usize| words[*other].is_some() && words[*other] == words[index];
        let first = (0..self.first)
            .filter(in_text)
            .find(of_word(self.first))
            .unwrap_or(self.first);
        let mut after = (self.last..encoding.len()).filter(in_text);
        let last = after.rfind(of_word(self.last)).unwrap_or(self.last);
        let (start, end) = (encoding.offsets[first].0, encoding.offsets[last].1);
        Answer {
            text: text.get(start..end).unwrap_or_default().to_string(),
            score: self.score,
            start,
            end,
        }
    }
}
