//! Foreign formats: read to schema, params and lazy tensors; write back; the registry.
//!
//! [`registry::FormatRegistry::open`] recognises a format and opens it. A format reads its tensors as a
//! [`source::TensorSource`], its params with a [`config`] table, and gives both to [`weights`], which finds, checks and
//! lays out every tensor.

pub mod checkpoint;
pub mod config;
pub mod error;
pub mod gguf;
pub mod hf;
pub mod hub;
pub mod pytorch;
pub mod registry;
pub mod safetensors;
pub mod source;
pub mod spec;
pub mod store;
pub mod tensor;
pub mod weights;

pub mod file;
mod name;
mod params;
mod symbol;

pub use error::{Error, Problem};
