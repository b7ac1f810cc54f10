//! Write a neural-network architecture once, as text; have it checked at compile time; get Burn modules.
//!
//! [`model!`] and [`model_file!`] declare architectures in Rust. [`open`] and [`Opener`] open checkpoints and schemas of
//! any registered format and [`load()`] gives an interpreted [`DynModel`]. Both compute with the same operations.

mod open;
mod packer;
pub mod task;

pub use open::{LoadError, Opener, built_in, fill, load, open};
pub use task::{TaskError, text_model};
pub use ttt_adapters as adapters;
pub use ttt_dsl as dsl;
pub use ttt_models as models;
pub use ttt_runtime::*;

pub use ttt_adapters::registry::{FormatAdapter, FormatRegistry, ModelRegistry, OpenOptions, Opened};
