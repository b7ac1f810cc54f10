//! The families as they are shipped: every head, every preset, and the tables for Hugging Face and GGUF.

#[path = "../../../../models/src/bert.rs"]
pub mod bert;
#[path = "../../../../models/src/gpt2.rs"]
pub mod gpt2;
#[path = "../../../../models/src/llama.rs"]
pub mod llama;
