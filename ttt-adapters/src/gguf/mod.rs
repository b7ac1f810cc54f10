//! GGUF: the files of llama.cpp.
//!
//! [`File`] reads the container: metadata and tensors' descriptions, with tensors as windows into the mapped file.
//! [`Tensors`] turns blocks into numbers. [`Gguf`] opens models through their `config gguf` and `weights gguf` tables,
//! and [`save`] writes them.

mod adapter;
mod config;
mod cursor;
mod encoding;
mod file;
mod header;
pub mod pre;
mod quant;
mod said;
mod save;
mod tensor_type;
mod tensors;
mod tokenizer;
mod value;
mod write;

pub use adapter::{Gguf, file_in};
pub(crate) use adapter::{file_of, recognises};
pub(crate) use config::config;
pub use encoding::Encoding;
pub use file::File;
pub use header::TensorInfo;
pub use save::{SaveRequest, Saved, save};
pub use tensor_type::{LAYOUTS, TensorLayout, TensorType};
pub use tensors::{PackedTensor, Tensors};
pub use tokenizer::{tokenizer_metadata, tokenizer_metadata_of};
pub use value::{Array, Kind, Value};

/// The name of the tables for this format.
pub const FORMAT: &str = "gguf";
