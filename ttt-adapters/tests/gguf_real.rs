//! A real file, SmolLM2: every number is the one that llama.cpp's package reads.
//!
//! Needs `scripts/fetch-models smollm2-135m-instruct`; without it the test says so and passes, except in CI.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use ttt_adapters::registry::{FormatRegistry, OpenOptions};
use ttt_adapters::source::TensorSource;

/// Of the bytes of `gguf.quants.dequantize` (gguf 0.19.0) of all tensors, in the file's order.
const NUMBERS: &str = "1034100613c22abd3cc047d99b02ed7a8d419bc245f4cf54a4736c5f699ba569";

fn folder() -> Option<PathBuf> {
    let models = match std::env::var_os("TTT_MODELS") {
        Some(models) => PathBuf::from(models),
        None => dirs::home_dir()?.join(".cache/ttt/models"),
    };
    let folder = models.join("smollm2-135m-instruct");
    folder.is_dir().then_some(folder)
}

#[test]
fn every_number_of_a_real_model_is_right() {
    let Some(folder) = folder() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI fetches the model first: scripts/fetch-models"
        );
        eprintln!("SKIPPED: smollm2-135m-instruct is not here; run scripts/fetch-models");
        return;
    };
    let opened = FormatRegistry::default()
        .open(&folder, &OpenOptions::default(), &common::families())
        .unwrap();
    assert!(opened.warnings.is_empty(), "{:?}", opened.warnings);
    assert_eq!(
        (opened.model.as_str(), opened.head.as_deref()),
        ("Llama", Some("lm"))
    );
    let checkpoint = opened.weights.unwrap();
    assert_eq!(checkpoint.tensors().len(), 272);

    let source = checkpoint.source();
    let mut hash = Sha256::new();
    for name in source.tensors().keys() {
        hash.update(&source.read(name).unwrap().bytes);
    }
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, NUMBERS);
}
