//! Foreign formats: read to schema, params and lazy tensors; write back; the registry.

pub mod config;
pub mod error;
pub mod source;
pub mod tensor;

mod file;
mod name;

pub use error::{Error, Problem};
