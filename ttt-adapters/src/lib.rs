//! Foreign formats: read to schema, params and lazy tensors; write back; the registry.

pub mod config;
pub mod error;
pub mod source;
pub mod tensor;
pub mod weights;

mod file;
mod name;
mod symbol;

pub use error::{Error, Problem};
