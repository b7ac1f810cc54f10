//! What can be opened: the formats and the models that are known, and those that users add.

mod adapter;
mod configured;
mod formats;
mod found;
mod models;
mod named;
mod translated;

pub use adapter::{FormatAdapter, OpenOptions, Opened};
pub(crate) use configured::{Configured, answering};
pub use formats::FormatRegistry;
pub use found::Found;
pub use models::{ModelEntry, ModelRegistry};
pub use named::open_named;
pub(crate) use translated::Translated;
