//! From text to what people want of it: a model, its tokenizer, and what lies between.
//!
//! Every pipeline starts from a [`TextModel`].

mod answer;
mod chat;
mod classify;
pub mod embed;
mod error;
mod fill_mask;
mod generate;
mod labels;
mod next_sentence;
mod score;
mod tag;
mod text_model;

pub use answer::{Answer, Answerer};
pub use chat::Chat;
pub use classify::{Classified, Classifier};
pub use embed::{Pooling, SentenceEncoder};
pub use error::PipelineError;
pub use fill_mask::{Filling, MaskFiller};
pub use generate::{Completion, TextGenerator, TextStream};
pub use labels::{Labels, ProblemType};
pub use next_sentence::NextSentence;
pub use score::{Perplexity, Scorer};
pub use tag::{Aggregation, Entity, Tagger};
pub use text_model::{BATCH, TextModel};
