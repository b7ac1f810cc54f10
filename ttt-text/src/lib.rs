//! Text in, ids out, and back: tokenizers from every source, chat templates, streaming decoding.
//!
//! [`Tokenizer::open`] takes a Hugging Face directory, a single file of one, or a GGUF file. Whatever the source, the
//! result is a tokenizer of the `tokenizers` crate with what it lacks around it: special tokens by role, padding and
//! truncation chosen per call, decoding that streams, and the chat template. [`Tokenizer::save`] writes any of them as
//! `tokenizer.json`.

pub mod chat;
pub mod train;

mod batch;
mod decode;
mod encoding;
mod error;
mod info;
mod save;
mod source;
mod special;
mod stop;
mod tokenizer;

pub use batch::{Batch, Length, Padding, Side, Strategy, Truncation};
pub use chat::{ChatTemplate, Message};
pub use decode::Stream;
pub use encoding::Encoding;
pub use info::Info;
pub use source::Source;
pub use special::Special;
pub use stop::StopStrings;
pub use tokenizer::Tokenizer;
pub use ttt_adapters::error::{Error, Problem};
