//! Model families, one file each: a `model!` with presets, heads, and tables for the formats its checkpoints come in.

use std::sync::Arc;

use ttt_dsl::program::Program;

pub mod bert;
pub mod gpt2;
pub mod llama;

/// The program of every family.
pub fn programs() -> Vec<Arc<Program>> {
    vec![
        gpt2::Gpt2::program().clone(),
        llama::Llama::program().clone(),
        bert::Bert::program().clone(),
    ]
}
