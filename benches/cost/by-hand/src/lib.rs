//! GPT-2, LLaMA and BERT as a user of Burn writes them, to measure what their declarations cost beside them.

pub mod bert;
pub mod gpt2;
pub mod llama;
