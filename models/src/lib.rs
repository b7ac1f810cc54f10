//! Model families, one file each.

pub mod bert;
pub mod gpt2;
pub mod llama;
