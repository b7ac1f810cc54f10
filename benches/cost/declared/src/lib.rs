//! GPT-2, LLaMA and BERT declared, with what the ones written by hand have: the model, two heads, no tables.

pub mod bert;
pub mod gpt2;
pub mod llama;
