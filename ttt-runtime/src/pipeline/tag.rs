//! Labels for the tokens of a text, and the entities that they make.

use serde::Serialize;
use ttt_text::Encoding;

use super::text_model::{BATCH, PADDED, highest, rows, softmax};
use super::{Labels, PipelineError, TextModel};

/// A model with a head that labels tokens.
#[derive(Clone, Debug)]
pub struct Tagger {
    text: TextModel,
    labels: Labels,
}

/// How labelled tokens become entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregation {
    /// Each token is an entity.
    None,
    /// Neighbours of one label are joined.
    #[default]
    Simple,
    /// A word has its first token's label, then as [`Aggregation::Simple`].
    First,
    /// A word has the label that its tokens score highest on average.
    Average,
    /// A word has the label of its surest token.
    Max,
}

/// A stretch of the text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity {
    /// Its label, without the `B-` or `I-` of a joined entity.
    pub label: String,
    /// The mean probability of the label over its tokens or words.
    pub score: f32,
    /// What stands there.
    pub text: String,
    /// Where it begins, in bytes.
    pub start: usize,
    /// One past where it ends, in bytes.
    pub end: usize,
}

/// The label of what is no entity.
const OUTSIDE: &str = "O";

impl Tagger {
    /// A model with a head that gives `logits` [batch, tokens, labels].
    pub fn new(text: TextModel, labels: Labels) -> Tagger {
        Tagger { text, labels }
    }

    /// The entities of each text, in order. A text that is longer than the model takes is cut.
    pub fn tag(&self, texts: &[&str], aggregation: Aggregation) -> Result<Vec<Vec<Entity>>, PipelineError> {
        let mut entities = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            entities.extend(self.batch(batch, aggregation)?);
        }
        Ok(entities)
    }

    fn batch(&self, texts: &[&str], aggregation: Aggregation) -> Result<Vec<Vec<Entity>>, PipelineError> {
        let cut = self.text.truncation();
        let batch = self.text.tokenizer.encode_batch(texts, PADDED, cut)?;
        let outputs = self.text.run(&batch)?;
        let logits = rows(self.text.output::<3>(&outputs, "logits")?)?;
        let of_text = batch.encodings.iter().zip(logits.chunks(batch.length.max(1)));
        let entities = of_text.zip(texts).map(|((encoding, logits), text)| {
            let pieces = pieces(encoding, logits, aggregation);
            self.entities(text, &pieces, aggregation)
        });
        Ok(entities.collect())
    }

    fn entities(&self, text: &str, pieces: &[Piece], aggregation: Aggregation) -> Vec<Entity> {
        let mut groups: Vec<Group> = Vec::new();
        for piece in pieces {
            let best = highest(&piece.probabilities);
            let name = self.labels.name(best);
            let (begins, label) = match aggregation {
                Aggregation::None => (true, name.as_str()),
                _ => split(&name),
            };
            let score = piece.probabilities.get(best).copied().unwrap_or_default();
            match groups.last_mut() {
                Some(group) if !begins && group.label == label => {
                    group.scores.push(score);
                    group.end = piece.end;
                }
                _ => groups.push(Group {
                    label: label.to_string(),
                    scores: vec![score],
                    start: piece.start,
                    end: piece.end,
                }),
            }
        }
        groups.retain(|group| group.label != OUTSIDE);
        groups.into_iter().map(|group| group.entity(text)).collect()
    }
}

/// A token or word with the probability of each label.
struct Piece {
    probabilities: Vec<f32>,
    start: usize,
    end: usize,
}

/// Neighbours of one label.
struct Group {
    label: String,
    scores: Vec<f32>,
    start: usize,
    end: usize,
}

impl Group {
    fn entity(self, text: &str) -> Entity {
        Entity {
            score: self.scores.iter().sum::<f32>() / self.scores.len() as f32,
            text: text.get(self.start..self.end).unwrap_or_default().to_string(),
            label: self.label,
            start: self.start,
            end: self.end,
        }
    }
}

/// Whether a label begins an entity, and its name: `B-PER` and `I-PER` are both `PER`.
fn split(name: &str) -> (bool, &str) {
    match name.split_once('-') {
        Some(("B", label)) => (true, label),
        Some(("I", label)) => (false, label),
        _ => (false, name),
    }
}

/// The tokens of the text, or its words, in order.
fn pieces(encoding: &Encoding, logits: &[Vec<f32>], aggregation: Aggregation) -> Vec<Piece> {
    let mut words: Vec<(Option<u32>, Vec<Piece>)> = Vec::new();
    for (index, scores) in logits.iter().enumerate().take(encoding.len()) {
        if encoding.special_mask[index] {
            continue;
        }
        let (start, end) = encoding.offsets[index];
        let piece = Piece {
            probabilities: softmax(scores),
            start,
            end,
        };
        let word = encoding.word_ids[index];
        match words.last_mut() {
            Some((last, tokens)) if word.is_some() && *last == word => tokens.push(piece),
            _ => words.push((word, vec![piece])),
        }
    }
    match aggregation {
        Aggregation::None | Aggregation::Simple => words.into_iter().flat_map(|(_, tokens)| tokens).collect(),
        Aggregation::First | Aggregation::Average | Aggregation::Max => words
            .into_iter()
            .filter_map(|(_, tokens)| word(tokens, aggregation))
            .collect(),
    }
}

/// A word out of its tokens.
fn word(tokens: Vec<Piece>, aggregation: Aggregation) -> Option<Piece> {
    let (start, end) = (tokens.first()?.start, tokens.last()?.end);
    let surest = |piece: &Piece| piece.probabilities.get(highest(&piece.probabilities)).copied();
    let probabilities = match aggregation {
        Aggregation::Average => mean(&tokens),
        Aggregation::Max => {
            let sure: Vec<f32> = tokens.iter().filter_map(surest).collect();
            tokens.into_iter().nth(highest(&sure))?.probabilities
        }
        _ => tokens.into_iter().next()?.probabilities,
    };
    Some(Piece {
        probabilities,
        start,
        end,
    })
}

fn mean(tokens: &[Piece]) -> Vec<f32> {
    let labels = tokens.first().map_or(0, |token| token.probabilities.len());
    let sum = |label: usize| tokens.iter().map(|token| token.probabilities[label]).sum::<f32>();
    (0..labels)
        .map(|label| sum(label) / tokens.len() as f32)
        .collect()
}
