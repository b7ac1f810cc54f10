//! Sentence embeddings of a real checkpoint, against sentence-transformers' recipe computed with transformers.
//!
//! Needs `scripts/fetch-models`; without the checkpoint the test says so and passes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde::Deserialize;
use ttt::Init;
use ttt::burn::tensor::Device;
use ttt::pipeline::SentenceEncoder;

#[derive(Deserialize)]
struct Expected {
    sentences: Vec<Sentence>,
    cosine_to_person: BTreeMap<String, f32>,
}

#[derive(Deserialize)]
struct Sentence {
    name: String,
    text: String,
    embedding_starts: Vec<f32>,
}

#[test]
fn minilm_embeds_as_sentence_transformers_does() {
    let Some(dir) = ttt_tests::checkpoint("all-minilm-l6-v2") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI fetches the checkpoint first: scripts/fetch-models"
        );
        eprintln!("SKIPPED: all-minilm-l6-v2 is not here; run scripts/fetch-models");
        return;
    };
    let expected = std::fs::read(ttt_tests::fixtures().join("minilm/expected.json")).unwrap();
    let expected: Expected = serde_json::from_slice(&expected).unwrap();
    let opened = ttt::open(&dir).unwrap();
    let text = ttt::text_model(&opened, &dir, &Init::new(Device::flex())).unwrap();
    let encoder = SentenceEncoder::open(&dir, text).unwrap();
    let texts: Vec<&str> = expected
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    let vectors = encoder.embed(&texts, &mut |_| {}).unwrap();
    for (sentence, vector) in expected.sentences.iter().zip(&vectors) {
        for (expected, found) in sentence.embedding_starts.iter().zip(vector) {
            assert!(
                (expected - found).abs() < 1e-5,
                "{}: {found} for {expected}",
                sentence.name
            );
        }
        if let Some(expected) = expected.cosine_to_person.get(&sentence.name) {
            let cosine: f32 = vectors[0].iter().zip(vector).map(|(a, b)| a * b).sum();
            assert!(
                (expected - cosine).abs() < 1e-3,
                "{}: {cosine} for {expected}",
                sentence.name
            );
        }
    }
}
